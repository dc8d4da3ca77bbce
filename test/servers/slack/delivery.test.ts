import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient, startApp } from './sdk.ts';
import { startSlack } from './slack.ts';
import type { StandInSlack, StandInUser } from './types.ts';

let slack: StandInSlack;
let ann: StandInUser;
let stops: (() => Promise<unknown>)[];

beforeEach(async () => {
  slack = await startSlack();
  ann = slack.user('Ann');
  stops = [];
});

afterEach(async () => {
  for (const stop of stops) await stop();
  await slack.close();
});

async function start(mode: 'socket' | 'http', configure: (app: App) => void = () => {}): Promise<void> {
  stops.push((await startApp(slack, mode, configure)).stop);
}

/** A bare WebSocket that was let in; frames arrive in the order they were sent. */
async function connect(): Promise<{ socket: WebSocket; frames: Record<string, unknown>[] }> {
  const { url } = await createClient(slack, slack.appToken).apps.connections.open({});
  const socket = new WebSocket(url!);
  const frames: Record<string, unknown>[] = [];
  socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))));
  stops.push(async () => socket.close());
  await slack.until(() => frames.length > 0);
  return { socket, frames };
}

describe('Socket Mode', () => {
  test('says hello and hands each event to one of the connections', async () => {
    const [one, two] = [await connect(), await connect()];
    expect(one.frames).toMatchObject([{ type: 'hello', num_connections: 1 }]);
    expect(two.frames).toMatchObject([{ type: 'hello', num_connections: 2 }]);
    const { id } = slack.channel();
    slack.say(ann, id, 'a');
    slack.say(ann, id, 'b');
    await slack.until(() => one.frames.length + two.frames.length === 4);
    expect([one.frames.length, two.frames.length]).toEqual([2, 2]);
    expect(one.frames[1]).toMatchObject({
      ...{ type: 'events_api', accepts_response_payload: false, retry_attempt: 0 },
      payload: {
        type: 'event_callback',
        team_id: slack.team.id,
        event: { text: 'a', channel_type: 'channel' },
      },
    });
  });

  test('lets a URL be used once, and only with the app token', async () => {
    const { url } = await createClient(slack, slack.appToken).apps.connections.open({});
    const first = new WebSocket(url!);
    stops.push(async () => first.close());
    await slack.until(({ connections }) => connections === 1);
    const second = new WebSocket(url!);
    await expect(
      new Promise((resolve, reject) => {
        second.addEventListener('open', resolve);
        second.addEventListener('error', () => reject(new Error('not let in')));
      }),
    ).rejects.toThrow('not let in');
    await expect(createClient(slack, 'xapp-wrong').apps.connections.open({})).rejects.toMatchObject({
      data: { error: 'invalid_auth' },
    });
  });

  test('refuses an eleventh connection', async () => {
    slack.limits.connections = 1;
    await connect();
    const { frames } = await connect();
    expect(frames).toMatchObject([{ type: 'disconnect', reason: 'too_many_websockets' }]);
    expect(slack.connections).toBe(1);
  });

  test('tries an event again when it is not acknowledged in time', async () => {
    slack.limits.acknowledgeMs = 40;
    const { socket, frames } = await connect();
    const [eventId] = slack.say(ann, slack.channel().id, 'hello').eventIds;
    await slack.until(() => frames.length === 3);
    expect(frames.slice(1)).toMatchObject([
      { retry_attempt: 0, payload: { event_id: eventId } },
      { retry_attempt: 1, retry_reason: 'timeout', payload: { event_id: eventId } },
    ]);
    socket.send(JSON.stringify({ envelope_id: frames[1]!.envelope_id }));
    await slack.until(({ deliveries }) => deliveries[0]!.ackedAt !== undefined);
    await slack.until(({ deliveries }) => deliveries[1]!.inTime === false);
    expect(slack.deliveries).toMatchObject([{ inTime: false }, { attempt: 1, inTime: false }]);
  });

  test('is content with an acknowledgement in time', async () => {
    slack.limits.acknowledgeMs = 400;
    const { socket, frames } = await connect();
    const { id } = slack.channel();
    slack.say(ann, id, 'taken');
    await slack.until(() => frames.length === 2);
    socket.send(JSON.stringify({ envelope_id: frames[1]!.envelope_id }));
    await slack.until(({ deliveries }) => deliveries[0]!.inTime === true);
    slack.say(ann, id, 'not taken');
    // By the time the later one has run out twice, the first would have too.
    await slack.until(({ deliveries }) => deliveries.at(-1)!.inTime === false && deliveries.length > 2);
    expect(slack.deliveries.map(({ attempt, inTime }) => [attempt, inTime])).toEqual([
      [0, true],
      [0, false],
      [1, false],
    ]);
  });

  test.each(['refresh_requested', 'cut'] as const)(
    'keeps what is said while the app reconnects: %s',
    async (how) => {
      const heard: unknown[] = [];
      await start('socket', (app) => app.message(async ({ message }) => void heard.push(message.ts)));
      const { id } = slack.channel();
      if (how === 'cut') slack.dropSockets();
      else slack.disconnect({ reason: how });
      await slack.until(({ connections }) => connections === 0);
      const { ts } = slack.say(ann, id, 'anybody there?');
      await slack.until(() => heard.length === 1);
      expect(heard).toEqual([ts]);
      expect(slack.connected).toBe(2);
    },
  );

  test('forgets what is said while the app reconnects, if so told', async () => {
    slack.keepEvents = false;
    slack.say(ann, slack.channel().id, 'into the void');
    await slack.until(({ deliveries }) => deliveries.length === 1);
    const { frames } = await connect();
    slack.say(ann, slack.channel().id, 'hello');
    await slack.until(() => frames.length > 1);
    expect(frames).toMatchObject([{ type: 'hello' }, { payload: { event: { text: 'hello' } } }]);
  });

  test('warns without closing anything', async () => {
    const { frames } = await connect();
    slack.disconnect({ reason: 'warning' });
    await slack.until(() => frames.length === 2);
    expect(frames[1]).toMatchObject({ type: 'disconnect', reason: 'warning' });
    expect(slack.connections).toBe(1);
  });

  test('tells a person at once when no app is connected', async () => {
    const call = slack.slash(ann, slack.channel().id, '/ask', 'tea');
    await slack.until(() => call.failure === 'dispatch_failed');
  });

  test('sends rate limit notices and malformed frames as they are', async () => {
    const { frames } = await connect();
    slack.rateLimitEvents();
    slack.raw('{"type":"events_api"}');
    const eventId = slack.event({ type: 'channel_rename' });
    await slack.until(() => frames.length === 4);
    const notice = frames.find((frame) => (frame.payload as { type?: string })?.type === 'app_rate_limited');
    expect(notice).toMatchObject({ type: 'events_api', payload: { team_id: slack.team.id } });
    expect(notice!.payload).not.toHaveProperty('event');
    expect(frames).toContainEqual({ type: 'events_api' });
    expect(frames.at(-1)).toMatchObject({
      payload: { event_id: eventId, event: { type: 'channel_rename' } },
    });
  });
});

