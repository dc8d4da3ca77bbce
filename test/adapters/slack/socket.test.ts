import { expect, test, vi } from 'vitest';
import { allAcknowledged, connect } from './harness.ts';

async function connected() {
  const all = await connect('socket');
  await all.slack.until(({ connections }) => connections === 2);
  const ann = all.slack.user('Ann');
  const { id: channel } = all.slack.dm(ann);
  const say = (text: string) => all.slack.say(ann, channel, text);
  return { ...all, say };
}

test('keeps two connections', async () => {
  const { slack } = await connected();
  expect(slack.connected).toBe(2);
});

test('asked to go, it is there with new connections within moments, and nothing is lost on the way', async () => {
  const { slack, inbox, say } = await connected();
  const before = Date.now();
  for (let round = 1; round <= 2; round++) {
    slack.disconnect({ which: 'all' });
    for (let i = 0; i < 10; i++) say(`round ${round}, message ${i}`);
    await slack.until(({ connections }) => connections === 2);
  }
  await inbox.until(({ messages }) => messages.length >= 20);
  await allAcknowledged(slack);
  expect(new Set(inbox.messages.map(({ text }) => text)).size).toBe(20);
  // Left to itself the library stays away for 5 s at least.
  expect(Date.now() - before).toBeLessThan(4_000);
  expect(slack.deliveries.every(({ inTime, attempt }) => inTime && attempt === 0)).toBe(true);
});

test('while one line is renewed the other takes what comes', async () => {
  const { slack, inbox, say } = await connected();
  slack.keepEvents = false;
  slack.fail({ method: 'apps.connections.open', delayMs: 300 });
  slack.disconnect({ which: 'oldest' });
  expect(slack.connections).toBe(1);
  say('still there?');
  await inbox.until(({ messages }) => messages.length === 1);
  expect(slack.connections).toBe(1);
  await slack.until(({ connections }) => connections === 2);
});

test('a warning is enough: the old connection works until the new one is there', async () => {
  const { slack, inbox, say } = await connected();
  slack.keepEvents = false;
  slack.disconnect({ reason: 'warning', which: 'all' });
  for (let i = 0; i < 10; i++) say(`early ${i}`);
  await slack.until(({ connected: ever }) => ever === 4);
  for (let i = 0; i < 10; i++) say(`late ${i}`);
  await inbox.until(({ messages }) => messages.length >= 20);
  await allAcknowledged(slack);
  expect(slack.deliveries.every(({ inTime, attempt }) => inTime && attempt === 0)).toBe(true);
});

test('connections that are cut are opened again, and what was said meanwhile arrives', async () => {
  const { slack, inbox, say } = await connected();
  slack.dropSockets();
  await slack.until(({ connections }) => connections === 0);
  say('anybody?');
  await inbox.until(({ messages }) => messages.length === 1);
  await slack.until(({ connections }) => connections === 2);
});

test('is ready only while a connection is open', async () => {
  const { slack, platform } = await connected();
  expect(platform.ready?.()).toBe(true);
  for (let failure = 0; failure < 4; failure++) slack.fail({ method: 'apps.connections.open', status: 500 });
  slack.dropSockets();
  await vi.waitUntil(() => platform.ready?.() === false);
  await vi.waitUntil(() => platform.ready?.() === true, { timeout: 15_000 });
});

test('tries on where a connection can not be opened again', async () => {
  const { slack, inbox, say, logged } = await connected();
  slack.fail({ method: 'apps.connections.open', error: 'invalid_auth' });
  slack.fail({ method: 'apps.connections.open', status: 500 });
  slack.dropSockets();
  await logged('error', 'SLACK_APP_TOKEN');
  await slack.until(({ connections }) => connections === 2);
  say('back?');
  await inbox.until(({ messages }) => messages.length === 1);
});

test.each([
  ['no JSON', 'hello?'],
  ['null', 'null'],
  ['a list', '[]'],
  ['no type', '{}'],
  ['an envelope without payload', '{"type":"events_api","envelope_id":"e1"}'],
  ['an event that is null', '{"type":"events_api","envelope_id":"e1","payload":{"event":null}}'],
  ['an event without type', '{"type":"events_api","envelope_id":"e1","payload":{"event":{}}}'],
  ['a command that is no text', '{"type":"slash_commands","envelope_id":"e1","payload":{"command":7}}'],
  [
    'an interaction of nobody',
    '{"type":"interactive","envelope_id":"e1","payload":{"type":"block_actions"}}',
  ],
])('a frame that makes no sense is dropped and counted: %s', async (_what, frame) => {
  const { slack, inbox, say, counters, logged } = await connected();
  slack.raw(frame);
  await logged('warn', 'can not be read');
  say('and on');
  await inbox.until(({ messages }) => messages.length === 1);
  expect(counters.snapshot()).toMatchObject({ 'dropped.malformed': 1 });
  expect(slack.connections).toBe(2);
});

test('a stop closes both connections, and none is opened again', async () => {
  const { slack, platform } = await connected();
  await platform.stop();
  await slack.until(({ connections }) => connections === 0);
  expect(slack.connected).toBe(2);
});

test('what came before a stop still reaches the engine', async () => {
  const { slack, inbox, platform, say } = await connected();
  slack.fail({ method: 'users.info', delayMs: 150 });
  say('just in time');
  await slack.until(({ calls }) => calls.some(({ method }) => method === 'users.info'));
  await platform.stop();
  expect(inbox.messages.map(({ text }) => text)).toEqual(['just in time']);
});
