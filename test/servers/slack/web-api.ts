/** The Web API's front: tokens, faults, rate limits, scopes; the methods themselves are in *-methods.ts. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal, readArguments } from './arguments.ts';
import type { Want } from './buckets.ts';
import { createBuckets } from './buckets.ts';
import type { Faults } from './faults.ts';
import type { Ground } from './ground.ts';
import type { Method } from './methods.ts';
import { methods } from './methods.ts';
import type { Call, CallArguments } from './records.ts';
import type { Fault } from './types.ts';
import type { Workspace } from './workspace.ts';

export interface WebApi {
  readonly calls: readonly Call[];
  readonly refused: Readonly<Record<string, number>>;
  latency: { ms: number; jitterMs: number };
  handle(method: string, request: IncomingMessage, body: string, response: ServerResponse): Promise<void>;
}

/** Who may call, and what an app token is good for. */
export interface Callers {
  readonly appToken: string;
  /** A WebSocket URL for a new connection. */
  connectionUrl(): string;
  workspace(botToken: string): Workspace | undefined;
}

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>> & { readonly ok: boolean; readonly error?: string };
}

type OpenCall = { -readonly [Key in keyof Call]: Call[Key] };

export function createWebApi(ground: Ground, callers: Callers, faults: Faults, random: () => number): WebApi {
  const buckets = createBuckets(() => ground.now());
  const calls: OpenCall[] = [];
  const refused: Record<string, number> = {};

  function act(name: string, token: string | undefined, args: CallArguments): Reply {
    const workspace = token === undefined ? undefined : callers.workspace(token);
    if (token === undefined) return failed('not_authed');
    if (token === callers.appToken) return openConnection(name);
    if (!workspace) return failed('invalid_auth');
    if (name === 'apps.connections.open') return failed('not_allowed_token_type');
    const wait = buckets.take(toWants(ground, name, workspace.team.id, args));
    if (wait !== undefined) return refuse(name, wait);
    const method = methods[name];
    if (!method) return failed('unknown_method');
    const headers = { 'x-oauth-scopes': [...workspace.scopes].join(',') };
    return { ...perform(method, workspace, args), headers };
  }

  function openConnection(name: string): Reply {
    if (name !== 'apps.connections.open') return failed('not_allowed_token_type');
    const wait = buckets.take(toWants(ground, name, 'app', {}));
    if (wait !== undefined) return refuse(name, wait);
    return { status: 200, body: { ok: true, url: callers.connectionUrl() } };
  }

  function refuse(name: string, seconds: number): Reply {
    refused[name] = (refused[name] ?? 0) + 1;
    return { ...failed('ratelimited'), status: 429, headers: { 'retry-after': String(seconds) } };
  }

  async function travel(): Promise<void> {
    const { ms, jitterMs } = api.latency;
    if (ms === 0 && jitterMs === 0) return;
    const half = Math.max(0, ms + (random() * 2 - 1) * jitterMs) / 2;
    await new Promise<void>((resolve) => ground.timers.after(half, resolve));
  }

  const api: WebApi = {
    calls,
    refused,
    latency: { ms: 0, jitterMs: 0 },
    async handle(name, request, body, response) {
      await travel();
      const { token, args } = read(request, body);
      const team = callers.workspace(token ?? '')?.team.id ?? '';
      const call: OpenCall = { method: name, args, team, at: ground.now() };
      calls.push(call);
      const fault = faults.take(name, args);
      if (fault?.delayMs) {
        const wait = fault.delayMs;
        await new Promise<void>((resolve) => ground.timers.after(wait, resolve));
      }
      const wrong = fault !== undefined && goesWrong(fault);
      const reply = wrong && !fault.afterActing ? undefined : act(name, token, args);
      await travel();
      if (wrong) spoil(fault, call, response);
      else if (reply) answer(reply, call, response);
      ground.changed();
    },
  };
  return api;
}

function read(request: IncomingMessage, body: string): { token: string | undefined; args: CallArguments } {
  const { token: given, ...args } = readArguments(request.headers['content-type'] ?? '', body);
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  return { token: bearer ?? (typeof given === 'string' ? given : undefined), args };
}

function toWants(ground: Ground, name: string, team: string, args: CallArguments): readonly Want[] {
  const { perMinute, burst, postsPerSecondPerChannel, cappedHistory } = ground.limits;
  const capped = cappedHistory && (name === 'conversations.replies' || name === 'conversations.history');
  const minute = capped ? 1 : perMinute[name];
  if (minute === undefined || minute === Number.POSITIVE_INFINITY) return [];
  const capacity = Math.max(1, minute * burst);
  const wants = [{ key: `${team}:${name}`, capacity, perSecond: minute / 60 }];
  if (name === 'chat.postMessage' && postsPerSecondPerChannel !== Number.POSITIVE_INFINITY) {
    const perSecond = postsPerSecondPerChannel;
    wants.push({ key: `${team}:${name}:${args.channel}`, capacity: Math.max(1, perSecond), perSecond });
  }
  return wants;
}

function perform(method: Method, workspace: Workspace, args: CallArguments): Reply {
  const accepted = toAccepted(method, args);
  if (accepted.length > 0 && !accepted.some((scope) => workspace.scopes.has(scope))) {
    const provided = [...workspace.scopes].join(',');
    return { status: 200, body: { ok: false, error: 'missing_scope', needed: accepted[0], provided } };
  }
  try {
    return { status: 200, body: { ok: true, ...method.run(workspace, args) } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { status: 200, body: { ok: false, error: error.error, ...error.details } };
  }
}

function toAccepted({ scopes }: Method, args: CallArguments): readonly string[] {
  if (scopes === undefined) return [];
  if ('channel' in scopes) return [String(args.channel).startsWith('D') ? scopes.dm : scopes.channel];
  return scopes;
}

function failed(error: string): Reply {
  return { status: 200, body: { ok: false, error } };
}

/** A fault that only delays leaves the answer as it is. */
function goesWrong({ status, error, hang, afterActing, delayMs }: Fault): boolean {
  return status !== undefined || error !== undefined || hang === true || afterActing === true || !delayMs;
}

function spoil(fault: Fault, call: OpenCall, response: ServerResponse): void {
  const status = fault.status ?? (fault.error === undefined ? undefined : 200);
  call.ok = false;
  const silence = fault.hang ? 'no_answer' : 'connection_lost';
  call.error = fault.error ?? (status === undefined ? silence : `http_${status}`);
  if (fault.hang) return;
  if (status === undefined) {
    response.destroy();
    return;
  }
  const body = fault.error === undefined ? '' : JSON.stringify({ ok: false, error: fault.error });
  response.writeHead(status, { 'content-type': JSON_TYPE, ...fault.headers }).end(body);
}

function answer({ status, headers, body }: Reply, call: OpenCall, response: ServerResponse): void {
  call.ok = body.ok;
  if (body.error !== undefined) call.error = body.error;
  response.writeHead(status, { 'content-type': JSON_TYPE, ...headers }).end(JSON.stringify(body));
}

const JSON_TYPE = 'application/json; charset=utf-8';
