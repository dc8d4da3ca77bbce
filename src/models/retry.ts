import { APIError } from 'openai';
import type { ErrorCode, ParleyError } from '../core/errors.ts';

/** Faults that can pass by themselves within seconds. */
const passing: ReadonlySet<ErrorCode> = new Set(['model-unavailable', 'rate-limited', 'cut-off']);
const mostRetries = 2;
const longestWaitMs = 20_000;

/**
 * How long to wait before a failed call is made again, in milliseconds; `undefined` where it should not be:
 * the fault does not pass, it was the third attempt, or the server wants a wait that nobody would sit out.
 * `attempt` counts from 1. For calls of which nothing was shown yet.
 */
export function toRetryDelay(error: ParleyError, attempt: number, baseMs: number): number | undefined {
  if (attempt > mostRetries || !passing.has(error.code) || isFinal(error.cause)) return undefined;
  const { retryAfterMs } = error;
  if (retryAfterMs !== undefined && retryAfterMs > longestWaitMs) return undefined;
  // Spread upwards, so that calls that were refused together do not come back together.
  return (retryAfterMs ?? baseMs * 2 ** (attempt - 1)) * (1 + Math.random() / 4);
}

/** OpenAI says of some answers that it is no use to try again. */
function isFinal(cause: unknown): boolean {
  return cause instanceof APIError && cause.headers?.get('x-should-retry') === 'false';
}
