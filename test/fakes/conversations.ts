import type { Conversations, ThreadKey, Turn } from '../../src/core/ports.ts';

/** Conversations that a test fills, and what was asked of them. */
export interface FakeConversations extends Conversations {
  /** What was said, by thread. */
  readonly turns: Map<ThreadKey, readonly Turn[]>;
  /** What the next {@link Conversations.undo} gives. */
  undone: string | undefined;
  readonly forgotten: readonly ThreadKey[];
}

/** Creates conversations of which none has begun. */
export function createFakeConversations(): FakeConversations {
  const turns = new Map<ThreadKey, readonly Turn[]>();
  const forgotten: ThreadKey[] = [];
  return {
    turns,
    undone: undefined,
    forgotten,
    read: async (thread) => turns.get(thread) ?? [],
    async undo() {
      return this.undone;
    },
    async forget(thread) {
      turns.delete(thread);
      forgotten.push(thread);
    },
  };
}
