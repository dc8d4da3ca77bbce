import { expect, test } from 'vitest';
import { connect } from './harness.ts';

const message = (text: string) =>
  JSON.stringify({
    type: 'event_callback',
    event: { type: 'message', channel: 'D1', user: 'U1', ts: '1.5', text },
  });

test.each(['none', 'wrong', 'old'] as const)(
  'a request with signature %s is refused and counted',
  async (signature) => {
    const { slack, inbox, counters, lines } = await connect('http');
    expect(await slack.post(message('let me in'), { signature })).toMatchObject({ status: 401 });
    expect(await slack.post(message('hello'))).toMatchObject({ status: 200 });
    await inbox.until(({ messages }) => messages.length > 0);
    expect(inbox.messages.map(({ text }) => text)).toEqual(['hello']);
    expect(counters.snapshot()).toMatchObject({ 'refused.unsigned': 1 });
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('refused') }),
    );
  },
);

test.each([
  'hello?',
  '',
  'null',
  '7',
  '[]',
  '{}',
  '{"type":"event_callback"}',
  '{"event":null}',
  '{"event":{}}',
  '{"event":7}',
  '{"command":7}',
  '{"type":"block_actions"}',
])('the signed body %j makes no sense and is answered so, at once', async (body) => {
  const { slack, counters } = await connect('http');
  expect(await slack.post(body)).toMatchObject({ status: 400 });
  expect(await slack.post(message('hello'))).toMatchObject({ status: 200 });
  expect(counters.snapshot()).toMatchObject({ 'dropped.malformed': 1 });
});

test('a form that holds no JSON makes no sense either', async () => {
  const { slack } = await connect('http');
  const contentType = 'application/x-www-form-urlencoded';
  expect(await slack.post('payload=%7B', { contentType })).toMatchObject({ status: 400 });
  expect(await slack.post('hello', { contentType })).toMatchObject({ status: 400 });
});

test('a body that is far too large is refused', async () => {
  const { slack } = await connect('http');
  expect(await slack.post(message('x'.repeat(2_000_000)))).toMatchObject({ status: 413 });
});

test('the URL is verified, and a certificate checked', async () => {
  const { slack } = await connect('http');
  const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' });
  expect(await slack.post(body)).toEqual({ status: 200, body: '{"challenge":"abc"}' });
  const contentType = 'application/x-www-form-urlencoded';
  expect(await slack.post('ssl_check=1', { contentType, signature: 'none' })).toMatchObject({ status: 200 });
});

test('the server tells that it is well, and knows nothing else', async () => {
  const { line } = await connect('http');
  const url = /http:\S+(?=\/slack\/events)/.exec(line)?.[0];
  const statusOf = async (path: string, method = 'GET') => (await fetch(`${url}${path}`, { method })).status;
  expect(await statusOf('/healthz')).toBe(200);
  expect(await statusOf('/slack/events')).toBe(404);
  expect(await statusOf('/elsewhere', 'POST')).toBe(404);
});

test('once stopped it sends Slack away, to come again later, until it is closed', async () => {
  const { slack, platform, inbox, line } = await connect('http');
  await platform.stop();
  const ann = slack.user();
  slack.say(ann, slack.dm(ann).id, 'hello');
  await slack.until(
    ({ deliveries }) => deliveries.length === 2 && deliveries.every(({ inTime }) => inTime === false),
  );
  expect(slack.deliveries.map(({ status, attempt }) => [status, attempt])).toEqual([
    [503, 0],
    [503, 1],
  ]);
  expect(inbox.messages).toEqual([]);
  await platform.close();
  await expect(fetch(/http:\S+(?=\))/.exec(line)![0])).rejects.toThrow();
});
