import type { Scope } from '../ports.ts';
import type { Gauge, Trips } from './budget.ts';

/**
 * A limit of so many calls per period. A period begins with a call; when exactly it ends, the platform tells with
 * its answers. As long as it does not, never more than `calls` arrive in any stretch of `perMs`: when a call arrived,
 * its answer tells, less the shortest time that an answer ever took.
 */
export function createWindow(scope: Scope, trips: Trips = { quickestMs: 0 }): Gauge {
  let { calls, perMs } = scope;
  /** When the calls of the last stretch arrived at the latest, oldest first. */
  const arrivals: number[] = [];
  /** When the calls that are still under way went out, oldest first. */
  const flying: number[] = [];
  /** The platform's period: when it ends, and what is left of it. */
  let period: { readonly endsAt: number; left: number } | undefined;
  /** True once the platform has told of a period: from then on its periods count, not our stretches. */
  let told = false;
  let closedUntil = 0;
  /** When a call went out last. */
  let spentAt = Number.NEGATIVE_INFINITY;

  function refresh(now: number): void {
    while (flying.length > 0 && flying[0]! <= now - lostMs) land(flying[0]!, flying[0]! + lostMs);
    while (arrivals.length > 0 && arrivals[0]! <= now - perMs - clockMs) arrivals.shift();
    if (period !== undefined && now >= period.endsAt) period = undefined;
  }

  function land(wentAt: number, now: number): void {
    const index = flying.indexOf(wentAt);
    if (index < 0) return;
    flying.splice(index, 1);
    arrivals.push(Math.max(wentAt, now - trips.quickestMs));
  }

  function left(): number {
    if (period !== undefined) return period.left;
    return told ? calls : calls - arrivals.length - flying.length;
  }

  /** When one more call comes free beside those that are kept. */
  function freeMs(now: number, keep: readonly number[]): number {
    if (period !== undefined) {
      const { endsAt } = period;
      const needed = keep.filter((due) => due < endsAt).length;
      return period.left >= 1 + needed ? 0 : endsAt - now;
    }
    const counted = calls - left();
    const landed = told ? [] : arrivals;
    let gone = 0;
    // It counts until a period later: each call that is needed until then must still be there at its time.
    for (let needed = 0; needed <= keep.length; needed++) {
      const at = needed === 0 ? now : Math.max(now, keep[needed - 1]!);
      if (at >= now + perMs + clockMs) break;
      while (gone < landed.length && landed[gone]! <= at - perMs - clockMs) gone++;
      if (counted - gone + needed < calls) continue;
      const arrived = landed[counted + needed - calls] ?? now - trips.quickestMs;
      return Math.max(shortestMs, arrived + perMs + clockMs - now);
    }
    return 0;
  }

  /** How long a call that goes out now will count. */
  function missedMs(now: number): number {
    return period === undefined ? perMs : period.endsAt - now;
  }

  /** How many of those that are to be kept back can be. */
  function keepable(now: number): number {
    // They are no use any more when the period is over.
    if (period !== undefined && period.endsAt - now < lateMs) return 0;
    if (calls > 1 || scope.calls === 1) return Math.max(1, calls - 1);
    // The only one is not kept back for ever.
    return now < spentAt + longestKept * perMs ? 1 : 0;
  }

  return {
    get atOnce() {
      return calls;
    },
    waitMs(now, keep) {
      refresh(now);
      const closed = Math.max(0, closedUntil - now);
      return Math.max(closed, freeMs(now, keep.slice(0, keepable(now))));
    },
    supply(horizonMs, now) {
      refresh(now);
      const open = horizonMs - Math.max(0, closedUntil - now);
      if (open < 0) return 0;
      const reset = missedMs(now);
      // What is left has to last until the reset; after it that pace can go on, or the limit's own.
      const remaining = Math.max(0, left());
      return open <= reset
        ? remaining
        : Math.max((remaining * open) / reset, (calls * open) / (perMs + usualTripMs));
    },
    missedMs(now) {
      refresh(now);
      return missedMs(now);
    },
    spend(now) {
      refresh(now);
      spentAt = now;
      flying.push(now);
      if (period !== undefined) period.left--;
      // The first call of a period begins it; the answer will say when it ends.
      else if (told) period = { endsAt: now + perMs + usualTripMs, left: calls - 1 };
      return (landedAt) => land(now, landedAt);
    },
    refuse(retryAfterMs, now) {
      closedUntil = Math.max(closedUntil, now + retryAfterMs);
    },
    read({ remaining, resetMs: untilReset, limit }, now) {
      refresh(now);
      if (limit !== undefined && limit > 0) calls = limit;
      // The first call of a period tells how long periods are.
      if (remaining === calls - 1 && untilReset > 0) perMs = untilReset;
      const endsAt = now + untilReset;
      // Answers overtake one another: of the same period the least is true.
      const same = period !== undefined && Math.abs(period.endsAt - endsAt) < perMs / 2;
      // The first answer of all knows nothing of the calls that are still under way.
      const counted = same ? period!.left : told ? remaining : calls - arrivals.length - flying.length;
      period = { endsAt, left: Math.min(counted, remaining) };
      told = true;
    },
    idle(now) {
      refresh(now);
      return arrivals.length + flying.length === 0 && period === undefined && closedUntil <= now;
    },
  };
}

/** Answers are not all equally quick. */
const usualTripMs = 50;
/** What timers may be early, and clocks may be apart. */
const clockMs = 5;
const shortestMs = 1;
/** A call without an answer has arrived by then, or never will. */
const lostMs = 3_000;
const lateMs = 150;
/** Periods. */
const longestKept = 2.5;
