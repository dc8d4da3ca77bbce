import { expect, it } from 'vitest';
import { inTurn } from '../../bench/live/in-turn.ts';

it('runs what fits at the same time, heavy ones alone, and gives results in order', async () => {
  const started: number[] = [];
  let load = 0;
  const most: number[] = [];
  const weights = [3, 20, 1, 2, 9];
  const pieces = weights.map((weight, index) => ({
    weight,
    async run() {
      started.push(weight);
      load += weight;
      most.push(load);
      await new Promise<void>((resolve) => setImmediate(resolve));
      load -= weight;
      return index;
    },
  }));
  expect(await inTurn(pieces, 12)).toEqual([0, 1, 2, 3, 4]);
  expect(started[0]).toBe(20);
  expect(most[0]).toBe(20);
  expect(Math.max(...most.slice(1))).toBe(12);
});

it('fails as soon as a piece does', async () => {
  const broken = { weight: 1, run: () => Promise.reject(new Error('no bot')) };
  const endless = { weight: 1, run: () => new Promise<never>(() => undefined) };
  await expect(inTurn([broken, endless], 2)).rejects.toThrow('no bot');
});
