import { describe, expect, it } from 'vitest';
import { createArrivals } from '../../../src/core/live/arrivals.ts';
import { createLengths } from '../../../src/core/live/lengths.ts';

/** So many questions, so far apart; the clock at the last one. */
function ask(count: number, gapMs: number) {
  const lengths = createLengths();
  lengths.observe(1_000, 4_000);
  const arrivals = createArrivals(lengths);
  let now = 60_000;
  arrivals.note(now);
  for (let index = 1; index < count; index++) {
    now += gapMs;
    arrivals.note(now);
  }
  return { arrivals, lengths, now };
}

describe('the forecast', () => {
  it('says that a wave goes on: at its rate, the longer the longer it has', () => {
    const { arrivals, lengths, now } = ask(100, 50);
    const short = arrivals.forecast(now)!;
    expect(short.rate).toBeCloseTo(1 / 50, 3);
    expect(short.forMs).toBeGreaterThan(2_000);
    expect(short.forMs).toBeLessThan(3_000);
    expect(short.lastsMs).toBeCloseTo(lengths.remaining(0) / lengths.pace, 0);
    const { arrivals: long, now: later } = ask(150, 300);
    expect(long.forecast(later)!.forMs).toBeGreaterThan(35_000);
    const { arrivals: steady, now: latest } = ask(3_000, 300);
    expect(steady.forecast(latest)!.forMs).toBe(60_000);
  });

  it('ends with the wave', () => {
    const { arrivals, now } = ask(20, 100);
    expect(arrivals.forecast(now + 300)).toBeDefined();
    expect(arrivals.forecast(now + 500)).toBeUndefined();
    // The next one begins from nothing.
    arrivals.note(now + 10_000);
    expect(arrivals.forecast(now + 10_001)).toBeUndefined();
  });

  it('expects nobody where few ask, all ask at once, or they ask rarely', () => {
    expect(ask(4, 100).arrivals.forecast(60_301)).toBeUndefined();
    const { arrivals, now } = ask(100, 0);
    expect(arrivals.forecast(now)).toBeUndefined();
    expect(arrivals.forecast(now + 101)).toBeUndefined();
    const rare = ask(20, 6_000);
    expect(rare.arrivals.forecast(rare.now)).toBeUndefined();
  });

  it('survives a clock that was set back', () => {
    const { arrivals } = ask(20, 100);
    expect(arrivals.forecast(0)).toBeUndefined();
  });
});
