import { describe, expect, test } from 'vitest';
import { createTokenCounter } from '../../src/models/tokens.ts';

describe('tokens', () => {
  const exact = createTokenCounter(1);
  test('are counted as o200k_base has them', () => {
    expect(exact('hello world')).toBe(2);
    expect(exact('The quick brown fox jumps over the lazy dog.')).toBe(10);
  });

  test('are raised for models that may count otherwise', () => {
    expect(createTokenCounter(1.25)('hello world')).toBe(3);
  });

  test('of long runs are never too few, and hardly too many', () => {
    // Counted in one go, which took 8 s.
    for (const [letter, whole] of [
      ['!', 6250],
      [' ', 782],
      ['a', 12_500],
    ] as const) {
      const counted = exact(letter.repeat(100_000));
      expect(counted).toBeGreaterThanOrEqual(whole);
      expect(counted).toBeLessThanOrEqual(whole * 1.05);
    }
  });
});
