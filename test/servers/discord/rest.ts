import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiFault, refusals } from './api-fault.ts';
import type { FaultHit, Faults } from './faults.ts';
import type { RateLimits } from './limits.ts';
import { type Parcel, readParcel, readTarget } from './request.ts';
import type { Answer, Route } from './route.ts';
import type { JournalEntry, Latency } from './types.ts';
import type { World } from './world.ts';

/** What the REST server works with. */
export interface RestOptions {
  readonly world: World;
  readonly routes: readonly Route[];
  readonly limits: RateLimits;
  readonly faults: Faults;
  readonly latency: Latency;
  readonly journal: { -readonly [Key in keyof JournalEntry]: JournalEntry[Key] }[];
}

type Reply = Required<Pick<Answer, 'status'>> &
  Answer & { readonly headers?: Readonly<Record<string, string>> };

/** Answers REST calls: faults, then the token, then the limits, then the route. */
export function createRest(
  options: RestOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { world, limits, faults, latency, journal } = options;
  const table = options.routes.map((route) => ({ route, pattern: toPattern(route.path) }));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const { path, query } = readTarget(request.url ?? '/');
    const found = findRoute(method, path);
    const parcel = await readParcel(request, world).catch((error: unknown) => error as Error);
    const entry = {
      method,
      route: found?.route.path ?? path,
      path,
      ...noted(parcel),
      at: world.now(),
      status: 0,
    };
    journal.push(entry);
    world.touch();
    const halfMs = Math.max(0, latency.ms + (Math.random() * 2 - 1) * latency.jitterMs) / 2;
    if (halfMs > 0) await wait(halfMs);
    const fault = faults.meet(method, path);
    let reply = fault && !fault.rule.afterActing ? await suffer(fault) : undefined;
    if (faults.closed) return;
    reply ??= act(request, found, query, parcel);
    if (fault?.rule.afterActing) reply = (await suffer(fault)) ?? reply;
    if (halfMs > 0) await wait(halfMs);
    if (reply === 'destroy') {
      response.destroy();
    } else {
      entry.status = reply.status;
      send(response, reply);
    }
    world.touch();
  }

  async function suffer(fault: FaultHit): Promise<Reply | 'destroy' | undefined> {
    await fault.wait();
    const { status, body, headers, destroy } = fault.rule;
    if (destroy) return 'destroy';
    if (status === undefined) return undefined;
    if (status !== 429)
      return { status, body: body ?? { message: 'Injected', code: 0 }, headers: headers ?? {} };
    const scope = headers?.['X-RateLimit-Scope'];
    limits.refused[scope === 'user' || scope === 'global' ? scope : 'shared'] += 1;
    return {
      status,
      body: body ?? { message: 'You are being rate limited.', retry_after: 1, global: scope === 'global' },
      headers: { 'Retry-After': '1', 'X-RateLimit-Scope': 'shared', ...headers },
    };
  }

  function findRoute(method: string, path: string) {
    for (const { route, pattern } of table) {
      const match = route.method === method ? pattern.exec(path) : null;
      if (match !== null) return { route, params: { ...match.groups } as Record<string, string> };
    }
    return undefined;
  }

  function act(
    request: IncomingMessage,
    found: ReturnType<typeof findRoute>,
    query: URLSearchParams,
    parcel: Parcel | Error,
  ): Reply {
    if (found === undefined) return toReply(refusals.unknownRoute());
    const { route, params } = found;
    const needsToken = route.needsToken ?? true;
    if (needsToken && request.headers.authorization !== `Bot ${world.token}`) {
      return toReply(refusals.unauthorized());
    }
    const { headers, refusal } = limits.take(route.bucket?.(params), !needsToken);
    if (refusal !== undefined) return { status: 429, body: refusal, headers };
    try {
      if (parcel instanceof Error) throw parcel;
      const answer = route.handle({ world, params, query, ...parcel });
      return { status: answer.body === undefined ? 204 : 200, ...answer, headers };
    } catch (error) {
      return { ...toReply(error), headers };
    }
  }

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      // Only a connection that broke off gets here: there is nobody left to answer.
      response.destroy(error instanceof Error ? error : undefined);
    });
  };
}

function noted(parcel: Parcel | Error): Pick<JournalEntry, 'body' | 'files'> {
  if (parcel instanceof Error) return { body: parcel };
  const { body, files } = parcel;
  if (files.length === 0) return { body };
  return { body, files: files.map(({ filename, content }) => ({ filename, size: content.byteLength })) };
}

function toPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
}

function toReply(error: unknown): Reply {
  if (error instanceof ApiFault) return { status: error.status, body: error.body };
  return { status: 400, body: { message: `Invalid Form Body (the stand-in says: ${error})`, code: 50035 } };
}

function send(response: ServerResponse, reply: Reply): void {
  const isPage = typeof reply.body === 'string';
  const text = isPage
    ? String(reply.body)
    : reply.body === undefined
      ? undefined
      : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...(text === undefined ? {} : { 'Content-Type': isPage ? 'text/html' : 'application/json' }),
    ...reply.headers,
  });
  response.end(text);
}
