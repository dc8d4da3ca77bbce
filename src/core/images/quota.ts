import { createHash } from 'node:crypto';
import type { KeyValue, Logger } from '../ports.ts';
import { createSequence } from '../sequence.ts';

/** Pictures that a person may make in a day (UTC). */
export interface Quota {
  /**
   * Takes so many, all or none. Never rejects: where the store fails, nobody is kept from anything.
   * @param person stable, of all platforms together
   */
  take(person: string, count: number): Promise<Taken>;
  /** Gives some back that were not made. */
  giveBack(person: string, count: number): Promise<void>;
}

/** What came of taking. */
export interface Taken {
  readonly granted: boolean;
  /** How many are left of the day, after this; `undefined` where there is no limit. */
  readonly left?: number;
}

/** What {@link createQuota} needs. */
export interface QuotaOptions {
  /** Absent: no limit. */
  readonly perDay?: number;
  readonly store: KeyValue;
  readonly logger: Logger;
  now(): number;
}

/** Creates the quota of an engine. Counts survive a restart. */
export function createQuota({ perDay, store, logger, now }: QuotaOptions): Quota {
  // What one person asks for twice in the same moment is counted one after the other.
  const turns = createSequence();

  async function change(person: string, by: number): Promise<Taken> {
    if (perDay === undefined) return { granted: true };
    const key = keyOf(person, now());
    try {
      const used = (await store.get<number>(key)) ?? 0;
      const granted = by <= 0 || used + by <= perDay;
      const after = granted ? Math.max(0, used + by) : used;
      if (granted) await store.set(key, after, keepMs);
      return { granted, left: perDay - after };
    } catch (error) {
      logger.warn('pictures could not be counted', { error });
      return { granted: true };
    }
  }

  return {
    take: (person, count) => turns.run(person, () => change(person, count)),
    async giveBack(person, count) {
      if (count > 0) await turns.run(person, () => change(person, -count));
    },
  };
}

/** Names of people are no part of what lies in the store. */
function keyOf(person: string, at: number): string {
  const who = createHash('sha256').update(person).digest('base64url').slice(0, 22);
  return `made:${new Date(at).toISOString().slice(0, 10)}:${who}`;
}

const keepMs = 2 * 24 * 3_600_000;