describe('signed posts', () => {
  /** A bare request URL; answers with the statuses given, then 200. */
  async function listen(...statuses: number[]) {
    const posts: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server: Server = createServer(async (request, response) => {
      let body = '';
      for await (const part of request) body += part;
      posts.push({ headers: request.headers, body });
      const status = statuses.shift() ?? 200;
      if (status > 0) response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stops.push(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));
    slack.deliverTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return posts;
  }

  test('carry a signature over time and body', async () => {
    const posts = await listen();
    slack.say(ann, slack.channel().id, 'hello');
    await slack.until(({ deliveries }) => deliveries[0]?.inTime === true);
    const [{ headers, body } = { headers: {}, body: '' }] = posts;
    const base = `v0:${headers['x-slack-request-timestamp']}:${body}`;
    const digest = createHmac('sha256', slack.signingSecret).update(base).digest('hex');
    expect(headers['x-slack-signature']).toBe(`v0=${digest}`);
    expect(headers).not.toHaveProperty('x-slack-retry-num');
    expect(slack.deliveries).toMatchObject([{ transport: 'http', status: 200, attempt: 0 }]);
  });

  test('are tried again at once after a failure, and later by hand', async () => {
    const posts = await listen(500, 500);
    const [eventId = ''] = slack.say(ann, slack.channel().id, 'hello').eventIds;
    await slack.until(({ deliveries }) => deliveries[1]?.inTime === false);
    slack.redeliver(eventId);
    await slack.until(({ deliveries }) => deliveries[2]?.inTime === true);
    expect(slack.deliveries.map(({ status }) => status)).toEqual([500, 500, 200]);
    expect(posts.map(({ headers }) => headers['x-slack-retry-num'])).toEqual([undefined, '1', '2']);
    expect(posts[1]!.headers['x-slack-retry-reason']).toBe('http_error');
    expect(new Set(posts.map(({ body }) => JSON.parse(body).event_id))).toEqual(new Set([eventId]));
  });

  test('time out', async () => {
    slack.limits.acknowledgeMs = 400;
    const posts = await listen(0);
    slack.say(ann, slack.channel().id, 'hello');
    await slack.until(({ deliveries }) => deliveries[1]?.inTime === true);
    expect(slack.deliveries[0]).toMatchObject({ inTime: false });
    expect(posts[1]!.headers['x-slack-retry-reason']).toBe('http_timeout');
  });

  test.each([
    ['right', 200],
    ['wrong', 401],
    ['none', 401],
    ['old', 401],
  ] as const)('are judged by Bolt: signature %s', async (signature, status) => {
    await start('http', (app) => app.message(async () => {}));
    const body = JSON.stringify({ type: 'event_callback', event: { type: 'message' } });
    expect(await slack.post(body, { signature })).toMatchObject({ status });
  });
});

test('people who lack a scope are not heard', async () => {
  const { frames } = await connect();
  const { id } = slack.channel();
  slack.scopes.delete('app_mentions:read');
  slack.scopes.delete('im:history');
  slack.say(ann, slack.dm(ann).id, 'direct');
  slack.say(ann, id, 'mention', { mention: true });
  await slack.until(() => frames.length === 2);
  expect(slack.deliveries.map(({ type }) => type)).toEqual(['message']);
  const outside = slack.channel({ member: false });
  expect(slack.say(ann, outside.id, 'unheard').eventIds).toEqual([]);
});
