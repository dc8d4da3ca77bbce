import type { Limit, Limits, Refused } from './types.ts';

/** What is widely observed; see `Limits`. */
export const usualLimits: Limits = {
  global: { calls: 50, perMs: 1000 },
  message: { calls: 5, perMs: 5000 },
  sharedMessageCounter: false,
  webhook: { calls: 5, perMs: 5000 },
  typing: { calls: 5, perMs: 5000 },
  thread: { calls: 50, perMs: 300_000 },
  burst: 1,
};

/** The bucket that a route counts against. */
export interface Bucket {
  readonly limit: 'message' | 'webhook' | 'typing' | 'thread';
  /** What the client is told; the same for routes that share a bucket. */
  readonly hash: string;
  /** Calls with the same key share a counter. */
  readonly key: string;
}

/** Whether a call may pass, and the headers that go with its answer either way. */
export interface Verdict {
  readonly headers: Readonly<Record<string, string>>;
  /** Of a refused call. */
  readonly refusal?: { readonly message: string; readonly retry_after: number; readonly global: boolean };
}

/** Counts calls. */
export interface RateLimits {
  /** Counts a call that came with the bot's token or on an interaction's; the latter are exempt from `global`. */
  take(bucket: Bucket | undefined, exempt: boolean): Verdict;
  readonly refused: { -readonly [Scope in keyof Refused]: Refused[Scope] };
}

interface Window {
  used: number;
  endsAt: number;
}

/** Fixed windows that start with their first call, as Discord's do. A refused call does not count. */
export function createRateLimits(limits: Limits, now: () => number): RateLimits {
  const windows = new Map<string, Window>();
  const refused = { user: 0, global: 0, shared: 0 };
  const scaled = {
    global: scale(limits.global, limits.burst),
    message: scale(limits.message, limits.burst),
    webhook: scale(limits.webhook, limits.burst),
    typing: scale(limits.typing, limits.burst),
    thread: scale(limits.thread, limits.burst),
  };

  function windowOf(key: string, limit: Limit): Window {
    const known = windows.get(key);
    if (known !== undefined && known.endsAt > now()) return known;
    const fresh = { used: 0, endsAt: now() + limit.perMs };
    windows.set(key, fresh);
    return fresh;
  }

  return {
    refused,
    take(bucket, exempt) {
      const global = exempt ? undefined : windowOf('global', scaled.global);
      if (global !== undefined && global.used >= scaled.global.calls) {
        refused.global += 1;
        return refuse(global.endsAt - now(), 'global', {});
      }
      if (bucket === undefined) {
        if (global !== undefined) global.used += 1;
        return { headers: {} };
      }
      const limit = scaled[bucket.limit];
      const window = windowOf(bucket.key, limit);
      const open = window.used < limit.calls;
      if (open) window.used += 1;
      if (global !== undefined) global.used += 1;
      const leftMs = window.endsAt - now();
      const headers = {
        'X-RateLimit-Limit': String(limit.calls),
        'X-RateLimit-Remaining': String(limit.calls - window.used),
        'X-RateLimit-Reset': (window.endsAt / 1000).toFixed(3),
        'X-RateLimit-Reset-After': (leftMs / 1000).toFixed(3),
        'X-RateLimit-Bucket': bucket.hash,
      };
      if (open) return { headers };
      refused.user += 1;
      return refuse(leftMs, 'user', headers);
    },
  };
}

function scale(limit: Limit, burst: number): Limit {
  const calls = Math.max(1, Math.round(limit.calls * burst));
  return { calls, perMs: (limit.perMs * calls) / limit.calls };
}

/** The header has whole seconds, the body fractions, as Discord sends them. */
function refuse(leftMs: number, scope: keyof Refused, headers: Readonly<Record<string, string>>): Verdict {
  const global = scope === 'global';
  return {
    headers: {
      ...headers,
      'Retry-After': String(Math.ceil(leftMs / 1000)),
      'X-RateLimit-Scope': scope,
      ...(global ? { 'X-RateLimit-Global': 'true' } : {}),
    },
    refusal: {
      message: 'You are being rate limited.',
      retry_after: Math.ceil(leftMs) / 1000,
      global,
    },
  };
}
