import { expect, it } from 'vitest';
import { lettersOf, summarise } from '../../bench/live/metrics.ts';

const said = (...texts: readonly string[]) => texts.map((text, index) => ({ at: 100 * (index + 1), text }));

it('measures each letter from when it was said to when it was seen', () => {
  const { firstWords, firstOverhead, meanLag, p95Lag, finalMedian, finalWorst, incomplete } = summarise([
    {
      emissions: said('ab ', 'cd ', 'ef'),
      // “ab” after 50 ms; “cd” and “ef” together, 200 and 100 ms late.
      sightings: [
        { at: 150, letters: 2 },
        { at: 400, letters: 6 },
      ],
      calls: 2,
    },
  ]);
  expect(firstWords).toBeCloseTo(0.15);
  expect(firstOverhead).toBeCloseTo(0.05);
  expect(meanLag).toBeCloseTo((50 + 200 + 100) / 3 / 1_000);
  expect(p95Lag).toBeCloseTo(0.2);
  expect([finalMedian, finalWorst]).toEqual([0.1, 0.1]);
  expect(incomplete).toBe(0);
});

it('weighs letters the same, whichever reply they are in', () => {
  const { meanLag, callsPerReply } = summarise([
    { emissions: said('a'), sightings: [{ at: 1_100, letters: 1 }], calls: 1 },
    { emissions: said('bcd'), sightings: [{ at: 100, letters: 3 }], calls: 4 },
  ]);
  expect(meanLag).toBeCloseTo(0.25);
  expect(callsPerReply).toBe(2.5);
});

it('takes a letter for seen only once all before it are', () => {
  const { meanLag } = summarise([
    {
      emissions: said('ab', 'cd'),
      sightings: [
        { at: 200, letters: 1 },
        { at: 300, letters: 4 },
      ],
      calls: 2,
    },
  ]);
  expect(meanLag).toBeCloseTo(0.15);
});

it('counts what was never seen until people stopped watching', () => {
  const { meanLag, finalWorst, incomplete } = summarise([
    { emissions: said('ab', 'cd'), sightings: [{ at: 100, letters: 2 }], calls: 1, watchedMs: 5_200 },
  ]);
  expect(incomplete).toBe(1);
  expect(meanLag).toBeCloseTo(2.5);
  expect(finalWorst).toBeCloseTo(5);
});

it('does not count white space as letters', () => {
  expect(lettersOf(' a b\n\tc ')).toBe(3);
});
