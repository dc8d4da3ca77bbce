import type { Counters, KeyValue, Logger, ThreadKey } from '../../core/ports.ts';

const rememberedMs = 30 * 24 * 60 * 60 * 1000;

/** Which conversation a message of Parley belongs to, where its channel doesn't tell. */
export interface PagesPosted {
  /** Never rejects: the message is already there, and a reply to it can still be followed by its references. */
  remember(message: string, thread: ThreadKey): Promise<void>;
  /** `undefined` where it is not known. Never rejects. */
  find(message: string): Promise<ThreadKey | undefined>;
}

/** Options of {@link createPagesPosted}. */
export interface PagesPostedOptions {
  readonly store: KeyValue;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Keeps them in the store, for 30 days each. */
export function createPagesPosted({ store, logger, counters }: PagesPostedOptions): PagesPosted {
  const failed = (error: unknown) => {
    counters.add('discord.store-failed');
    logger.warn('Discord: could not look up or note which conversation a message belongs to', { error });
  };
  return {
    async remember(message, thread) {
      await store.set(`discord:page:${message}`, thread, rememberedMs).catch(failed);
    },
    async find(message) {
      return (await store.get<ThreadKey>(`discord:page:${message}`).catch(failed)) ?? undefined;
    },
  };
}
