import type { webApi } from '@slack/bolt';
import { createBucket } from '../../core/live/bucket.ts';
import type { Author, Logger } from '../../core/ports.ts';
import { toSurfaceError } from './errors.ts';
import { fromSlackText, mentionedIn } from './incoming-text.ts';
import { createNames } from './names.ts';

/** Knows people by name. */
export interface People {
  /** The author with this id; `fallback`, or "someone", where Slack does not tell the name. */
  author(userId: string, fallback?: string): Promise<Author>;
  /** A text in Slack's encoding as people read it. */
  read(text: string, botUserId: string): Promise<string>;
}

/** `users.info` is of tier 4 (docs.slack.dev/apis/web-api/rate-limits); a little is left for others. */
const lookUps = { id: 'users.info', calls: 90, perMs: 60_000, shape: 'bucket' } as const;

/** Creates {@link People}, who are looked up once an hour. Where hundreds come at once, not all are. */
export function createPeople(client: webApi.WebClient, logger: Logger): People {
  const limit = createBucket(lookUps, performance.now());
  const names = createNames({
    async lookUp(userId) {
      const now = performance.now();
      if (limit.waitMs(now, []) > 0) throw new Error('too many names were looked up within a minute');
      limit.spend(now);
      const { user } = await client.users.info({ user: userId }).catch((error: unknown) => {
        const { fault, retryAfterMs = 1_000 } = toSurfaceError(error, { method: 'users.info' });
        if (fault === 'rate-limited') limit.refuse(retryAfterMs, performance.now());
        throw error;
      });
      return user?.profile?.display_name || user?.profile?.real_name || user?.real_name || user?.name;
    },
    onFailure: (userId, error) => logger.debug('Slack did not tell a name', { userId, error }),
  });
  return {
    async author(userId, fallback = 'someone') {
      return { id: userId, name: (await names.of(userId)) ?? fallback };
    },
    async read(text, botUserId) {
      const ids = mentionedIn(text).filter((id) => id !== botUserId);
      const found = await Promise.all(ids.map(async (id) => [id, await names.of(id)] as const));
      const known = found.flatMap(([id, name]) => (name === undefined ? [] : [[id, name] as const]));
      return fromSlackText(text, { botUserId, names: new Map(known) });
    },
  };
}
