import { randomUUID } from 'node:crypto';
import type { HistoryStore, HistoryWindow, KeyValue, Logger, ThreadKey, Turn } from './ports.ts';
import { createSequence } from './sequence.ts';

/** A key-value store that may read many keys in one go. */
export interface BatchKeyValue extends KeyValue {
  /** Values in the order of the keys, `undefined` where there is none. @throws ParleyError `store-failed` */
  many?<Value>(keys: readonly string[]): Promise<readonly (Value | undefined)[]>;
}

/** Options of {@link createHistory}. */
export interface HistoryOptions {
  /** Told about turns that could not be read, or not be deleted after a conversation was forgotten. */
  readonly logger?: Logger;
}

/** Where a conversation stands. The only entry of a thread that is ever rewritten; it stays when the rest is forgotten. */
interface Head {
  /** Changes when the conversation is forgotten, so that its old turns can't be mistaken for new ones. */
  readonly epoch: string;
  /** Number of the first turn of the window. */
  readonly start: number;
  /** Number of the next turn. */
  readonly next: number;
}

/** Keys that are read or deleted at once. */
const batchSize = 100;

/**
 * Turns per thread, one entry for each (`<thread>|<epoch>|<number>`) and a small head. Turns are written
 * before the head that counts them: what a crash leaves in between is never seen, and overwritten by the
 * next turns. Calls on one thread are carried out one after the other; a thread belongs to one process.
 */
export function createHistory(keyValue: BatchKeyValue, options: HistoryOptions = {}): HistoryStore {
  const { logger } = options;
  const sequence = createSequence();

  async function readHead(thread: ThreadKey): Promise<Head> {
    const head = await keyValue.get<unknown>(thread);
    if (isHead(head)) return head;
    if (head !== undefined) logger?.warn('history: a head could not be read; starting anew', { thread });
    return newHead();
  }

  async function readMany(keys: readonly string[]): Promise<readonly unknown[]> {
    if (keyValue.many !== undefined) return keyValue.many(keys);
    return Promise.all(keys.map((key) => keyValue.get(key)));
  }

  async function readTurns(thread: ThreadKey, head: Head, start: number): Promise<readonly Turn[]> {
    const turns: Turn[] = [];
    for (const numbers of batches(start, head.next)) {
      const found = await readMany(numbers.map((number) => turnKey(thread, head, number)));
      for (const [index, turn] of found.entries()) {
        if (isTurn(turn)) turns.push(turn);
        else
          logger?.warn('history: a turn could not be read; going on without', {
            thread,
            number: numbers[index],
          });
      }
    }
    return turns;
  }

  /** Deletes the turns from a number on, that the new head no longer counts. */
  async function deleteTurns(thread: ThreadKey, head: Head, start: number): Promise<void> {
    try {
      for (const numbers of batches(start, head.next)) {
        await Promise.all(numbers.map((number) => keyValue.delete(turnKey(thread, head, number))));
      }
    } catch (error) {
      // They are forgotten already: nothing leads to these turns any more.
      logger?.warn('history: old turns could not be deleted', { thread, error });
    }
  }

  return {
    async has(thread) {
      return (await keyValue.get<unknown>(thread)) !== undefined;
    },

    async load(thread): Promise<HistoryWindow> {
      const head = await readHead(thread);
      return { start: head.start, turns: await readTurns(thread, head, head.start) };
    },

    async read(thread) {
      return readTurns(thread, await readHead(thread), 0);
    },

    append(thread, turns) {
      return sequence.run(thread, async () => {
        if (turns.length === 0) return;
        const head = await readHead(thread);
        await Promise.all(
          turns.map((turn, index) => keyValue.set(turnKey(thread, head, head.next + index), turn)),
        );
        await keyValue.set(thread, { ...head, next: head.next + turns.length } satisfies Head);
      });
    },

    correct(thread, turn) {
      return sequence.run(thread, async () => {
        const head = await readHead(thread);
        if (head.next === 0) return;
        const newest = turnKey(thread, head, head.next - 1);
        if (turn !== undefined) await keyValue.set(newest, turn);
        else
          await keyValue.set(thread, {
            ...head,
            next: head.next - 1,
            start: Math.min(head.start, head.next - 1),
          } satisfies Head);
      });
    },

    drop(thread, count) {
      return sequence.run(thread, async () => {
        const head = await readHead(thread);
        const next = Math.max(0, head.next - count);
        if (next === head.next) return;
        // Where nothing of the window is left, what was cut from prompts has its place there again.
        const start = next <= head.start ? 0 : head.start;
        await keyValue.set(thread, { ...head, start, next } satisfies Head);
        await deleteTurns(thread, head, next);
      });
    },

    advance(thread, start) {
      return sequence.run(thread, async () => {
        const head = await readHead(thread);
        const moved = Math.min(start, head.next);
        if (moved > head.start) await keyValue.set(thread, { ...head, start: moved } satisfies Head);
      });
    },

    clear(thread) {
      return sequence.run(thread, async () => {
        const head = await readHead(thread);
        if (head.next === 0) return;
        await keyValue.set(thread, newHead());
        await deleteTurns(thread, head, 0);
      });
    },
  };
}

function newHead(): Head {
  return { epoch: randomUUID().slice(0, 8), start: 0, next: 0 };
}

function turnKey(thread: ThreadKey, head: Head, number: number): string {
  return `${thread}|${head.epoch}|${number}`;
}

/** The numbers from `start` up to `end`, in batches. */
function* batches(start: number, end: number): Generator<number[]> {
  for (let from = start; from < end; from += batchSize) {
    const size = Math.min(batchSize, end - from);
    yield Array.from({ length: size }, (_, index) => from + index);
  }
}

function isHead(value: unknown): value is Head {
  if (!isRecord(value)) return false;
  const { epoch, start, next } = value;
  return typeof epoch === 'string' && isCount(start) && isCount(next) && start <= next;
}

function isTurn(value: unknown): value is Turn {
  if (!isRecord(value)) return false;
  const { role, text, at, tokens } = value;
  if (role !== 'user' && role !== 'assistant') return false;
  return typeof text === 'string' && typeof at === 'number' && typeof tokens === 'number';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
