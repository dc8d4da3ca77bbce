import type { MiddlewareHandler } from 'hono';
import type { Counters } from '../../core/ports.ts';
import type { RateLimit } from './limits.ts';
import { credentialsOf, tooManyWrong } from './login-routes.ts';
import { checkProvenance, createNames } from './origin.ts';
import { Problem, toSeconds } from './problems.ts';
import { readBearer, type Sessions } from './sessions.ts';
import type { WebContext, WebEnv } from './web-env.ts';

/** What {@link createGate} needs. */
export interface GateOptions {
  readonly sessions: Sessions;
  /** Calls that make a model work. */
  readonly work: RateLimit;
  /** All others. */
  readonly calls: RateLimit;
  /** Wrong tokens of programs, per address. */
  readonly attempts: RateLimit;
  /** True where a proxy in front tells the truth about who asks. */
  readonly trustProxy: boolean;
  /** Where the server listens. */
  readonly host: string;
  readonly counters: Counters;
}

/** What every request passes first: where it comes from, who asks, and whether it is too much. */
export function createGate(options: GateOptions): MiddlewareHandler<WebEnv> {
  const { sessions, work, calls, attempts, trustProxy, counters } = options;
  const names = sessions.required ? undefined : createNames(options.host);

  function identify(context: WebContext, address: string): void {
    const identity = sessions.identify(credentialsOf(context));
    if (identity !== undefined) {
      context.set('identity', identity);
      if (identity.renewal !== undefined) context.env.outgoing.appendHeader('set-cookie', identity.renewal);
      return;
    }
    if (!isGuarded(context.req.path)) return;
    if (readBearer(context.req.header('authorization')) !== undefined) {
      const waitMs = attempts.take(address);
      counters.add('web.refused.token');
      if (waitMs > 0) throw tooManyWrong(waitMs);
    }
    throw new Problem(401, 'Send WEB_TOKEN as “Authorization: Bearer …”, or log in at /login.', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }

  return async (context, next) => {
    const { req, env } = context;
    counters.add('web.requests');
    const forwarded = (name: string) =>
      trustProxy ? req.header(`x-forwarded-${name}`)?.split(',') : undefined;
    // The nearest proxy adds its word at the end.
    const address = forwarded('for')?.at(-1)?.trim() || env.incoming.socket.remoteAddress || '';
    context.set('address', address);
    context.set('secure', forwarded('proto')?.at(-1)?.trim().toLowerCase() === 'https');
    const origin = req.header('origin');
    const fetchSite = req.header('sec-fetch-site');
    const host = req.header('host');
    const shownHost = forwarded('host')?.at(-1)?.trim() ?? host;
    const { method, path } = req;
    checkProvenance({ method, path, host, shownHost, origin, fetchSite }, names);
    identify(context, address);
    // The page is many small files, and each costs next to nothing.
    if (isFile(path)) return next();
    const limit = isWork(method, path) ? work : calls;
    const waitMs = limit.take(`${context.get('identity')?.person ?? ''} ${address}`);
    if (waitMs > 0) {
      counters.add('web.refused.rate');
      const seconds = toSeconds(waitMs);
      throw new Problem(429, `Too many requests: try again in ${seconds} s.`, {
        code: 'too-many-requests',
        retryAfterSeconds: seconds,
      });
    }
    await next();
  };
}

function isGuarded(path: string): boolean {
  return /^\/(api|v1)(\/|$)/.test(path);
}

function isFile(path: string): boolean {
  return /^\/(assets|vendor)\//.test(path);
}

function isWork(method: string, path: string): boolean {
  return (
    method === 'POST' &&
    /^\/(api\/(embeddings|conversations\/[^/]*\/(messages|presses|regenerate))|v1\/.*)$/.test(path)
  );
}
