import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWindow } from '../../../src/core/live/window.ts';

const scope = { id: 's', calls: 5, perMs: 5_000, shape: 'window' } as const;

describe('a window', () => {
  it('never lets more through in any stretch than the limit, however it is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 200 }), (pauses) => {
        const gauge = createWindow(scope);
        const times: number[] = [];
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          if (gauge.waitMs(now, []) > 0) continue;
          gauge.spend(now)(now);
          times.push(now);
        }
        for (let index = 5; index < times.length; index++) {
          expect(times[index]! - times[index - 5]!).toBeGreaterThanOrEqual(5_000);
        }
      }),
    );
  });

  it('lets no more arrive in any stretch than the limit, however long calls are under way', () => {
    const trip = fc.record({
      pause: fc.integer({ min: 0, max: 2_000 }),
      out: fc.integer({ min: 0, max: 400 }),
      back: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(trip, { maxLength: 200 }), (trips) => {
        const gauge = createWindow(scope, { quickestMs: 100 });
        const arrivals: number[] = [];
        let flying: { readonly at: number; land(at: number): void }[] = [];
        let now = 0;
        for (const { pause, out, back } of trips) {
          now += pause;
          for (const call of flying.filter(({ at }) => at <= now)) call.land(call.at);
          flying = flying.filter(({ at }) => at > now);
          if (gauge.waitMs(now, []) > 0) continue;
          const arrived = now + 50 + out;
          arrivals.push(arrived);
          flying = [...flying, { at: arrived + 50 + back, land: gauge.spend(now) }];
          flying.sort((a, b) => a.at - b.at);
        }
        arrivals.sort((a, b) => a - b);
        for (let index = 5; index < arrivals.length; index++) {
          expect(arrivals[index]! - arrivals[index - 5]!).toBeGreaterThanOrEqual(5_000);
        }
      }),
    );
  });

  it('says exactly when the next call is possible', () => {
    const gauge = createWindow(scope);
    for (const at of [0, 100, 200, 300, 400]) gauge.spend(at)(at);
    const wait = gauge.waitMs(1_000, []);
    expect(gauge.waitMs(999 + wait, [])).toBeGreaterThan(0);
    expect(gauge.waitMs(1_000 + wait, [])).toBe(0);
  });

  it('follows the platform where that tells when its period ends', () => {
    const gauge = createWindow(scope);
    for (const at of [0, 1_000, 2_000, 3_000, 4_000]) gauge.spend(at)(at);
    gauge.read({ remaining: 0, resetMs: 900, limit: 5 }, 4_100);
    expect(gauge.waitMs(4_100, [])).toBe(900);
    // The stretch is not over, but the platform's period is.
    expect(gauge.waitMs(5_001, [])).toBe(0);
    for (let call = 0; call < 5; call++) gauge.spend(5_001)(5_001);
    expect(gauge.waitMs(5_002, [])).toBeGreaterThan(4_000);
  });

  it('takes a limit that the platform names for the true one', () => {
    const gauge = createWindow(scope);
    gauge.spend(0)(0);
    gauge.read({ remaining: 0, resetMs: 1_000, limit: 1 }, 100);
    expect(gauge.waitMs(100, [])).toBe(1_000);
    gauge.spend(1_200)(1_200);
    expect(gauge.waitMs(1_250, [])).toBeGreaterThan(0);
  });

  it('learns how long a period is from the first call of one', () => {
    const gauge = createWindow(scope);
    gauge.spend(0)(0);
    gauge.read({ remaining: 0, resetMs: 950, limit: 1 }, 50);
    gauge.spend(1_100)(1_100);
    expect(gauge.waitMs(1_150, [])).toBeLessThan(1_100);
    expect(gauge.supply(10_000, 1_150)).toBeGreaterThan(8);
  });

  it('believes the lower of two answers of the same period, whichever comes first', () => {
    const gauge = createWindow(scope);
    gauge.spend(0)(0);
    gauge.spend(10)(10);
    gauge.read({ remaining: 3, resetMs: 4_900 }, 100);
    gauge.read({ remaining: 4, resetMs: 4_890 }, 110);
    expect(gauge.supply(0, 110)).toBe(3);
  });

  it('closes for as long as a refusal says', () => {
    const gauge = createWindow(scope);
    gauge.refuse(7_000, 100);
    expect(gauge.waitMs(100, [])).toBe(7_000);
    expect(gauge.supply(5_000, 100)).toBe(0);
    expect(gauge.waitMs(7_100, [])).toBe(0);
  });

  it('keeps calls back, but not beyond the end of the period', () => {
    const gauge = createWindow(scope);
    gauge.spend(0)(0);
    gauge.read({ remaining: 1, resetMs: 2_000 }, 50);
    expect(gauge.waitMs(50, [])).toBe(0);
    expect(gauge.waitMs(50, [500])).toBeGreaterThan(1_000);
    expect(gauge.waitMs(1_950, [2_000])).toBe(0);
  });

  it('keeps the only call that the platform lets through back, too, but not for ever', () => {
    const gauge = createWindow(scope);
    gauge.spend(0)(50);
    gauge.read({ remaining: 0, resetMs: 950, limit: 1 }, 50);
    expect(gauge.waitMs(1_001, [])).toBe(0);
    expect(gauge.waitMs(1_001, [1_500])).toBeGreaterThan(0);
    expect(gauge.waitMs(2_400, [2_500])).toBe(0);
    // Where it is known beforehand, a last text is worth waiting for.
    expect(createWindow({ ...scope, calls: 1 }).waitMs(0, [500])).toBeGreaterThan(0);
  });

  it('keeps nothing back for a last text before which enough comes free again', () => {
    const gauge = createWindow(scope);
    for (let call = 0; call < 4; call++) gauge.spend(0)(0);
    expect(gauge.waitMs(1_000, [4_000])).toBeGreaterThan(3_000);
    // At 5.5 s the four are gone, and one that goes out now counts alone.
    expect(gauge.waitMs(1_000, [5_500])).toBe(0);
    expect(gauge.waitMs(1_000, [5_500, 5_500, 5_500, 5_500])).toBe(0);
    gauge.spend(1_000)(1_000);
    expect(gauge.waitMs(5_100, [5_500, 5_500, 5_500])).toBe(0);
    expect(gauge.waitMs(5_100, [5_500, 5_500, 5_500, 5_500])).toBeGreaterThan(0);
    // Then it is gone itself.
    expect(gauge.waitMs(5_100, [10_200, 10_200, 10_200, 10_200])).toBe(0);
  });

  it('takes a call for arrived in time, however late that is looked at', () => {
    const gauge = createWindow(scope);
    for (let call = 0; call < 5; call++) gauge.spend(0);
    expect(gauge.waitMs(60_000, [])).toBe(0);
  });
});
