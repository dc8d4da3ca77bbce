import { webApi } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from './sdk.ts';
import { startSlack } from './slack.ts';
import type { StandInSlack } from './types.ts';

let slack: StandInSlack;
let client: webApi.WebClient;
let clock: number;

beforeEach(async () => {
  clock = Date.UTC(2026, 10, 1);
  slack = await startSlack({ now: () => clock });
  client = createClient(slack);
});

afterEach(() => slack.close());

/** Calls until one is refused: how many were let through, and the seconds that the refusal asked for. */
async function exhaust(call: () => Promise<unknown>): Promise<{ passed: number; retryAfter: number }> {
  for (let passed = 0; passed < 1000; passed += 1) {
    const error = await call().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error instanceof webApi.WebAPIRateLimitedError) return { passed, retryAfter: error.retryAfter };
    if (error) throw error;
  }
  throw new Error('Nothing was refused.');
}

describe('rate limits', () => {
  test.each([
    [1, 50],
    [1 / 5, 10],
    [1 / 10, 5],
  ])('let a burst of %d of a minute through, then the even rate', async (burst, calls) => {
    slack.limits.burst = burst;
    const { id } = slack.channel();
    const { ts = '' } = await client.chat.postMessage({ channel: id, text: 'x' });
    const update = () => client.chat.update({ channel: id, ts, text: 'y' });
    expect(await exhaust(update)).toEqual({ passed: calls, retryAfter: 2 });
    clock += 1200;
    expect(await exhaust(update)).toEqual({ passed: 1, retryAfter: 2 });
    clock += 60_000;
    expect((await exhaust(update)).passed).toBe(calls);
    expect(slack.refused).toEqual({ 'chat.update': 3 });
    expect(slack.calls.at(-1)).toMatchObject({ method: 'chat.update', ok: false, error: 'ratelimited' });
  });

  test('bind one method of one workspace', async () => {
    slack.limits.perMinute['users.info'] = 1;
    const user = slack.user().id;
    await exhaust(() => client.users.info({ user }));
    await client.auth.test();
    const other = slack.workspace();
    const { id } = other.user();
    await createClient(slack, other.botToken).users.info({ user: id });
    expect(slack.refused).toEqual({ 'users.info': 1 });
  });

  test('let one post a second into a channel', async () => {
    const [one, two] = [slack.channel().id, slack.channel().id];
    const post = (channel: string) => client.chat.postMessage({ channel, text: 'x' });
    expect(await exhaust(() => post(one))).toEqual({ passed: 1, retryAfter: 1 });
    await post(two);
    clock += 1000;
    await post(one);
    expect(slack.messages().map(({ channel }) => channel)).toEqual([one, one, two]);
  });

  test('answer a refused call as Slack does', async () => {
    slack.limits.perMinute['auth.test'] = 1;
    const call = () =>
      fetch(`${slack.apiUrl}auth.test`, {
        method: 'POST',
        headers: { authorization: `Bearer ${slack.botToken}` },
      });
    expect((await call()).status).toBe(200);
    const response = await call();
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('60');
    expect(await response.json()).toEqual({ ok: false, error: 'ratelimited' });
  });
});

describe('faults', () => {
  test('strike so many calls of a method', async () => {
    const { id } = slack.channel();
    const post = (text: string) => client.chat.postMessage({ channel: id, text });
    slack.fail({ method: 'chat.postMessage', status: 503, times: 2 });
    await client.auth.test();
    await expect(post('a')).rejects.toMatchObject({ statusCode: 503 });
    await expect(post('b')).rejects.toBeInstanceOf(webApi.WebAPIHTTPError);
    await post('c');
    expect(slack.messages().map(({ text }) => text)).toEqual(['c']);
    expect(slack.calls.map(({ error }) => error)).toEqual([undefined, 'http_503', 'http_503', undefined]);
  });

  test('lose the answer of a call that was carried out', async () => {
    const { id } = slack.channel();
    slack.fail({ method: 'chat.postMessage', afterActing: true });
    const call = client.chat.postMessage({ channel: id, text: 'landed' });
    await expect(call).rejects.toBeInstanceOf(webApi.WebAPIRequestError);
    expect(slack.messages()).toMatchObject([{ text: 'landed' }]);
  });

  test('name an error, strike by arguments, carry headers', async () => {
    slack.fail({ where: (args) => args.user === 'U1', error: 'internal_error' });
    slack.fail({ method: 'users.info', status: 429, headers: { 'retry-after': '7' } });
    await client.auth.test();
    await expect(client.users.info({ user: 'U1' })).rejects.toMatchObject({
      data: { error: 'internal_error' },
    });
    await expect(client.users.info({ user: 'U2' })).rejects.toMatchObject({ retryAfter: 7 });
  });

  test('delay an answer, or withhold it', async () => {
    slack.fail({ method: 'auth.test', delayMs: 30 });
    const before = performance.now();
    await client.auth.test();
    expect(performance.now() - before).toBeGreaterThan(25);
    slack.fail({ method: 'auth.test', hang: true });
    const abort = new AbortController();
    const call = fetch(`${slack.apiUrl}auth.test`, { method: 'POST', signal: abort.signal });
    await slack.until(({ calls }) => calls.at(-1)?.error === 'no_answer');
    abort.abort();
    await expect(call).rejects.toThrow();
  });

  test('slow every call down', async () => {
    slack.latency = { ms: 40, jitterMs: 0 };
    const { id } = slack.channel();
    const before = performance.now();
    await client.chat.postMessage({ channel: id, text: 'x' });
    expect(performance.now() - before).toBeGreaterThan(35);
  });
});

test('a wait in vain says what is there', async () => {
  const { id } = slack.channel();
  await client.chat.postMessage({ channel: id, text: 'something else' });
  const wait = slack.untilMessage(id, ({ text }) => text === 'expected', { timeoutMs: 30 });
  await expect(wait).rejects.toThrow(/something else.*chat\.postMessage ok/s);
});
