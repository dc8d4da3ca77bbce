import { describe, expect, it } from 'vitest';
import { createLanes } from '../../src/core/lanes.ts';
import type { ThreadKey } from '../../src/core/ports.ts';

interface Run {
  readonly thread: ThreadKey;
  readonly batch: readonly string[];
  readonly signal: AbortSignal;
  finish(): void;
}

function setUp() {
  const runs: Run[] = [];
  const tidied: (readonly string[])[] = [];
  /** Set: tidying waits for it. */
  const tidying: { until?: Promise<void> } = {};
  const lanes = createLanes<string>({
    joins: (item) => !item.startsWith('/'),
    run(thread, batch, signal) {
      const { promise, resolve } = Promise.withResolvers<void>();
      runs.push({ thread, batch, signal, finish: resolve });
      return promise;
    },
    async tidy(batch) {
      tidied.push(batch);
      await tidying.until;
    },
  });
  /** Lets everything that can run do so. */
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { lanes, runs, tidied, tidying, turn };
}

describe('lanes', () => {
  it('runs one batch at a time per thread and answers what arrived meanwhile together', async () => {
    const { lanes, runs, turn } = setUp();
    lanes.add('t:1', ['a']);
    lanes.add('t:1', ['b']);
    lanes.add('t:1', ['c']);
    expect(runs.map(({ batch }) => batch)).toEqual([['a']]);
    runs[0]!.finish();
    await turn();
    expect(runs.map(({ batch }) => batch)).toEqual([['a'], ['b', 'c']]);
  });

  it('runs threads in parallel', () => {
    const { lanes, runs } = setUp();
    lanes.add('t:1', ['a']);
    lanes.add('t:2', ['b']);
    expect(runs.map(({ thread }) => thread)).toEqual(['t:1', 't:2']);
  });

  it('keeps what does not join apart, in order', async () => {
    const { lanes, runs, turn } = setUp();
    for (const item of ['a', 'b', '/new', 'c', 'd']) lanes.add('t:1', [item]);
    for (let index = 0; index < 4; index++) {
      runs[index]!.finish();
      await turn();
    }
    expect(runs.map(({ batch }) => batch)).toEqual([['a'], ['b'], ['/new'], ['c', 'd']]);
    expect(lanes.busy('t:1')).toBe(false);
  });

  it('stops what runs with the reason and goes on with what waits', async () => {
    const { lanes, runs, turn } = setUp();
    lanes.add('t:1', ['a']);
    lanes.add('t:1', ['b']);
    expect(lanes.stop('t:1', 'enough')).toBe(true);
    expect(runs[0]!.signal.reason).toBe('enough');
    runs[0]!.finish();
    await turn();
    expect(runs[1]!.signal.aborted).toBe(false);
    expect(lanes.stop('t:2', 'enough')).toBe(false);
  });

  it('drops and changes what waits', async () => {
    const { lanes, runs, turn } = setUp();
    for (const item of ['a', 'b', 'c']) lanes.add('t:1', [item]);
    lanes.amend('t:1', (item) => (item === 'b' ? undefined : `${item}!`));
    runs[0]!.finish();
    await turn();
    expect(runs[1]!.batch).toEqual(['c!']);
  });

  it('starts nothing once closed and settles when what ran has ended', async () => {
    const { lanes, runs, turn } = setUp();
    lanes.add('t:1', ['a']);
    lanes.add('t:1', ['b']);
    lanes.close();
    lanes.add('t:2', ['c']);
    let settled = false;
    const settling = lanes.settled().then(() => {
      settled = true;
    });
    await turn();
    expect(settled).toBe(false);
    runs[0]!.finish();
    await settling;
    expect(runs).toHaveLength(1);
  });

  it('tidies up behind a batch, which no longer counts as running, and goes on when that is done', async () => {
    const { lanes, runs, tidied, tidying, turn } = setUp();
    const tidy = Promise.withResolvers<void>();
    tidying.until = tidy.promise;
    lanes.add('t:1', ['a']);
    expect(lanes.busy('t:1')).toBe(true);
    expect(tidied).toEqual([]);
    runs[0]!.finish();
    await turn();
    expect(tidied).toEqual([['a']]);
    expect(lanes.busy('t:1')).toBe(false);
    expect(lanes.running('t:1')).toEqual([]);
    expect(lanes.stop('t:1', 'enough')).toBe(false);
    lanes.add('t:1', ['b']);
    await turn();
    expect(runs).toHaveLength(1);
    tidy.resolve();
    await turn();
    expect(runs[1]!.batch).toEqual(['b']);
  });

  it('runs a task of the house behind what runs and before what waits', async () => {
    const { lanes, runs, turn } = setUp();
    const events: string[] = [];
    lanes.add('t:1', ['a']);
    lanes.add('t:1', ['b']);
    const gate = Promise.withResolvers<void>();
    const task = lanes.interject('t:1', async () => {
      events.push('begun');
      await gate.promise;
    });
    void task.then(() => events.push('settled'));
    await turn();
    expect(events).toEqual([]);
    runs[0]!.finish();
    await turn();
    expect(events).toEqual(['begun']);
    expect(runs).toHaveLength(1);
    gate.resolve();
    await turn();
    expect(events).toEqual(['begun', 'settled']);
    expect(runs[1]!.batch).toEqual(['b']);
  });

  it('tells who asked for a task of its fault, and goes on', async () => {
    const { lanes, runs } = setUp();
    const failing = lanes.interject('t:1', () => Promise.reject(new Error('no')));
    lanes.add('t:1', ['a']);
    await expect(failing).rejects.toThrow('no');
    expect(runs[0]!.batch).toEqual(['a']);
  });

  it('runs a task though the lanes are closed, also where items wait for another process', async () => {
    const { lanes, runs, turn } = setUp();
    lanes.add('t:1', ['a']);
    lanes.add('t:1', ['b']);
    lanes.close();
    runs[0]!.finish();
    await turn();
    await lanes.interject('t:1', async () => undefined);
    await lanes.interject('t:2', async () => undefined);
    await lanes.settled();
    expect(runs).toHaveLength(1);
    expect(lanes.busy('t:1')).toBe(true);
    expect(lanes.busy('t:2')).toBe(false);
  });
});
