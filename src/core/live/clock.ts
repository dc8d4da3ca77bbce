/** Time, as the live room sees it; tests and the bench put a fake one in its place. */
export interface Clock {
  /** Milliseconds; only differences count. Never goes back. */
  now(): number;
  /** Calls once after so many milliseconds. @returns what cancels it. */
  after(delayMs: number, call: () => void): () => void;
}

/** The process's own monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
