import { type Errand, errandId, isErrand } from './errand.ts';
import type { KeyValue, Logger } from './ports.ts';

/** An errand that a former process took and did not finish. */
export interface Unfinished {
  readonly errand: Errand;
  /** How often an answer was begun. */
  readonly attempts: number;
}

/**
 * What was taken and is not answered yet, kept in the store so that a crash is not silence for ever.
 * Best effort: a store that fails here is logged and never keeps anybody from being answered.
 */
export interface Journal {
  /** True the first time this id is claimed, by this process or a former one; false from then on. */
  claim(id: string): Promise<boolean>;
  /** As {@link claim}; the errand is noted before its id counts as taken, so that it can't be lost in between. */
  take(errand: Errand): Promise<boolean>;
  /** An answer was begun, for the so-many-th time; or the errand has changed. */
  note(errand: Errand, attempts: number): Promise<void>;
  done(errand: Errand): Promise<void>;
  /** What former processes left, oldest first; from then on it is this process's. */
  unfinished(): Promise<readonly Unfinished[]>;
}

/** What {@link createJournal} needs. */
export interface JournalOptions {
  readonly seen: KeyValue;
  readonly errands: KeyValue;
  readonly logger: Logger;
  now(): number;
}

interface Entry extends Unfinished {
  readonly at: number;
}

/** Creates the journal over two namespaces of the store. */
export function createJournal({ seen, errands, logger, now }: JournalOptions): Journal {
  /** Ids that this process took: holds also while the store does not. Oldest are forgotten first. */
  const recent = new Set<string>();
  /** When the errands in hand were first noted. */
  const inHand = new Map<string, number>();

  async function attempt<Result>(what: string, work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      logger.warn(`the journal could not ${what}: a restart may forget or repeat an answer`, { error });
      return undefined;
    }
  }

  async function isNew(id: string): Promise<boolean> {
    if (recent.has(id)) return false;
    recent.add(id);
    if (recent.size > recentIds) recent.delete(recent.values().next().value!);
    return (await attempt('look up a delivery', () => seen.get<number>(id))) === undefined;
  }

  async function mark(id: string): Promise<void> {
    await attempt('note a delivery', () => seen.set(id, now(), keepMs));
  }

  async function note(errand: Errand, attempts: number): Promise<void> {
    const id = errandId(errand);
    const at = inHand.get(id) ?? now();
    inHand.set(id, at);
    const entry: Entry = { errand, attempts, at };
    await attempt('note a question', () => errands.set(id, entry, keepMs));
  }

  async function readEntries(): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const [key, entry] of errands.entries<unknown>()) {
      if (isEntry(entry)) entries.push(entry);
      else logger.warn('the journal holds an entry that can not be read', { key });
    }
    return entries;
  }

  return {
    async claim(id) {
      if (!(await isNew(id))) return false;
      await mark(id);
      return true;
    },
    async take(errand) {
      const id = errandId(errand);
      if (!(await isNew(id))) return false;
      await note(errand, 0);
      await mark(id);
      return true;
    },
    note,
    async done(errand) {
      const id = errandId(errand);
      inHand.delete(id);
      await attempt('strike out a question', () => errands.delete(id));
    },
    async unfinished() {
      const left = ((await attempt('be read', readEntries)) ?? []).filter(
        ({ errand }) => !inHand.has(errandId(errand)),
      );
      for (const { errand } of left) recent.add(errandId(errand));
      return left.sort((a, b) => a.at - b.at);
    },
  };
}

function isEntry(value: unknown): value is Entry {
  const { errand, attempts, at } = (value ?? {}) as Partial<Entry>;
  return isErrand(errand) && typeof attempts === 'number' && typeof at === 'number';
}

/** Platforms deliver again for up to a day. */
const keepMs = 24 * 3_600_000;
const recentIds = 10_000;
