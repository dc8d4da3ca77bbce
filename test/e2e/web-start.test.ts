import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { textOf } from '../adapters/web/events.ts';
import { startWorld } from './harness.ts';
import { type SpawnedParley, type SpawnOptions, spawnParley } from './spawn.ts';
import { follow, startWebWorld, visit, visitSpawned } from './web-scene.ts';

test('with nothing configured it is a web chat with the demo model on this machine', async () => {
  const parley = await start({ PORT: '0' });
  const visitor = await visitSpawned(parley);
  expect(visitor.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  for (const line of [
    /^Model: demo \(.*OPENAI_API_KEY.*\)$/m,
    /^Store: SQLite in .*parley\.db$/m,
    /^Discord: off \(set DISCORD_TOKEN\)$/m,
    /^Slack: off \(set SLACK_BOT_TOKEN and SLACK_APP_TOKEN\)$/m,
    /^Terminal: off \(npm run chat\)$/m,
  ])
    expect(parley.stderr.text).toMatch(line);
  const response = await fetch(
    `${visitor.url.replace('127.0.0.1', 'localhost')}/api/conversations/c1/messages`,
    {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
      body: '{"text":"hello"}',
    },
  );
  const events = await follow(response).rest();
  expect(textOf(events)).toContain('demo');
  expect(events.at(-1)).toMatchObject({ event: 'done', data: { end: 'complete' } });
  expect(await (await visitor.call('GET', '/api/about')).json()).toMatchObject({ demo: true, login: false });
  const embedded = await visitor.call('POST', '/api/embeddings', { input: 'a' });
  expect(await embedded.json()).toMatchObject({ model: 'demo', vectors: [expect.any(Array)] });
  const page = await visitor.call('GET', '/');
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  parley.kill('SIGTERM');
  expect(await parley.exited).toMatchObject({ code: 0, signal: null });
}, 30_000);

test('beside Discord it has a line of its own, and says what is off', async () => {
  const world = await startWorld({ platforms: ['discord'], environment: { WEB: 'on', PORT: '0' } });
  const { call } = await visit(world);
  expect(world.status.text).toMatch(/^Web: http:\S+$/m);
  expect(world.status.text).toMatch(/^Slack: off/m);
  expect(world.status.text).not.toMatch(/^Discord: off/m);
  expect(await (await call('GET', '/readyz')).json()).toMatchObject({
    ready: true,
    platforms: [
      { name: 'discord', ready: true },
      { name: 'web', ready: true },
    ],
  });
});

test('with a token it lets others in, and the token stays out of what it writes', async () => {
  const token = 'secret-token-of-the-test';
  const world = await startWebWorld({ WEB_TOKEN: token });
  const { call } = await visit(world);
  expect((await call('GET', '/api/about')).status).toBe(401);
  const headers = { authorization: `Bearer ${token}` };
  expect((await call('GET', '/api/about', undefined, headers)).status).toBe(200);
  expect((await call('POST', '/api/embeddings', { input: token }, headers)).status).toBe(200);
  expect(world.status.text).not.toContain(token);
  expect(world.status.text).toMatch(/^Web: http:\/\/127\.0\.0\.1:\d+ \(log in with WEB_TOKEN\)$/m);
});

test('open to other machines without a token, it does not start', async () => {
  const parley = await start({ HOST: '0.0.0.0' });
  expect(await parley.exited).toMatchObject({ code: 1 });
  expect(parley.stderr.text).toMatch(/^- HOST=0\.0\.0\.0 .*WEB_TOKEN/m);
});

test('a port that is taken is told in a sentence', async () => {
  const world = await startWebWorld();
  const { url } = await visit(world);
  const { port } = new URL(url);
  const parley = await start({ PORT: port });
  expect(await parley.exited).toMatchObject({ code: 1 });
  expect(parley.stderr.text).toMatch(
    new RegExp(`^The web page can't listen on 127.0.0.1:${port}: .*WEB_PORT`, 'm'),
  );
  expect(parley.stderr.text).not.toContain('    at ');
});

test.each([
  [['--opne'], /^“--opne” means nothing/],
  [['chta'], /^“chta” means nothing/],
  [['chat', '--open'], /^The chat in the terminal has no page/],
])('what it does not understand on the command line is told in a line: %j', async (words, line) => {
  const parley = await start({ PORT: '0' }, words);
  expect(await parley.exited).toMatchObject({ code: 1 });
  expect(parley.stderr.text).toMatch(line);
  expect(parley.stderr.text.trimEnd().split('\n')).toHaveLength(1);
});

test.skipIf(process.platform === 'win32')(
  '--open opens the page, and goes on where that fails',
  async () => {
    const directory = await createDirectory();
    const opened = join(directory, 'opened');
    for (const name of ['open', 'xdg-open']) {
      const file = join(directory, name);
      await writeFile(file, `#!/bin/sh\nprintf %s "$1" > ${opened}\n`);
      await chmod(file, 0o755);
    }
    const parley = await start({ PORT: '0', PATH: `${directory}:${process.env.PATH}` }, ['--open']);
    const { url } = await visitSpawned(parley);
    await vi.waitFor(async () => expect(await readFile(opened, 'utf8')).toBe(url), { timeout: 5_000 });

    const without = await start({ PORT: '0', PATH: '/nowhere' }, ['--open']);
    const visitor = await visitSpawned(without);
    await without.stderr.until(`The browser could not be opened: open ${visitor.url} yourself.`);
    expect((await visitor.call('GET', '/healthz')).status).toBe(200);
  },
  30_000,
);

async function start(
  environment: SpawnOptions['environment'],
  words: readonly string[] = [],
): Promise<SpawnedParley> {
  return spawnParley({ environment, directory: await createDirectory(), arguments: words });
}

async function createDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
