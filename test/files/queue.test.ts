import { describe, expect, it } from 'vitest';
import { createQueue } from '../../src/files/queue.ts';

/** Tasks that end when they are told to. */
function tasks(count: number) {
  const started: number[] = [];
  const ends = Array.from({ length: count }, () => Promise.withResolvers<number>());
  const run = (at: number) => () => {
    started.push(at);
    return ends[at]!.promise;
  };
  return { started, ends, run };
}

const never = new AbortController().signal;

describe('a queue', () => {
  it('runs so many at a time, in their order', async () => {
    const queue = createQueue(2);
    const { started, ends, run } = tasks(4);
    const results = [0, 1, 2, 3].map((at) => queue.run(run(at), never));
    expect(started).toEqual([0, 1]);
    ends[1]?.resolve(10);
    await results[1];
    await Promise.resolve();
    expect(started).toEqual([0, 1, 2]);
    ends[0]?.reject(new Error('broken'));
    await expect(results[0]).rejects.toThrow('broken');
    await Promise.resolve();
    expect(started).toEqual([0, 1, 2, 3]);
    ends[2]?.resolve(20);
    ends[3]?.resolve(30);
    expect(await Promise.all(results.slice(1))).toEqual([10, 20, 30]);
  });

  it('forgets what was aborted while it waited', async () => {
    const queue = createQueue(1);
    const { started, ends, run } = tasks(3);
    const controller = new AbortController();
    const first = queue.run(run(0), never);
    const second = queue.run(run(1), controller.signal);
    const third = queue.run(run(2), never);
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    ends[0]?.resolve(1);
    ends[2]?.resolve(3);
    expect(await Promise.all([first, third])).toEqual([1, 3]);
    expect(started).toEqual([0, 2]);
  });

  it('keeps the place of what was aborted while it ran, until that has ended', async () => {
    const queue = createQueue(1);
    const { started, ends, run } = tasks(2);
    const controller = new AbortController();
    const first = queue.run(run(0), controller.signal);
    const second = queue.run(run(1), never);
    controller.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect(started).toEqual([0]);
    ends[0]?.resolve(1);
    ends[1]?.resolve(2);
    expect(await second).toBe(2);
  });

  it('takes nothing that is aborted already', async () => {
    const { started, run } = tasks(1);
    await expect(createQueue(1).run(run(0), AbortSignal.abort(new Error('before')))).rejects.toThrow(
      'before',
    );
    expect(started).toEqual([]);
  });
});
