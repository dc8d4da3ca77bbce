import { STATUS_CODES } from 'node:http';
import { ParleyError } from '../../core/errors.ts';

/** Where a request is wrong. */
export interface FieldError {
  /** `attachments.0.name`; empty for the body as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Options of a {@link Problem}. */
export interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  /** What went wrong, for programs. */
  readonly code?: string;
  /** Sent as `Retry-After`, in whole seconds. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the body. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** A request that can't be answered as asked (RFC 9457). `detail` is one plain sentence that says what to do. */
export class Problem extends Error {
  readonly status: number;
  readonly detail: string;
  readonly options: ProblemOptions;

  constructor(status: number, detail: string, options: ProblemOptions = {}) {
    super(`${status}: ${detail}`, { cause: options.cause });
    this.name = 'Problem';
    this.status = status;
    this.detail = detail;
    this.options = options;
  }
}

/** The problem that a fault of the model or the store is to whoever waits for it. */
export function fromParleyError(error: ParleyError): Problem {
  return toFailure(error.code, error.notice, {
    cause: error,
    ...(error.retryAfterMs !== undefined && { retryAfterSeconds: toSeconds(error.retryAfterMs) }),
  });
}

/** The problem of an answer that failed with this code. Too many requests always say when to come back. */
export function toFailure(code: string, notice: string, options: ProblemOptions = {}): Problem {
  const isBusy = code === 'rate-limited' || code === 'usage-limit';
  return new Problem(isBusy ? 429 : 502, notice, {
    code,
    ...(isBusy && { retryAfterSeconds: defaultRetrySeconds }),
    ...options,
  });
}

/** A problem as a response. */
export function toProblemResponse(problem: Problem): Response {
  const { status, detail, options } = problem;
  const { errors, code, extra } = options;
  const title = STATUS_CODES[status] ?? 'Error';
  const body = {
    type: 'about:blank',
    title,
    status,
    detail,
    ...(errors && { errors }),
    ...(code && { code }),
  };
  return new Response(JSON.stringify({ ...body, ...extra }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...problemHeaders(problem) },
  });
}

/** The headers that belong to a problem, whatever its body looks like. */
export function problemHeaders({ options }: Problem): Record<string, string> {
  const { headers, retryAfterSeconds } = options;
  return {
    'cache-control': 'no-store',
    ...headers,
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  };
}

/** Whole seconds, at least one: a client that comes back at once would be refused again. */
export function toSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1_000));
}

/** The problem that anything thrown is; `undefined` where nobody foresaw it. */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  return error instanceof ParleyError ? fromParleyError(error) : undefined;
}

/** Where a model's server refuses without saying for how long. */
const defaultRetrySeconds = 20;
