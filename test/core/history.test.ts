import { describe, expect, it, vi } from 'vitest';
import { type BatchKeyValue, createHistory } from '../../src/core/history.ts';
import type { Logger, ThreadKey } from '../../src/core/ports.ts';
import { historyStoreContract, turnOf } from '../contracts/history-store.ts';

const thread: ThreadKey = 'discord:1';

/** A key-value store in a map, whose calls can be watched and made to fail. */
function createMapStore() {
  const entries = new Map<string, unknown>();
  const calls: string[] = [];
  const refusals = new Set<string>();
  function called(call: string): void {
    calls.push(call);
    if (refusals.has(call)) throw new Error(`refused: ${call}`);
  }
  const store: BatchKeyValue = {
    async get<Value>(key: string) {
      called(`get ${key}`);
      return structuredClone(entries.get(key)) as Value | undefined;
    },
    async set(key, value) {
      called(`set ${key}`);
      entries.set(key, structuredClone(value));
    },
    async delete(key) {
      called(`delete ${key}`);
      entries.delete(key);
    },
    async *entries<Value>() {
      for (const [key, value] of entries) yield [key, value as Value] as const;
    },
  };
  return {
    store,
    entries,
    calls,
    refuse: (call: string) => refusals.add(call),
    heal: () => refusals.clear(),
    /** Keys of turns, in the order of their numbers. */
    turnKeys: () =>
      [...entries.keys()].filter((key) => key !== thread).toSorted((a, b) => numberOf(a) - numberOf(b)),
  };
}

function numberOf(key: string): number {
  return Number(key.split('|').at(-1));
}

function createLogger() {
  return { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() } satisfies Logger;
}

describe('over a store without batches', () => {
  historyStoreContract(async () => {
    const { store } = createMapStore();
    return () => createHistory(store);
  });
});

describe('cost', () => {
  async function callsOfAppendAt(length: number): Promise<number> {
    const { store, calls } = createMapStore();
    const history = createHistory(store);
    await history.append(
      thread,
      Array.from({ length }, () => turnOf('x')),
    );
    calls.length = 0;
    await history.append(thread, [turnOf('question'), turnOf('answer', { role: 'assistant' })]);
    return calls.length;
  }

  it('of an append does not depend on the length of the thread', async () => {
    expect(await callsOfAppendAt(10)).toBe(4);
    expect(await callsOfAppendAt(1_000)).toBe(4);
  });

  it('of a load depends on the window alone', async () => {
    const { store, calls } = createMapStore();
    const history = createHistory(store);
    await history.append(
      thread,
      Array.from({ length: 1_000 }, () => turnOf('x')),
    );
    await history.advance(thread, 997);
    calls.length = 0;
    expect((await history.load(thread)).turns).toHaveLength(3);
    expect(calls).toHaveLength(4);
  });

  it('of a load is one call per hundred turns where the store reads many at once', async () => {
    const { store } = createMapStore();
    const many = vi.fn((keys: readonly string[]) => Promise.all(keys.map((key) => store.get(key))));
    const history = createHistory({ ...store, many: many as NonNullable<BatchKeyValue['many']> });
    await history.append(
      thread,
      Array.from({ length: 101 }, (_, index) => turnOf(String(index))),
    );
    expect((await history.load(thread)).turns.map((turn) => turn.text)).toEqual(
      Array.from({ length: 101 }, (_, index) => String(index)),
    );
    expect(many).toHaveBeenCalledTimes(2);
  });
});

describe('a crash', () => {
  it('between turns and head shows nothing of them, and the next append takes their place', async () => {
    const map = createMapStore();
    const history = createHistory(map.store);
    await history.append(thread, [turnOf('one')]);
    map.refuse(`set ${thread}`);
    await expect(history.append(thread, [turnOf('lost'), turnOf('also lost')])).rejects.toThrow('refused');
    map.heal();
    const restarted = createHistory(map.store);
    expect((await restarted.load(thread)).turns).toEqual([turnOf('one')]);
    await restarted.append(thread, [turnOf('two')]);
    expect((await restarted.load(thread)).turns).toEqual([turnOf('one'), turnOf('two')]);
  });

  it('between the turns of an append never shows half of it', async () => {
    const map = createMapStore();
    const history = createHistory(map.store);
    await history.append(thread, [turnOf('one')]);
    const second = map.turnKeys()[0]?.replace(/0$/, '2');
    map.refuse(`set ${second}`);
    await expect(history.append(thread, [turnOf('question'), turnOf('answer')])).rejects.toThrow('refused');
    expect((await createHistory(map.store).load(thread)).turns).toEqual([turnOf('one')]);
  });

  it('after the new head of a cleared thread leaves turns that are never seen again', async () => {
    const map = createMapStore();
    const logger = createLogger();
    const history = createHistory(map.store, { logger });
    await history.append(thread, [turnOf('secret'), turnOf('more')]);
    map.refuse(`delete ${map.turnKeys()[0]}`);
    await history.clear(thread);
    expect(logger.warn).toHaveBeenCalledOnce();
    await history.append(thread, [turnOf('new')]);
    expect((await history.load(thread)).turns).toEqual([turnOf('new')]);
  });
});

