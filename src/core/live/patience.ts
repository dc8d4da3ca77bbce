/** How long to wait before a call is repeated whose fate is unknown, and when to give up. */
export interface Patience {
  /** Clock time before which the call is not to be repeated. */
  readonly notBefore: number;
  /** A call failed. @returns false where it has failed for too long. */
  wait(now: number): boolean;
  /** A call worked. */
  restore(): void;
}

/** Creates the patience of one reply. */
export function createPatience(): Patience {
  let notBefore = 0;
  let failures = 0;
  let since: number | undefined;
  return {
    get notBefore() {
      return notBefore;
    },
    wait(now) {
      since ??= now;
      notBefore = now + Math.min(shortestMs * 2 ** failures, longestMs);
      failures++;
      return now - since <= giveUpMs;
    },
    restore() {
      notBefore = 0;
      failures = 0;
      since = undefined;
    },
  };
}

const shortestMs = 500;
const longestMs = 15_000;
/** Text that a platform does not take for so long is given up, loudly. */
const giveUpMs = 10 * 60_000;
