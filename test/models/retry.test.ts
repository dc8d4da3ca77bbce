import { describe, expect, test, vi } from 'vitest';
import { ParleyError } from '../../src/core/errors.ts';
import { toRetryDelay } from '../../src/models/retry.ts';
import { readRetryAfter } from '../../src/models/retry-after.ts';

describe('when to ask again', () => {
  const inTwoMinutes = () => new Date(Date.now() + 120_000).toUTCString();
  test.each([
    ['milliseconds first', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1500],
    ['seconds', { 'retry-after': '2.5' }, 2500],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['nothing', {}, undefined],
    [
      'the reset of what is used up',
      {
        'x-ratelimit-remaining-requests': '10',
        'x-ratelimit-reset-requests': '2h0m0s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '6m1.5s',
      },
      361_500,
    ],
    [
      'milliseconds in a reset',
      { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '20ms' },
      20,
    ],
  ] as const)('%s', (_name, headers, expected) => {
    expect(readRetryAfter(new Headers(headers as Record<string, string>))).toBe(expected);
  });

  test('a date', () => {
    vi.useFakeTimers({ now: new Date('2026-11-22T10:00:00Z') });
    expect(readRetryAfter(new Headers({ 'retry-after': inTwoMinutes() }))).toBe(120_000);
    vi.useRealTimers();
  });

  test('grows from attempt to attempt, is what the server said, and ends', () => {
    const down = new ParleyError('model-unavailable', 'down');
    expectWithin(toRetryDelay(down, 1, 500), 500, 625);
    expectWithin(toRetryDelay(down, 2, 500), 1000, 1250);
    expect(toRetryDelay(down, 3, 500)).toBeUndefined();
    const limited = (retryAfterMs: number) => new ParleyError('rate-limited', 'wait', { retryAfterMs });
    expectWithin(toRetryDelay(limited(20_000), 1, 500), 20_000, 25_000);
    expect(toRetryDelay(limited(20_001), 1, 500)).toBeUndefined();
    expect(toRetryDelay(new ParleyError('usage-limit', 'spent'), 1, 500)).toBeUndefined();
    expect(toRetryDelay(new ParleyError('timed-out', 'slow'), 1, 500)).toBeUndefined();
  });
});

function expectWithin(value: number | undefined, least: number, most: number): void {
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most);
}
