import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLanes } from '../../src/files/lanes.ts';

const never = new AbortController().signal;

/** Lanes whose turns last a second, and tasks that end when they are told to. */
function scene() {
  const lanes = createLanes(['slow', 'quick'] as const, { turnMs: 1_000 });
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (kind: 'slow' | 'quick', name: string, signal = never) =>
    lanes.run(
      kind,
      () => {
        started.push(name);
        const { promise, resolve } = Promise.withResolvers<string>();
        ends.set(name, () => resolve(name));
        return promise;
      },
      signal,
    );
  const end = async (name: string) => {
    ends.get(name)?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { run, end, started };
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => vi.useRealTimers());

describe('lanes', () => {
  it('run one task of a kind at a time, in their order', async () => {
    const { run, end, started } = scene();
    const all = ['a', 'b', 'c'].map((name) => run('slow', name));
    expect(started).toEqual(['a']);
    await end('a');
    expect(started).toEqual(['a', 'b']);
    await end('b');
    await end('c');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
  });

  it('run nothing beside a short task of the other kind', async () => {
    const { run, end, started } = scene();
    void run('slow', 'document');
    void run('quick', 'picture');
    await vi.advanceTimersByTimeAsync(900);
    expect(started).toEqual(['document']);
    await end('document');
    expect(started).toEqual(['document', 'picture']);
  });

  it('run the other kind beside a task that takes longer than a turn, also several of it', async () => {
    const { run, end, started } = scene();
    void run('slow', 'endless');
    void run('slow', 'next');
    void run('quick', 'one');
    void run('quick', 'two');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(started).toEqual(['endless', 'one']);
    await end('one');
    expect(started).toEqual(['endless', 'one', 'two']);
    // Now these have had their turn: what waits behind the endless one is next, though one of them still runs.
    await vi.advanceTimersByTimeAsync(1_000);
    await end('endless');
    expect(started).toEqual(['endless', 'one', 'two', 'next']);
  });

  it('let a kind go on in its turn, and the other one when that is over', async () => {
    const { run, end, started } = scene();
    for (const name of ['a', 'b', 'c']) void run('quick', name);
    void run('slow', 'document');
    await vi.advanceTimersByTimeAsync(600);
    await end('a');
    await vi.advanceTimersByTimeAsync(300);
    expect(started).toEqual(['a', 'b']);
    await vi.advanceTimersByTimeAsync(100);
    await end('b');
    expect(started).toEqual(['a', 'b', 'document']);
    await end('document');
    expect(started).toEqual(['a', 'b', 'document', 'c']);
  });

  it('forget what was aborted while it waited', async () => {
    const { run, end, started } = scene();
    const controller = new AbortController();
    void run('slow', 'a');
    const waiting = run('slow', 'b', controller.signal);
    void run('slow', 'c');
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await end('a');
    expect(started).toEqual(['a', 'c']);
  });

  it('keep the place of what was aborted while it ran, until that has ended', async () => {
    const { run, end, started } = scene();
    const controller = new AbortController();
    const running = run('slow', 'a', controller.signal);
    void run('slow', 'b');
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(started).toEqual(['a']);
    await end('a');
    expect(started).toEqual(['a', 'b']);
  });
});
