import type { ThreadKey } from '../../core/ports.ts';

/** What was passed on of a message. */
export interface RecentMessage {
  readonly thread: ThreadKey;
  readonly text: string;
}

/** The newest messages that were passed on, so that an edit or a deletion finds its conversation. */
export interface RecentMessages {
  add(id: string, message: RecentMessage): void;
  get(id: string): RecentMessage | undefined;
}

/** Keeps so many. @default 5000 */
export function createRecentMessages(most = 5000): RecentMessages {
  const messages = new Map<string, RecentMessage>();
  return {
    add(id, message) {
      messages.delete(id);
      messages.set(id, message);
      const oldest = messages.keys().next().value;
      if (messages.size > most && oldest !== undefined) messages.delete(oldest);
    },
    get: (id) => messages.get(id),
  };
}
