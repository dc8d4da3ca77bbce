import type { Lengths } from './lengths.ts';

/** Those who will probably ask soon. */
export interface Forecast {
  /** Replies per millisecond. */
  readonly rate: number;
  /** For so many milliseconds they will come at that rate. */
  readonly forMs: number;
  /** So many milliseconds each of them will go on. */
  readonly lastsMs: number;
}

/** Tells from those who asked whether others will: calls that are given to the first ones can't be given to those. */
export interface Arrivals {
  /** A reply begins. */
  note(now: number): void;
  /** `undefined` where it looks as if nobody would. */
  forecast(now: number): Forecast | undefined;
}

/** Creates an empty record. */
export function createArrivals(lengths: Lengths): Arrivals {
  // Questions come in waves: a class begins, a meeting ends, something is down.
  let startedAt = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let count = 0;

  function isOver(now: number): boolean {
    const usualGapMs = (lastAt - startedAt) / Math.max(1, count - 1);
    const patienceMs = count < fewest ? longestGapMs : Math.max(shortestGapMs, usualGapMs * longGap);
    return now - lastAt > Math.min(longestGapMs, patienceMs);
  }

  return {
    note(now) {
      if (isOver(now)) {
        startedAt = now;
        count = 0;
      }
      lastAt = now;
      count++;
    },
    forecast(now) {
      const sinceMs = now - startedAt;
      if (count < fewest || sinceMs <= 0 || isOver(now)) return undefined;
      // Of a wave nobody knows how long it will go on: the longer it has, the longer it will.
      const forMs = Math.min((sinceMs * sinceMs) / (sinceMs + doubtMs), longestMs);
      return { rate: count / sinceMs, forMs, lastsMs: lengths.remaining(0) / lengths.pace };
    },
  };
}

/** Fewer are no wave. */
const fewest = 5;
/** A gap of so many usual ones ends a wave. */
const longGap = 4;
const shortestGapMs = 100;
const longestGapMs = 5_000;
const longestMs = 60_000;
/** A wave of so long is expected to go on for half as long again, longer ones for nearly as long again. */
const doubtMs = 5_000;
