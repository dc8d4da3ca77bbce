import { expect, onTestFinished, test } from 'vitest';
import { createSlack } from '../../../src/adapters/slack/slack.ts';
import { ParleyError } from '../../../src/core/errors.ts';
import {
  commands,
  connect,
  createInbox,
  createInstruments,
  type Mode,
  optionsFor,
  startStandIn,
} from './harness.ts';

async function prepare(mode: Mode = 'socket', change: object = {}) {
  const slack = await startStandIn();
  const instruments = createInstruments();
  const platform = createSlack({ ...optionsFor(slack, mode, instruments), ...change });
  onTestFinished(() => platform.close());
  return { slack, platform, start: () => platform.start(createInbox(), commands), ...instruments };
}

test('tells as whom it is connected, where and how', async () => {
  expect((await connect('socket')).line).toBe('Slack: connected as parley in Acme (Socket Mode)');
  expect((await connect('http')).line).toMatch(
    /^Slack: connected as parley in Acme \(HTTP, http:\/\/127\.0\.0\.1:\d+\/slack\/events\)$/,
  );
});

test('with all scopes it has nothing to say', async () => {
  const { lines } = await connect();
  expect(lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
});

test('tells for each missing scope what is lost', async () => {
  const { slack, start, lines } = await prepare();
  slack.scopes.delete('im:history');
  slack.scopes.delete('users:read');
  await start();
  const warnings = lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  expect(warnings).toEqual([
    expect.stringMatching(/im:history .*direct messages are not seen/),
    expect.stringMatching(/users:read .*not known by name/),
  ]);
});

test.each([
  [
    'a bot token that is wrong',
    { botToken: 'xoxb-wrong' },
    /SLACK_BOT_TOKEN.*invalid_auth.*OAuth & Permissions/,
  ],
  ['no bot token at all', { botToken: '' }, /SLACK_BOT_TOKEN.*not_authed/],
  [
    'an app token that is wrong',
    { appToken: 'xapp-wrong' },
    /SLACK_APP_TOKEN.*invalid_auth.*connections:write/,
  ],
])('with %s it says what to do, without telling the token', async (_what, change, words) => {
  const { start } = await prepare('socket', change);
  const error = await start().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ParleyError);
  expect(error).toMatchObject({ code: 'platform-failed', notice: expect.stringMatching(words) });
  expect((error as ParleyError).notice).not.toContain('wrong');
});

test('a bot token where the app token belongs is told apart', async () => {
  const { start } = await prepare('socket', { appToken: 'xoxb-no-app-token' });
  await expect(start()).rejects.toMatchObject({ code: 'platform-failed' });
});

test('neither an app token nor a signing secret is a fault that is told', async () => {
  const slack = await startStandIn();
  const { signingSecret, ...options } = {
    signingSecret: '',
    ...optionsFor(slack, 'http', createInstruments()),
  };
  expect(signingSecret).not.toBe('');
  expect(() => createSlack(options)).toThrow(/SLACK_SIGNING_SECRET/);
});

test('a port that is taken is a fault that is told', async () => {
  const { line } = await connect('http');
  const port = Number(/:(\d+)\//.exec(line)?.[1]);
  const { start } = await prepare('http', { http: { host: '127.0.0.1', port } });
  await expect(start()).rejects.toMatchObject({
    code: 'platform-failed',
    notice: expect.stringContaining('PORT'),
  });
});

test.each<Mode>(['socket', 'http'])('tries on while Slack can not be reached (%s)', async (mode) => {
  const { slack, start, lines } = await prepare(mode);
  slack.fail({ method: 'auth.test', times: 3 });
  await expect(start()).resolves.toContain('connected as parley');
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'warn', message: expect.stringContaining('trying again') }),
  );
});

test('tries on while no connection can be opened', async () => {
  const { slack, start } = await prepare();
  slack.fail({ method: 'apps.connections.open', status: 503 });
  await expect(start()).resolves.toContain('Socket Mode');
});

test('a stop while it tries ends the trying', async () => {
  const { slack, platform, start, logged } = await prepare();
  slack.fail({ method: 'auth.test', times: 1_000 });
  const started = expect(start()).rejects.toMatchObject({ code: 'platform-failed' });
  await logged('warn', 'trying again');
  await platform.stop();
  await started;
});

test('a stop while a connection is being opened leaves none behind', async () => {
  const { slack, platform, start } = await prepare();
  slack.fail({ method: 'apps.connections.open', delayMs: 100, times: 2 });
  const started = expect(start()).rejects.toMatchObject({ code: 'platform-failed' });
  await slack.until(({ calls }) => calls.some(({ method }) => method === 'apps.connections.open'));
  await platform.stop();
  await started;
  await slack.until(({ connections }) => connections === 0);
});

test('nothing that is logged holds a token or the words of people', async () => {
  const { slack, lines, inbox, platform } = await connect();
  const ann = slack.user();
  slack.say(ann, slack.dm(ann).id, 'a secret wish');
  await inbox.until(({ messages }) => messages.length === 1);
  await slack.until(({ connections }) => connections === 2);
  slack.disconnect();
  await slack.until(({ connections }) => connections === 2);
  await platform.close();
  const log = JSON.stringify(lines);
  for (const secret of [slack.botToken, slack.appToken, 'ticket-', 'a secret wish'])
    expect(log).not.toContain(secret);
});
