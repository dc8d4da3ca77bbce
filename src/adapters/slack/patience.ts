import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds before the next try after so many failures in a row: half a second at first, at most 30 s. */
export function backoffMs(failures: number): number {
  return Math.min(500 * 2 ** Math.max(0, failures - 1), 30_000);
}

/**
 * Tries until it works: for a start on a network that is not there yet.
 * @param isFinal Errors that trying again does not change; they are thrown on.
 * @throws an AbortError, or the reason of the signal, once it is aborted.
 */
export async function persist<Value>(
  attempt: () => Promise<Value>,
  options: {
    readonly signal: AbortSignal;
    isFinal(error: unknown): boolean;
    onFailure(error: unknown, nextInMs: number): void;
  },
): Promise<Value> {
  for (let failures = 1; ; failures++) {
    options.signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (options.isFinal(error)) throw error;
      const nextInMs = backoffMs(failures);
      options.onFailure(error, nextInMs);
      await wait(nextInMs, undefined, { signal: options.signal });
    }
  }
}
