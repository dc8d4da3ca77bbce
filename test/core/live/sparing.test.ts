import { expect, it } from 'vitest';
import { sparingGapMs } from '../../../src/core/live/sparing.ts';

const bucket = { scopes: [{ id: 'updates', calls: 50, perMs: 60_000, shape: 'bucket' }] } as const;
const window = { scopes: [{ id: 'edits', calls: 5, perMs: 5_000, shape: 'window' }] } as const;

it('spares what a bucket keeps for whoever asks next, the less the more have asked already', () => {
  expect(sparingGapMs([bucket], 1)).toBe(400);
  expect(sparingGapMs([bucket], 5)).toBe(400);
  const some = sparingGapMs([bucket], 12);
  expect(some).toBeLessThan(400);
  expect(some).toBeGreaterThan(100);
  expect(sparingGapMs([bucket], 20)).toBe(100);
  expect(sparingGapMs([bucket, window], 300)).toBe(100);
});

it('spares little of a window: what it gives and nobody takes is lost', () => {
  expect(sparingGapMs([window], 1)).toBe(150);
  expect(sparingGapMs([window], 100)).toBe(150);
});
