import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readHealth } from '../../src/ops/health.ts';
import { byHand, failure, text } from '../servers/openai.ts';
import { buildScene } from './discord-scene.ts';
import { spawnParley } from './spawn.ts';

test('after SIGTERM an answer may finish, and what can not finish says so; a platform that hangs holds up nothing', async () => {
  const scene = await buildScene();
  const { world, discord, openai, maria, channel, texts, untilShown } = scene;
  const direct = discord.dm(maria);
  const quick = byHand();
  const endless = byHand();
  openai.script(quick, endless);
  const parley = await world.spawn();
  const question = discord.say(maria, channel.id, 'be quick', { mentions: 'bot' });
  await quick.write('I will be');
  await untilShown(question, 'I will be');
  discord.say(maria, direct.id, 'tell me everything');
  await endless.write('It is a long story');
  await untilShown(direct, 'It is a long story');

  discord.say(maria, direct.id, 'and then?');

  const other = await buildScene();
  const otherDirect = other.discord.dm(other.maria);
  const stuck = byHand();
  other.openai.script(stuck);
  const hangingParley = await other.world.spawn();
  other.discord.say(other.maria, otherDirect.id, 'hello');
  await stuck.write('Hello');
  await other.untilShown(otherDirect, 'Hello');
  other.discord.fail({ method: 'PATCH', hang: true, times: 1000 });

  const signalled = performance.now();
  parley.kill('SIGTERM');
  hangingParley.kill('SIGINT');
  await parley.stderr.until('Stopping');
  // Discord would deliver none of this to the next one.
  const late = discord.say(maria, channel.id, 'am I too late?', { mentions: 'bot' });
  discord.say(maria, question.id, 'and how quick?');
  const lateCall = discord.command(maria, channel.id, 'ask', { question: 'me too?' });
  await discord.until(() => lateCall.answer);
  await quick.write(' quick.');
  await quick.finish();
  await untilShown(question, 'I will be quick.');

  expect(await parley.exited).toMatchObject({ code: 0 });
  expect(texts(direct)).toEqual([
    expect.stringMatching(
      /^It is a long story\n+⚠️ I was interrupted by a restart before I could finish[^\n]+$/,
    ),
  ]);
  expect(openai.requests).toHaveLength(2);
  expect(performance.now() - signalled).toBeLessThan(15_000);
  await hangingParley.exited;
  expect(performance.now() - signalled).toBeLessThan(15_000);

  // What waited is answered by the next one.
  await world.spawn();
  await untilShown(direct, 'echo: and then?');
  const prompts = openai.requests.slice(2).map(({ body }) => body.messages.slice(1));
  expect(prompts.map((messages) => messages.map(({ content }) => content))).toContainEqual([
    'tell me everything',
    'It is a long story',
    'and then?',
  ]);
  // So is what was said while the last one ended.
  await untilShown(late, 'echo: maria: am I too late?');
  await untilShown(question, 'echo: maria: and how quick?');
  await untilShown(channel, 'echo: maria: me too?');
  expect(lateCall).toMatchObject({ missed: false, original: scene.answers(channel).at(-1)?.id });
}, 40_000);

test('with nothing to wait for SIGTERM ends it at once, and a second signal ends it in any case', async () => {
  const { world, discord, openai, maria, untilShown } = await buildScene();
  const direct = discord.dm(maria);
  const idle = await world.spawn();
  idle.kill('SIGTERM');
  expect(await idle.exited).toMatchObject({ code: 0, signal: null });

  const endless = byHand();
  openai.script(endless, text('At last.'));
  const busy = await world.spawn();
  discord.say(maria, direct.id, 'tell me everything');
  await endless.write('It is a long story');
  await untilShown(direct, 'It is a long story');
  busy.kill('SIGINT');
  await busy.stderr.until('Stopping');
  busy.kill('SIGINT');
  expect(await busy.exited).toMatchObject({ code: 1 });

  // What was cut short is taken up by the next one.
  await world.spawn();
  await untilShown(direct, 'At last.');
}, 30_000);

test('while it waits for its platform it is healthy, and a signal ends it', async () => {
  const { world, discord } = await buildScene();
  discord.fail({ path: /^\/gateway\/bot$/, times: 1000, status: 503 });
  const { environment, directory } = world;
  const parley = spawnParley({ environment, directory });
  await parley.stderr.until('could not connect, trying again');
  await vi.waitFor(() => expect(readHealth(String(environment.DATA_DIR)).alive).toBe(true));
  parley.kill('SIGTERM');
  expect(await parley.exited).toMatchObject({ code: 0, signal: null });
});

