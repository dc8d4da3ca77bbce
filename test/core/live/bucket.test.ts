import { describe, expect, it } from 'vitest';
import { createBucket } from '../../../src/core/live/bucket.ts';

const scope = { id: 's', calls: 60, perMs: 60_000, shape: 'bucket' } as const;

/** A platform's own bucket: `burst` calls, then one a second. */
function createPlatform(burst: number) {
  let level = burst;
  let at = 0;
  return (now: number): number => {
    level = Math.min(burst, level + (now - at) / 1_000);
    at = now;
    if (level < 1) return Math.ceil(1 - level) * 1_000;
    level -= 1;
    return 0;
  };
}

/** Calls as often as the gauge allows, for so long. */
function run(
  gauge: ReturnType<typeof createBucket>,
  platform: (now: number) => number,
  fromMs: number,
  toMs: number,
) {
  let made = 0;
  const refused: number[] = [];
  for (let now = fromMs; now < toMs; now += 50) {
    if (gauge.waitMs(now, []) > 0) continue;
    gauge.spend(now);
    made++;
    const retryAfterMs = platform(now);
    if (retryAfterMs > 0) {
      refused.push(now);
      gauge.refuse(retryAfterMs, now);
    }
  }
  return { made, refused };
}

/** So many last texts that are due at once. */
const kept = (count: number) => Array.from({ length: count }, () => 0);

describe('a bucket', () => {
  it('lets a burst of a whole period through, then the documented rate', () => {
    const gauge = createBucket(scope, 0);
    const { made, refused } = run(gauge, createPlatform(60), 0, 60_000);
    expect(refused).toEqual([]);
    expect(made).toBeGreaterThan(115);
    expect(made).toBeLessThanOrEqual(120);
  });

  it.each([1 / 5, 1 / 10])('learns from few refusals that a burst is only %f of it', (share) => {
    const gauge = createBucket(scope, 0);
    const platform = createPlatform(60 * share);
    run(gauge, platform, 0, 60_000);
    const later = run(gauge, platform, 60_000, 360_000);
    expect(later.refused.length).toBeLessThan(3);
    expect(later.made).toBeGreaterThan(280);
    // After a pause the burst is used again; now and then a little more is tried.
    const after = run(gauge, platform, 960_000, 962_000);
    expect(after.refused.length).toBeLessThanOrEqual(1);
    expect(after.made).toBeGreaterThanOrEqual(Math.floor(60 * share) - 2);
  });

  it('forgives a refusal that was a hiccup', () => {
    const gauge = createBucket(scope, 0);
    gauge.spend(0);
    gauge.refuse(1_000, 50);
    expect(gauge.supply(0, 600_000)).toBeLessThan(5);
    for (let minute = 11; minute <= 110; minute += 11) gauge.waitMs(minute * 60_000, []);
    expect(gauge.supply(0, 130 * 60_000)).toBe(60);
  });

  it('learns from all calls that were refused together how large the burst was', () => {
    const gauge = createBucket(scope, 0);
    for (let call = 0; call < 20; call++) gauge.spend(100);
    for (let call = 0; call < 12; call++) gauge.refuse(2_000, 150);
    expect(gauge.waitMs(150, [])).toBeGreaterThanOrEqual(2_000);
    // Eight of twenty went through.
    expect(gauge.supply(0, 60_000)).toBeGreaterThanOrEqual(7);
    expect(gauge.supply(0, 60_000)).toBeLessThanOrEqual(8);
  });

  it('where all that it holds is to be kept, gives only now and then what would be lost', () => {
    const gauge = createBucket(scope, 0);
    expect(gauge.waitMs(0, kept(59))).toBe(0);
    expect(gauge.waitMs(0, kept(60))).toBe(2_000);
    expect(gauge.waitMs(2_000, kept(60))).toBe(0);
    gauge.spend(2_000);
    expect(gauge.waitMs(2_000, kept(60))).toBe(3_000);
    expect(gauge.waitMs(4_900, kept(60))).toBeGreaterThan(0);
    expect(gauge.waitMs(5_100, kept(60))).toBe(0);
  });

  it('leaves what is to be kept', () => {
    const gauge = createBucket(scope, 0);
    for (let call = 0; call < 50; call++) gauge.spend(0);
    expect(gauge.waitMs(0, [])).toBe(0);
    expect(gauge.waitMs(0, kept(12))).toBeGreaterThan(2_000);
  });

  it('does not mind a clock that stands still', () => {
    const gauge = createBucket(scope, 1_000);
    gauge.spend(1_000);
    expect(gauge.waitMs(1_000, [])).toBe(0);
    expect(gauge.waitMs(999, [])).toBe(0);
  });
});
