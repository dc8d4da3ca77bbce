import type { Reading, Scope } from '../ports.ts';
import { createBucket } from './bucket.ts';
import { createWindow } from './window.ts';

/**
 * To be called when a call has been answered, with the time: in a busy process a call may arrive long after it was
 * made. Without it, it is believed to be under way for some seconds.
 */
export type Landing = (landedAt: number) => void;

/** What is known of the way to the platforms. */
export interface Trips {
  /** The shortest time that a call and its answer took. */
  quickestMs: number;
}

/** What is left of one limit. */
export interface Gauge {
  /** How many calls it lets through at once at most, as far as is known. */
  readonly atOnce: number;
  /**
   * Milliseconds until one more call may go out; 0 is now.
   * @param keep when further calls will be needed, that have to be left for then: clock times, earliest first
   */
  waitMs(now: number, keep: readonly number[]): number;
  /** Calls that it will let through from now until so many milliseconds later, at an even pace. */
  supply(horizonMs: number, now: number): number;
  /** How long a call that goes out now will be missed. */
  missedMs(now: number): number;
  /** Counts a call that goes out. */
  spend(now: number): Landing;
  /** The platform refused a call and asked for so long a pause. */
  refuse(retryAfterMs: number, now: number): void;
  /** What the platform said of it with an answer. */
  read(reading: Reading, now: number): void;
  /** True where it stands as if it had never been used. */
  idle(now: number): boolean;
}

/**
 * What is left of the platforms' limits. One budget serves all live replies of a process: scopes are shared
 * by every reply that names them. It starts from the documented figures and is corrected by every answer.
 */
export interface Budget {
  gauge(scope: Scope, now: number): Gauge;
  /** Milliseconds until one more call may go out that counts against all these scopes; 0 is now. */
  waitMs(scopes: readonly Scope[], now: number): number;
  /** Counts a call against its scopes; call it when the call goes out. */
  spend(scopes: readonly Scope[], now: number): Landing;
  refuse(scopeId: string, retryAfterMs: number, now: number): void;
  read(scopeId: string, reading: Reading, now: number): void;
}

/** Creates a budget of which nothing is spent. */
export function createBudget(): Budget {
  const gauges = new Map<string, Gauge>();
  /** Not known before the first answer: until then a call may have arrived as late as its answer. */
  const trips = { quickestMs: 0 };
  let answered = false;

  function gaugeOf(scope: Scope, now: number): Gauge {
    let gauge = gauges.get(scope.id);
    if (gauge === undefined) {
      if (gauges.size >= sweepAt && gauges.size % 100 === 0) sweep(gauges, now);
      gauge = scope.shape === 'bucket' ? createBucket(scope, now) : createWindow(scope, trips);
      gauges.set(scope.id, gauge);
    }
    return gauge;
  }

  return {
    gauge: gaugeOf,
    waitMs(scopes, now) {
      let longest = 0;
      for (const scope of scopes) longest = Math.max(longest, gaugeOf(scope, now).waitMs(now, []));
      return longest;
    },
    spend(scopes, now) {
      const landings = scopes.map((scope) => gaugeOf(scope, now).spend(now));
      return (landedAt) => {
        const tripMs = landedAt - now;
        // What ended at once never left.
        if (tripMs >= shortestTripMs) {
          trips.quickestMs = answered ? Math.min(trips.quickestMs, tripMs) : tripMs;
          answered = true;
        }
        for (const land of landings) land(landedAt);
      };
    },
    refuse: (scopeId, retryAfterMs, now) => gauges.get(scopeId)?.refuse(retryAfterMs, now),
    read: (scopeId, reading, now) => gauges.get(scopeId)?.read(reading, now),
  };
}

/** Channels come and go: scopes that stand as if never used take no memory for long. */
function sweep(gauges: Map<string, Gauge>, now: number): void {
  for (const [id, gauge] of gauges) if (gauge.idle(now)) gauges.delete(id);
}

const sweepAt = 2_000;
const shortestTripMs = 3;
