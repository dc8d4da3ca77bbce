import { DefaultUserAgent, RESTJSONErrorCodes } from 'discord.js';
import { fetchWhole } from '../../core/http-fetch.ts';
import type { Reading } from '../../core/ports.ts';
import type { Upload } from './message-content.ts';
import { toMultipart } from './multipart.ts';

/** What a call carries besides its path. */
export interface CallOptions {
  readonly body?: unknown;
  /** Files that go with the body. */
  readonly files?: readonly Upload[];
  /** False for the routes of interactions, whose token is in the path. @default true */
  readonly asBot?: boolean;
  /** Milliseconds for the whole call. @default 15000, with files 60000 */
  readonly timeoutMs?: number;
  /** Told what the answer says of the limit that the call counted against. */
  readonly onReading?: (reading: Reading) => void;
}

/** Options of {@link createCall}. */
export interface CallerOptions {
  /** REST base without the version. */
  readonly apiUrl: string;
  /** The bot token. */
  readonly token: string;
  /** Told of every answer. */
  onAnswer(response: Response): void;
  /** Called whenever Discord does not take the bot token. */
  onUnauthorized(): void;
}

/** Makes one call, at once and once. Throws {@link DiscordCallError}. */
export type Call = <Answer>(method: string, path: string, options?: CallOptions) => Promise<Answer>;

/** Facts of a {@link DiscordCallError}. */
export interface CallFailure {
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** Discord's own error code; 0 where it gave none. */
  readonly code?: number;
  /** True where Discord found the content too long, or the files too large. */
  readonly tooLong?: boolean;
  /** True where it carried files. */
  readonly withFiles?: boolean;
  /** Of a 429: milliseconds until the limit opens again. */
  readonly retryAfterMs?: number;
  /** Of a 429: true where the bot as a whole is over its limit, or its address is. */
  readonly global?: boolean;
  readonly cause?: unknown;
}

/** A call that Discord refused or did not answer. */
export class DiscordCallError extends Error {
  readonly status: number;
  readonly code: number;
  readonly tooLong: boolean;
  readonly withFiles: boolean;
  readonly retryAfterMs: number | undefined;
  readonly global: boolean;

  constructor(message: string, failure: CallFailure) {
    super(message, { cause: failure.cause });
    this.name = 'DiscordCallError';
    this.status = failure.status;
    this.code = failure.code ?? 0;
    this.tooLong = failure.tooLong ?? false;
    this.withFiles = failure.withFiles ?? false;
    this.retryAfterMs = failure.retryAfterMs;
    this.global = failure.global ?? false;
  }
}

/**
 * The caller for everything a live reply does. It has no queue, no retry and no memory of limits, because
 * the edit budget is ours: the `REST` of discord.js sends one request at a time per bucket and channel,
 * waits out limits by itself, and takes the counters of posts and edits (separate at Discord, with one
 * bucket name) for one, so several replies in a channel would wait for each other. All other calls of the
 * adapter go through that `REST`.
 */
export function createCall({ apiUrl, token, onAnswer, onUnauthorized }: CallerOptions): Call {
  const base = `${apiUrl.replace(/\/+$/, '')}/v10`;
  return async <Answer>(method: string, path: string, options: CallOptions = {}) => {
    const headers: Record<string, string> = { 'User-Agent': DefaultUserAgent };
    if (options.asBot !== false) headers.Authorization = `Bot ${token}`;
    const { body, files = [] } = options;
    const withFiles = files.length > 0;
    // With files the type names the boundary, which is chosen when the body is sent.
    if (body !== undefined && !withFiles) headers['Content-Type'] = 'application/json';
    const what = `${method} ${path.replace(/\/(webhooks|interactions)\/(\d+)\/[^/]+/, '/$1/$2/…')}`;
    let status = 0;
    let text: string;
    let response: Response;
    try {
      response = await (withFiles ? fetch : fetchWhole)(`${base}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: withFiles ? toMultipart(body, files) : JSON.stringify(body) }),
        signal: AbortSignal.timeout(options.timeoutMs ?? (withFiles ? 60_000 : 15_000)),
      });
      text = await response.text();
      status = response.status;
    } catch (cause) {
      throw new DiscordCallError(`${what}: no answer`, { status, cause });
    }
    onAnswer(response);
    const reading = toReading(response.headers);
    if (reading !== undefined) options.onReading?.(reading);
    const answer = parse(text);
    if (response.ok) return answer as Answer;
    if (status === 401 && options.asBot !== false) onUnauthorized();
    const refusal = typeof answer === 'object' && answer !== null ? (answer as ErrorBody) : undefined;
    const { code, message, errors, retry_after, global } = refusal ?? {};
    const waitSeconds = Number(retry_after ?? response.headers.get('retry-after') ?? 1);
    throw new DiscordCallError(`${what}: ${status} ${message ?? ''} (${code ?? 'no code'})`, {
      status,
      ...(typeof code === 'number' ? { code } : {}),
      tooLong:
        status === 413 ||
        code === RESTJSONErrorCodes.RequestEntityTooLarge ||
        (errors?.content?._errors?.some((fault) => fault.code === 'BASE_TYPE_MAX_LENGTH') ?? false),
      withFiles,
      ...(status === 429
        ? { retryAfterMs: Math.ceil((Number.isFinite(waitSeconds) ? waitSeconds : 1) * 1000) }
        : {}),
      // A 429 without Discord's words is Cloudflare's, and meant for everything that comes from this address.
      global: global === true || response.headers.has('x-ratelimit-global') || refusal === undefined,
    });
  };
}

interface ErrorBody {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly errors?: { readonly content?: { readonly _errors?: readonly { readonly code?: unknown }[] } };
  readonly retry_after?: unknown;
  readonly global?: unknown;
}

/** Of a 429 for the whole bot the headers say nothing about the route. */
function toReading(headers: Headers): Reading | undefined {
  const remaining = Number(headers.get('x-ratelimit-remaining') ?? Number.NaN);
  const resetMs = Number(headers.get('x-ratelimit-reset-after') ?? Number.NaN) * 1000;
  const limit = Number(headers.get('x-ratelimit-limit') ?? Number.NaN);
  if (!Number.isFinite(remaining) || !Number.isFinite(resetMs)) return undefined;
  return { remaining, resetMs, ...(Number.isFinite(limit) ? { limit } : {}) };
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    // A proxy in front of Discord answers in HTML when it refuses; the status says enough.
    return undefined;
  }
}