test('faults of the settings are told all at once, without the secrets in them', async () => {
  const directory = await makeDirectory();
  const secret = 'secret-of-the-test';
  const parley = spawnParley({
    directory,
    environment: {
      DISCORD_TOKEN: `${secret} with white space`,
      SLACK_BOT_TOKEN: `xoxp-${secret}`,
      OPENAI_BASE_URL: 'not a url',
      STORE_URL: `redis://:${secret}@`,
      DISCORD_REPLIES: 'everywhere',
      PORT: '70000',
    },
  });
  expect(await parley.exited).toMatchObject({ code: 1 });
  const written = parley.stdout.text + parley.stderr.text;
  for (const name of [
    'DISCORD_TOKEN',
    'SLACK_BOT_TOKEN',
    'OPENAI_BASE_URL',
    'STORE_URL',
    'DISCORD_REPLIES',
    'PORT',
  ])
    expect(written).toMatch(new RegExp(`^- ${name} `, 'm'));
  expect(written).not.toContain(secret);
  expect(written).not.toContain('    at ');
});

test('a token that Discord does not accept ends it with a sentence', async () => {
  const { world } = await buildScene();
  const token = 'a-token.that-is.wrong';
  const parley = spawnParley({
    directory: world.directory,
    environment: { ...world.environment, DISCORD_TOKEN: token },
  });
  expect(await parley.exited).toMatchObject({ code: 1 });
  expect(parley.stderr.text).toMatch(/^Discord does not accept DISCORD_TOKEN: make a new one [^\n]+$/m);
  expect(parley.stderr.text + parley.stdout.text).not.toContain(token);
  expect(parley.stderr.text).not.toContain('    at ');
});

test('a token that is taken back while it runs ends it in order, with a sentence and status 1', async () => {
  const { world, discord, openai, maria, untilShown } = await buildScene();
  const direct = discord.dm(maria);
  const parley = await world.spawn();
  discord.say(maria, direct.id, 'hello');
  await untilShown(direct, 'echo: hello');
  discord.fail({
    path: /^\/gateway\/bot$/,
    times: 1000,
    status: 401,
    body: { message: '401: Unauthorized' },
  });
  discord.gateway.drop({ code: 4004 });
  expect(await parley.exited).toMatchObject({ code: 1, signal: null });
  expect(parley.stderr.text).toMatch(/^Discord does not accept DISCORD_TOKEN: make a new one [^\n]+$/m);
  expect(parley.stderr.text).toContain('stopped');
  expect(openai.requests).toHaveLength(1);
});

test('no forgotten rejection ends it, and no secret gets out, whatever fails', async () => {
  const { world, discord, openai, maria, channel, untilShown } = await buildScene();
  const direct = discord.dm(maria);
  const key = String(world.environment.OPENAI_API_KEY);
  const logFile = join(world.directory, 'logs', 'parley.log');
  openai.script(
    failure(401, { code: 'invalid_api_key', message: `Incorrect API key provided: ${key}` }),
    failure(400, { message: `What does "Bearer ${key}" mean?` }),
  );
  const parley = await world.spawn({ LOG_FILE: logFile, NODE_OPTIONS: `--import ${rejecting}` });
  parley.kill('SIGUSR2');
  await parley.stderr.until('forgotten');
  discord.say(maria, direct.id, 'hello');
  await untilShown(direct, /OPENAI_API_KEY/);
  discord.say(maria, direct.id, 'hello again');
  await untilShown(direct, /could not make sense/);
  discord.fail({ path: /^\/interactions/, status: 500, body: { message: `Bot ${discord.token}` } });
  discord.fail({ path: /^\/webhooks/, destroy: true });
  discord.command(maria, channel.id, 'ask', { question: 'still there?' });
  await untilShown(channel, 'echo: maria: still there?');
  parley.kill('SIGTERM');
  expect(await parley.exited).toMatchObject({ code: 0 });

  const log = await readFile(logFile, 'utf8');
  expect(log).toContain('"level":"debug"');
  const written = [
    log,
    parley.stderr.text,
    parley.stdout.text,
    ...discord.requests.map(({ body }) => JSON.stringify(body) ?? ''),
  ].join('\n');
  expect(written).not.toContain(key);
  expect(written).not.toContain(discord.token);
  expect(written).not.toContain('interaction-token');
}, 30_000);

/** A module that makes SIGUSR2 reject a promise which nobody looks at, with all secrets in the reason. */
const rejecting = `data:text/javascript,${encodeURIComponent(
  "process.on('SIGUSR2',()=>void Promise.reject(new Error('forgotten '+process.env.DISCORD_TOKEN+process.env.OPENAI_API_KEY)))",
)}`;

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
