/** So many calls per minute for each key, as a bucket that fills evenly: a burst is fine, then they come at the rate. */
export interface RateLimit {
  /** Takes one call. @returns milliseconds until there is one again; 0 where it was taken */
  take(key: string): number;
  /** As {@link take}, without taking one. */
  wait(key: string): number;
}

/** Creates a rate limit; it holds nothing for keys whose bucket is full. */
export function createRateLimit(perMinute: number): RateLimit {
  const stepMs = 60_000 / perMinute;
  /** When the bucket of a key is full again. */
  const full = new Map<string, number>();
  let sweepAt = 0;

  function sweep(now: number): void {
    if (now < sweepAt) return;
    sweepAt = now + 60_000;
    for (const [key, at] of full) if (at <= now) full.delete(key);
  }

  function wait(key: string, now: number): number {
    return Math.max(0, Math.ceil((full.get(key) ?? now) + stepMs - now - 60_000));
  }

  return {
    wait: (key) => wait(key, Date.now()),
    take(key) {
      const now = Date.now();
      sweep(now);
      const waitMs = wait(key, now);
      if (waitMs === 0) full.set(key, Math.max(full.get(key) ?? now, now) + stepMs);
      return waitMs;
    },
  };
}