describe('clear', () => {
  it('deletes all turns, also those before the window', async () => {
    const map = createMapStore();
    const history = createHistory(map.store);
    await history.append(
      thread,
      Array.from({ length: 205 }, () => turnOf('x')),
    );
    await history.advance(thread, 200);
    await history.clear(thread);
    expect(map.turnKeys()).toEqual([]);
  });

  it('throws where the conversation could not be forgotten', async () => {
    const map = createMapStore();
    const history = createHistory(map.store);
    await history.append(thread, [turnOf('x')]);
    map.refuse(`set ${thread}`);
    await expect(history.clear(thread)).rejects.toThrow('refused');
    expect((await history.load(thread)).turns).toEqual([turnOf('x')]);
  });
});

describe('drop', () => {
  it('deletes the turns, and only those', async () => {
    const map = createMapStore();
    const history = createHistory(map.store);
    await history.append(
      thread,
      Array.from({ length: 205 }, (_, index) => turnOf(String(index))),
    );
    await history.drop(thread, 203);
    expect(map.turnKeys().map(numberOf)).toEqual([0, 1]);
  });

  it('leaves turns that could not be deleted out of sight, and says so', async () => {
    const map = createMapStore();
    const logger = createLogger();
    const history = createHistory(map.store, { logger });
    await history.append(thread, [turnOf('one'), turnOf('two')]);
    map.refuse(`delete ${map.turnKeys()[1]}`);
    await history.drop(thread, 1);
    expect(logger.warn).toHaveBeenCalledOnce();
    expect(await history.read(thread)).toEqual([turnOf('one')]);
  });
});

describe('what was damaged', () => {
  it.each([
    undefined,
    null,
    'text',
    { role: 'user' },
    { ...turnOf('x'), role: 'system' },
    { ...turnOf('x'), text: 5 },
  ])('a turn that became %j is left out with a warning', async (damaged) => {
    const map = createMapStore();
    const logger = createLogger();
    const history = createHistory(map.store, { logger });
    await history.append(thread, [turnOf('one'), turnOf('two'), turnOf('three')]);
    map.entries.set(String(map.turnKeys()[1]), damaged);
    expect((await history.load(thread)).turns).toEqual([turnOf('one'), turnOf('three')]);
    expect(logger.warn).toHaveBeenCalledOnce();
  });

  it.each([null, 'x', { epoch: 'a', start: 2, next: 1 }, { epoch: 1, start: 0, next: 1 }])(
    'a head that became %j starts the conversation anew, with a warning',
    async (damaged) => {
      const map = createMapStore();
      const logger = createLogger();
      const history = createHistory(map.store, { logger });
      await history.append(thread, [turnOf('old')]);
      map.entries.set(thread, damaged);
      expect(await history.load(thread)).toEqual({ start: 0, turns: [] });
      await history.append(thread, [turnOf('new')]);
      expect((await history.load(thread)).turns).toEqual([turnOf('new')]);
      expect(logger.warn).toHaveBeenCalled();
    },
  );
});

it('goes on with a thread after a call on it failed, and does not hold up others', async () => {
  const map = createMapStore();
  const history = createHistory(map.store);
  map.refuse(`get ${thread}`);
  const failing = history.append(thread, [turnOf('lost')]);
  const other = history.append('discord:2', [turnOf('fine')]);
  await expect(failing).rejects.toThrow('refused');
  await other;
  map.heal();
  await history.append(thread, [turnOf('kept')]);
  expect((await history.load(thread)).turns).toEqual([turnOf('kept')]);
});
