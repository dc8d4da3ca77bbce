import type { Scope } from '../ports.ts';
import type { Gauge } from './budget.ts';

/**
 * A limit that tolerates bursts and then lets calls through at a steady rate. How large a burst is, nobody
 * documents: it starts at a whole period's worth, and each refusal tells how much was really there.
 */
export function createBucket(scope: Scope, createdAt: number): Gauge {
  const documentedRate = scope.calls / scope.perMs;
  let capacity = scope.calls;
  let rate = documentedRate;
  let level = capacity;
  let at = createdAt;
  let closedUntil = 0;
  /** Since when it has been full without a break. */
  let filledAt = createdAt;
  /** Since it was last full: when that was, and the calls that went out. */
  let fullAt = createdAt;
  let spentSince = 0;
  let refusedSince = 0;
  /** When it was last refused, or given another try. */
  let triedAt = createdAt;

  /** How long it takes to be full. */
  const missingMs = () => (capacity - level) / rate;

  function refill(now: number): void {
    if (now <= at) return;
    if (level < capacity) filledAt = at + missingMs();
    level += (now - at) * rate;
    at = now;
    // What was learned may have been a hiccup, or may have changed: it is tried again now and then.
    if (now - triedAt > forgiveMs && (rate < documentedRate || capacity < scope.calls)) {
      rate = documentedRate;
      capacity = Math.min(scope.calls, capacity * 2);
      triedAt = now;
    }
    if (level < capacity) return;
    level = capacity;
    fullAt = now;
    spentSince = 0;
    refusedSince = 0;
  }

  return {
    get atOnce() {
      return capacity;
    },
    waitMs(now, kept) {
      refill(now);
      const keep = kept.length;
      const closed = Math.max(0, closedUntil - now);
      // A call may be faster under way than the one before it: at the edge it must not come too early.
      const least = Math.max(1 + keep, Math.min(capacity, 1 + keep + rate * jitterMs));
      if (level >= least) return closed;
      // What a full bucket gains is lost: now and then a call may go out even where all that it holds is to be kept.
      const fullMs = level < capacity ? missingMs() : filledAt - now;
      const whole = least > capacity ? fullMs + idleMs : (least - level) / rate;
      return Math.max(closed, whole);
    },
    supply(horizonMs, now) {
      refill(now);
      const open = Math.max(0, horizonMs - Math.max(0, closedUntil - now));
      return Math.max(0, level + rate * open);
    },
    missedMs: () => Number.POSITIVE_INFINITY,
    spend(now) {
      refill(now);
      level -= 1;
      spentSince += 1;
      return () => undefined;
    },
    refuse(retryAfterMs, now) {
      refill(now);
      const first = now >= closedUntil;
      closedUntil = Math.max(closedUntil, now + retryAfterMs);
      level = 0;
      refusedSince += 1;
      // Of calls that were under way together each one that is refused tells a little more.
      const real = spentSince - refusedSince - (now - fullAt) * documentedRate;
      if (real < capacity * sureShare) capacity = Math.max(1, Math.round(real * careful));
      else if (first) rate = Math.max(documentedRate / 2, rate * slower);
      triedAt = now;
    },
    read({ remaining, resetMs }, now) {
      if (remaining <= 0) closedUntil = Math.max(closedUntil, now + resetMs);
    },
    idle(now) {
      refill(now);
      return level >= capacity && capacity === scope.calls && closedUntil <= now;
    },
  };
}

/** Where the burst was as large as believed, it is the rate that is less than documented. */
const sureShare = 0.9;
const slower = 0.9;
/** What was learned may be a little too high: the last calls of a burst are the last texts. */
const careful = 0.95;
/** What was lowered is tried again after so long without a refusal. */
const forgiveMs = 10 * 60_000;
const jitterMs = 100;
/** So long a bucket that is wholly kept stays full before it gives a call. */
const idleMs = 2_000;
