import type { Scope } from '../ports.ts';
import type { Gauge } from './budget.ts';

/**
 * A limit of so many calls per period. A period begins with a call; when exactly it ends, the platform tells with
 * its answers. As long as it does not, never more than `calls` go out in any stretch of `perMs`.
 */
export function createWindow(scope: Scope): Gauge {
  let { calls, perMs } = scope;
  /** Times of the calls of the last stretch, oldest first. */
  const times: number[] = [];
  /** The platform's period: when it ends, and what is left of it. */
  let period: { readonly endsAt: number; left: number } | undefined;
  /** True once the platform has told of a period: from then on its periods count, not our stretches. */
  let told = false;
  let closedUntil = 0;

  function refresh(now: number): void {
    while (times.length > 0 && times[0]! <= now - perMs - jitterMs) times.shift();
    if (period !== undefined && now >= period.endsAt) period = undefined;
  }

  function left(): number {
    if (period !== undefined) return period.left;
    return told ? calls : calls - times.length;
  }

  /** When one more call comes free beside those that are kept. */
  function freeMs(now: number, kept: number): number {
    if (period !== undefined) return period.endsAt - now;
    const blocking = times[times.length - calls + kept];
    return blocking === undefined ? 0 : blocking + perMs + jitterMs - now;
  }

  /** How long a call that goes out now will count. */
  function missedMs(now: number): number {
    return period === undefined ? perMs : period.endsAt - now;
  }

  return {
    waitMs(now, keep) {
      refresh(now);
      const closed = Math.max(0, closedUntil - now);
      // What is kept back is no use any more when the period is over.
      const kept =
        period !== undefined && period.endsAt - now < lateMs ? 0 : Math.min(Math.ceil(keep), calls - 1);
      if (left() >= 1 + kept) return closed;
      return Math.max(closed, freeMs(now, kept));
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
        : Math.max((remaining * open) / reset, (calls * open) / (perMs + jitterMs));
    },
    missedMs(now) {
      refresh(now);
      return missedMs(now);
    },
    spend(now) {
      refresh(now);
      times.push(now);
      if (period !== undefined) period.left--;
      // The first call of a period begins it; the answer will say when it ends.
      else if (told) period = { endsAt: now + perMs + jitterMs, left: calls - 1 };
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
      const counted = same ? period!.left : told ? remaining : calls - times.length;
      period = { endsAt, left: Math.min(counted, remaining) };
      told = true;
    },
    idle(now) {
      refresh(now);
      return times.length === 0 && period === undefined && closedUntil <= now;
    },
  };
}

/** Calls are not equally long under way: they arrive closer together than they went out. */
const jitterMs = 50;
const lateMs = 150;
