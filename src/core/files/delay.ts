import { ParleyError } from '../errors.ts';
import { untilAborted } from '../until-aborted.ts';

/**
 * Why there was no time for a file.
 * - `slow`: it took longer than it may.
 * - `busy`: others were before it for too long.
 */
export type DelayCause = 'slow' | 'busy';

/** There was no time for a file. */
export class Delay extends Error {
  readonly why: DelayCause;

  constructor(why: DelayCause, limitMs: number) {
    super(`${why}: no end within ${limitMs} ms`);
    this.name = 'Delay';
    this.why = why;
  }
}

/** A signal that aborts with a {@link Delay} when time is up, or as another one does. */
export interface Timer {
  readonly signal: AbortSignal;
  /** Always to be called. */
  clear(): void;
}

/** Starts a {@link Timer}. */
export function startTimer(why: DelayCause, limitMs: number, signal: AbortSignal): Timer {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Delay(why, limitMs)), limitMs);
  return { signal: AbortSignal.any([signal, controller.signal]), clear: () => clearTimeout(timer) };
}

/**
 * Begins work at once and waits for it so long.
 * @throws a {@link Delay} `slow`, or the signal's reason
 */
export function within<Result>(
  limitMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timer = startTimer('slow', limitMs, signal);
  return untilAborted(work(timer.signal), timer.signal)
    .catch((error: unknown) => {
      throw toCause(error, timer.signal);
    })
    .finally(timer.clear);
}

/** What work ended by: what stopped it where something did, unless it has a sentence of its own. */
export function toCause(error: unknown, signal: AbortSignal): unknown {
  return signal.aborted && !(error instanceof ParleyError) ? signal.reason : error;
}
