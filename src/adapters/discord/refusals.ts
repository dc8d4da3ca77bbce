import type { REST } from 'discord.js';
import type { Counters, Logger } from '../../core/ports.ts';

/** What of an answer tells whether it was a refusal. */
export interface Answered {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
}

/** Keeps count of what Discord refuses: too much of it and Discord bans the address for a while. */
export interface Refusals {
  /** Counts an answer, whatever it was. */
  count(answer: Answered): void;
  /** Counts the answers that a `REST` of discord.js gets, and logs when it waits for a limit. */
  watch(rest: REST): void;
}

/** Options of {@link createRefusals}. */
export interface RefusalsOptions {
  readonly logger: Logger;
  readonly counters: Counters;
  /** Milliseconds. @default the process's monotonic clock */
  readonly now?: () => number;
}

/** Discord counts 401, 403 and 429 over all calls of an address, and bans it at 10,000 in 10 minutes. */
const windowMs = 10 * 60_000;
const warnEvery = 500;

/** Creates it, one for all callers of the adapter. */
export function createRefusals({
  logger,
  counters,
  now = () => performance.now(),
}: RefusalsOptions): Refusals {
  let since = Number.NEGATIVE_INFINITY;
  let refused = 0;

  function count({ status, headers }: Answered): void {
    if (status !== 401 && status !== 403 && status !== 429) return;
    counters.add(`discord.refused.${status}`);
    // A limit that others used up is not held against the bot.
    if (headers.get('x-ratelimit-scope') === 'shared') return;
    if (now() - since >= windowMs) {
      since = now();
      refused = 0;
    }
    refused += 1;
    if (refused % warnEvery !== 0) return;
    logger.warn('Discord: many refused requests; at 10,000 in 10 minutes Discord bans the address', {
      refused,
    });
  }

  return {
    count,
    watch(rest) {
      rest.on('response', (_request, response) => count(response));
      rest.on('rateLimited', ({ route, timeToReset, scope }) =>
        logger.warn('Discord: rate limited, waiting', { route, timeToReset, scope }),
      );
    },
  };
}
