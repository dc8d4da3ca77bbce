import type { Counters, KeyValue, Logger } from '../../core/ports.ts';

/** Which message is which page of a reply: so that no page is posted twice, and none is taken for another. */
export interface PagesPosted {
  /** A message in a channel is the page with this key. @returns false where it is another reply's page already. */
  claim(key: string, channel: string, ts: string): boolean;
  /** True where the message is the page of another key. */
  isTaken(key: string, channel: string, ts: string): boolean;
  /** Notes it for a next process. Never rejects: the page is there, and without the note it is at worst there twice. */
  remember(key: string, ts: string): Promise<void>;
  /** The timestamp of a page, also of one that a former process posted; `undefined` where it is not known. Never rejects. */
  find(key: string): Promise<string | undefined>;
}

/** Options of {@link createPagesPosted}. */
export interface PagesPostedOptions {
  readonly store: KeyValue;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Knows the newest pages of this process at once, and those of former ones from the store, for a day. */
export function createPagesPosted({ store, logger, counters }: PagesPostedOptions): PagesPosted {
  const owners = new Map<string, string>();
  const failed = (error: unknown) => {
    counters.add('slack.store-failed');
    logger.warn('Slack: could not look up or note which message a page is', { error });
  };

  function isTaken(key: string, channel: string, ts: string): boolean {
    return (owners.get(`${channel}:${ts}`) ?? key) !== key;
  }

  return {
    isTaken,
    claim(key, channel, ts) {
      if (isTaken(key, channel, ts)) return false;
      owners.set(`${channel}:${ts}`, key);
      const [oldest] = owners.keys();
      if (owners.size > mostOwners && oldest !== undefined) owners.delete(oldest);
      return true;
    },
    async remember(key, ts) {
      await store.set(`slack:page:${key}`, ts, rememberedMs).catch(failed);
    },
    async find(key) {
      return (await store.get<string>(`slack:page:${key}`).catch(failed)) ?? undefined;
    },
  };
}

const rememberedMs = 24 * 60 * 60 * 1000;
/** Far more than the pages of the replies that can be under way. */
const mostOwners = 10_000;
