import { expect, test } from 'vitest';
import { toWords } from '../../src/models/durations.ts';

test.each([
  [0, '1 second'],
  [1000, '1 second'],
  [1001, '2 seconds'],
  [1600, '2 seconds'],
  [20_000, '20 seconds'],
  [80_000, '80 seconds'],
  [90_000, '2 minutes'],
  [120_000, '2 minutes'],
  [600_000, '10 minutes'],
  [5_400_000, '2 hours'],
  [200_000_000, '3 days'],
])('%d ms are %s', (milliseconds, words) => {
  expect(toWords(milliseconds)).toBe(words);
});
