import { GatewayIntentBits } from 'discord.js';
import { afterEach, expect, test, vi } from 'vitest';
import { createRecordingInbox } from '../../fakes/recording-inbox.ts';
import { commands, connect, createAdapter, startStandIn } from './harness.ts';

afterEach(() => void vi.useRealTimers());

test('start tells as whom and in how many servers', async () => {
  const { discord, line } = await connect({
    before(world) {
      world.guild('One');
      world.guild('Two');
    },
  });
  expect(line).toBe('Discord: connected as parley in 2 servers');
  expect(discord.gateway.intents & GatewayIntentBits.MessageContent).toBeTruthy();
});

test('is ready only while events come in', async () => {
  const { discord, platform } = await connect();
  expect(platform.ready?.()).toBe(true);
  discord.gateway.drop();
  await vi.waitUntil(() => platform.ready?.() === false);
  await vi.waitUntil(() => platform.ready?.() === true, { timeout: 15_000 });
});

test('a wrong token is a fault that says what to do', async () => {
  const discord = await startStandIn();
  const { platform, log } = createAdapter(discord, { token: 'wrong.token.here' });
  const starting = platform.start(createRecordingInbox(), commands);
  await expect(starting).rejects.toMatchObject({
    code: 'platform-failed',
    notice: expect.stringContaining('DISCORD_TOKEN'),
  });
  expect(JSON.stringify(log)).not.toContain('wrong.token.here');
});

test('a token that only the gateway refuses is the same fault', async () => {
  const discord = await startStandIn();
  const { platform } = createAdapter(discord);
  // REST still answers, IDENTIFY meets 4004.
  const path = /^\/gateway\/bot$/;
  const answer = await fetch(`${discord.url}/v10/gateway/bot`, {
    headers: { Authorization: `Bot ${discord.token}` },
  });
  discord.fail({ path, status: 200, body: await answer.json() });
  const other = createAdapter(discord, { token: 'wrong.token.here' });
  await expect(other.platform.start(createRecordingInbox(), commands)).rejects.toMatchObject({
    code: 'platform-failed',
    notice: expect.stringContaining('DISCORD_TOKEN'),
  });
  expect(await platform.start(createRecordingInbox(), commands)).toContain('connected');
});

test('without the Message Content Intent Parley connects all the same, and says what is lost', async () => {
  const { discord, line, log, inbox } = await connect({ before: (world) => world.gateway.refuseIntents() });
  const hint = 'turn on Message Content Intent in the developer portal';
  expect(line).toContain(hint);
  expect(log.some(({ level, message }) => level === 'warn' && message.includes(hint))).toBe(true);
  expect(discord.gateway.intents & GatewayIntentBits.MessageContent).toBe(0);
  const maria = discord.user('maria');
  const channel = discord.channel();
  discord.say(maria, channel.id, `<@${discord.bot.id}> by mention`);
  await inbox.untilMessage('by mention');
  discord.say(maria, discord.dm(maria).id, 'directly');
  await inbox.untilMessage('directly');
  discord.command(maria, channel.id, 'help');
  await inbox.untilCommand('help');
});

test('the intent can be taken away while Parley runs', async () => {
  const { discord, inbox, until, log } = await connect();
  discord.gateway.refuseIntents();
  // The SDK identifies once in 5 seconds.
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + 6000);
  discord.gateway.drop({ resumable: false });
  await until(() => log.some(({ message }) => message.includes('Message Content Intent is off')));
  await discord.until(() => discord.gateway.connected === 1);
  const channel = discord.channel();
  discord.say(discord.user('maria'), channel.id, `<@${discord.bot.id}> still here?`);
  await inbox.untilMessage('still here?');
  expect(discord.gateway.intents & GatewayIntentBits.MessageContent).toBe(0);
});

test('trouble at the start is waited out', async () => {
  const discord = await startStandIn();
  const { platform, log, until } = createAdapter(discord);
  const down = discord.fail({ path: /^\/gateway\/bot$/, times: 1000, status: 503 });
  const starting = platform.start(createRecordingInbox(), commands);
  await until(() => log.find(({ message }) => message.includes('trying again')));
  down.clear();
  expect(await starting).toContain('connected');
  expect(log.find(({ message }) => message.includes('trying again'))?.fields).toMatchObject({
    retryMs: 1000,
  });
});

test('a connection that Discord ends between the login and its servers does not keep the start waiting', async () => {
  const discord = await startStandIn();
  discord.guild();
  discord.gateway.holdServers();
  const { platform } = createAdapter(discord);
  const starting = platform.start(createRecordingInbox(), commands);
  await discord.until(() => discord.gateway.connected === 1);
  discord.gateway.drop({ code: 4004 });
  await expect(starting).rejects.toMatchObject({
    code: 'platform-failed',
    notice: expect.stringContaining('DISCORD_TOKEN'),
  });
});

test('a connection that is gone for good is told, once', async () => {
  const { discord, lost, until } = await connect();
  discord.fail({
    path: /^\/gateway\/bot$/,
    times: 1000,
    status: 401,
    body: { message: '401: Unauthorized' },
  });
  discord.gateway.drop({ code: 4004 });
  await until(() => lost.length > 0);
  expect(lost).toMatchObject([{ code: 'platform-failed', notice: expect.stringContaining('DISCORD_TOKEN') }]);
});

test('nobody waits for ever: a start that is closed ends', async () => {
  const discord = await startStandIn();
  const { platform } = createAdapter(discord);
  const hanging = discord.fail({ path: /^\/gateway\/bot$/, hang: true });
  const starting = platform.start(createRecordingInbox(), commands);
  const ended = expect(starting).rejects.toMatchObject({ code: 'platform-failed' });
  await discord.until(() => hanging.hanging === 1);
  await platform.close();
  await ended;
});

test('a token that is taken back while Parley runs is logged once', async () => {
  const { discord, platform, log } = await connect();
  const maria = discord.user('maria');
  const direct = discord.dm(maria);
  const surface = platform.surface({
    thread: `discord:${direct.id}`,
    data: { mode: 'here', channel: direct.id, message: '1', author: maria.id, self: discord.bot.id },
  });
  discord.fail({ path: /messages$/, times: 2, status: 401, body: { code: 0, message: '401: Unauthorized' } });
  for (const key of ['a', 'b']) {
    const options = { index: 0, key, attempt: 1, whole: true };
    const opening = surface.open(surface.rungs[0]!, { text: 'x', shown: '' }, options);
    await expect(opening).rejects.toMatchObject({ fault: 'gone' });
  }
  const errors = log.filter(({ level }) => level === 'error');
  expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('DISCORD_TOKEN')]);
});

test('an event that is delivered twice has the same id', async () => {
  const { discord, inbox } = await connect();
  const maria = discord.user('maria');
  const direct = discord.dm(maria);
  discord.say(maria, direct.id, 'once');
  await inbox.untilMessage('once');
  discord.gateway.drop({ repeat: 1 });
  await inbox.until(() => inbox.messages.length === 2);
  const [first, second] = inbox.messages;
  expect(second).toEqual(first);
});
