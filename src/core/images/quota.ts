import { createHash } from 'node:crypto';
import type { KeyValue, Logger } from '../ports.ts';
import { createSequence } from '../sequence.ts';

/** Pictures that a person may make in a day (UTC). */
export interface Quota {
  /**
   * Keeps so many for an order, all or none; an order that was kept some for by a former process is not charged again. Never
   * rejects: where the store fails, nobody is kept from anything.
   * @param person stable, of all platforms together
   */
  reserve(person: string, order: string, count: number): Promise<Reservation>;
}

/** What came of reserving. */
export type Reservation =
  | {
      readonly granted: true;
      /**
       * So many were made; the others are given back. Never rejects.
       * @returns how many are left of the day; `undefined` where there is no limit
       */
      settle(made: number): Promise<number | undefined>;
    }
  | { readonly granted: false; readonly left: number; readonly perDay: number };

/** What {@link createQuota} needs. */
export interface QuotaOptions {
  /** Absent: no limit. */
  readonly perDay?: number;
  readonly store: KeyValue;
  readonly logger: Logger;
  now(): number;
}

/** What a person made in a day. */
interface Account {
  /** Made, or kept for an order. */
  readonly used: number;
  /** What is kept for orders that are being drawn. */
  readonly open: Readonly<Record<string, number>>;
}

/** Creates the quota of an engine. Counts survive a restart. */
export function createQuota({ perDay, store, logger, now }: QuotaOptions): Quota {
  // What one person asks for twice in the same moment is counted one after the other.
  const turns = createSequence();
  const free: Reservation = { granted: true, settle: async () => undefined };

  async function read(key: string): Promise<Account> {
    const { used, open } = (await store.get<Partial<Account>>(key)) ?? {};
    return { used: typeof used === 'number' ? used : 0, open: open ?? {} };
  }

  async function attempt<Result>(otherwise: Result, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      logger.warn('pictures could not be counted', { error });
      return otherwise;
    }
  }

  return {
    reserve(person, order, count) {
      if (perDay === undefined) return Promise.resolve(free);
      const key = keyOf(person, now());
      const id = hash(order);
      const settle = (made: number) =>
        turns.run(key, () =>
          attempt<number | undefined>(undefined, async () => {
            const { used, open } = await read(key);
            const { [id]: kept = 0, ...others } = open;
            const after = Math.max(0, used - Math.max(0, kept - made));
            await store.set(key, { used: after, open: others }, keepMs);
            return Math.max(0, perDay - after);
          }),
        );
      return turns.run(key, () =>
        attempt(free, async (): Promise<Reservation> => {
          const { used, open } = await read(key);
          const after = used - (open[id] ?? 0) + count;
          if (after > perDay) return { granted: false, left: Math.max(0, perDay - used), perDay };
          await store.set(key, { used: after, open: { ...open, [id]: count } }, keepMs);
          return { granted: true, settle };
        }),
      );
    },
  };
}

/** Names of people are no part of what lies in the store. */
function keyOf(person: string, at: number): string {
  return `made:${new Date(at).toISOString().slice(0, 10)}:${hash(person)}`;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

const keepMs = 2 * 24 * 3_600_000;
