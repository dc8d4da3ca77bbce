/** Token buckets: full at first, refilled evenly. */
export interface Buckets {
  /** Takes one of each, or none and gives the whole seconds until it makes sense to try again. */
  take(wants: readonly Want[]): number | undefined;
}

/** One bucket that a call needs a token of. */
export interface Want {
  readonly key: string;
  readonly capacity: number;
  readonly perSecond: number;
}

export function createBuckets(now: () => number): Buckets {
  const buckets = new Map<string, { tokens: number; at: number }>();

  function level(want: Want): { tokens: number; at: number } {
    const at = now();
    let bucket = buckets.get(want.key);
    if (!bucket) {
      bucket = { tokens: want.capacity, at };
      buckets.set(want.key, bucket);
    }
    const refill = (Math.max(0, at - bucket.at) / 1000) * want.perSecond;
    bucket.tokens = Math.min(want.capacity, bucket.tokens + refill);
    bucket.at = at;
    return bucket;
  }

  return {
    take(wants) {
      let seconds = 0;
      const levels = wants.map(level);
      for (const [index, want] of wants.entries()) {
        const missing = 1 - levels[index]!.tokens;
        // A hair's breadth of rounding must not cost a second.
        if (missing > 1e-6) seconds = Math.max(seconds, Math.ceil(missing / want.perSecond));
      }
      if (seconds > 0) return seconds;
      for (const bucket of levels) bucket.tokens -= 1;
      return undefined;
    },
  };
}
