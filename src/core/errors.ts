/**
 * What can go wrong, from the point of view of the person who is waiting.
 *
 * - `bad-key`, `unknown-model`, `context-too-long`, `refused`, `rate-limited`, `usage-limit`,
 *   `model-unavailable`, `cut-off`, `timed-out`, `model-failed`: the model call.
 * - `pictures-refused`: the model call, because the model can't see the pictures in it.
 * - `tools-refused`: the model call, because the model knows no tools.
 * - `file-unreadable`: a file that came with a message.
 * - `store-failed`: history or journal could not be read or written.
 * - `bad-settings`: the configuration has faults; nothing was started.
 * - `platform-failed`: a platform could not be started (bad token, missing scope).
 */
export type ErrorCode =
  | 'bad-key'
  | 'unknown-model'
  | 'context-too-long'
  | 'refused'
  | 'rate-limited'
  | 'usage-limit'
  | 'model-unavailable'
  | 'cut-off'
  | 'timed-out'
  | 'model-failed'
  | 'pictures-refused'
  | 'tools-refused'
  | 'file-unreadable'
  | 'store-failed'
  | 'bad-settings'
  | 'platform-failed';

/** Options of a {@link ParleyError}. */
export interface ParleyErrorOptions {
  /** The error that was translated; for the log, never for people. */
  readonly cause?: unknown;
  /** When it makes sense to try again, in milliseconds from now; only where somebody told us. */
  readonly retryAfterMs?: number;
}

/**
 * The one error of the house. `notice` is a single plain sentence (two where the second says where to
 * look) that is shown to the person who is waiting: it says what to do and holds no internals or secrets.
 */
export class ParleyError extends Error {
  readonly code: ErrorCode;
  readonly notice: string;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, notice: string, options: ParleyErrorOptions = {}) {
    super(`${code}: ${notice}`, { cause: options.cause });
    this.name = 'ParleyError';
    this.code = code;
    this.notice = notice;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Why a call on a {@link ../ports.ts ReplySurface} did not work, as far as the live reply has to know.
 *
 * - `rate-limited`: the platform refused the call; nothing was changed. `retryAfterMs` and `scope` say
 *   how long which limit is closed.
 * - `unknown`: no answer or a server fault; the call may or may not have been carried out.
 * - `page-closed`: this page takes no more text (Slack closed the stream); go on by another rung or page.
 * - `rung-refused`: this rung can't be used here; nothing was posted; try the next one.
 * - `too-long`: the platform found the page too long; nothing was changed.
 * - `gone`: the message, channel or permission is no longer there; stop writing and stop the model.
 */
export type SurfaceFault = 'rate-limited' | 'unknown' | 'page-closed' | 'rung-refused' | 'too-long' | 'gone';

/** Options of a {@link SurfaceError}. */
export interface SurfaceErrorOptions {
  readonly cause?: unknown;
  /** `rate-limited`: milliseconds until the scope opens again. */
  readonly retryAfterMs?: number;
  /** `rate-limited`: id of the scope that is closed, where the platform names one; else all scopes of the call. */
  readonly scope?: string;
  /** `gone`: one sentence for the person, where there is a place left to say it. */
  readonly notice?: string;
}

/** Thrown by every method of a reply surface; SDK errors are translated into it at the edge. */
export class SurfaceError extends Error {
  readonly fault: SurfaceFault;
  readonly retryAfterMs: number | undefined;
  readonly scope: string | undefined;
  readonly notice: string | undefined;

  constructor(fault: SurfaceFault, message: string, options: SurfaceErrorOptions = {}) {
    super(`${fault}: ${message}`, { cause: options.cause });
    this.name = 'SurfaceError';
    this.fault = fault;
    this.retryAfterMs = options.retryAfterMs;
    this.scope = options.scope;
    this.notice = options.notice;
  }
}
