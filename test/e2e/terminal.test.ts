import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type Parley, startParley } from '../../src/main.ts';
import { byHand, failure, type OpenAiServer, startOpenAi, text } from '../servers/openai.ts';
import { createOutput, type Output } from './output.ts';
import { spawnParley } from './spawn.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));

test("the README's line: piped through npm, it remembers, and says nothing on stdout but its answers", async () => {
  const { stdout, stderr } = await shell(
    "printf 'my favourite colour is teal\\nwhat is my favourite colour?\\nexit\\n' | npm run -s chat",
  );
  const paragraphs = stdout.trim().split(/\n+/);
  expect(paragraphs[0]).toContain('This is the demo model.');
  expect(paragraphs.slice(1)).toEqual([
    expect.stringMatching(/^Noted: your favourite colour is \*\*teal\*\*\./),
    expect.stringMatching(/^Your favourite colour is \*\*teal\*\*/),
  ]);
  expect(stderr).toContain('Model: demo');
  expect(stderr).toContain('Terminal chat:');
  expect(stderr).not.toContain('teal');
});

test('an output that is closed early ends it without a crash', async () => {
  const { stdout, stderr } = await shell(
    "set -o pipefail; printf 'write 200000 characters\\nand again\\nexit\\n' | npm run -s chat | head -c 20",
  );
  expect(stdout).toMatch(/^.{20}$/);
  expect(stderr).not.toMatch(/unhandled|Unhandled|at .*\.ts:\d+\n/);
});

test('piped in: commands, a failing model, long lines, CRLF and an end without exit', async () => {
  const { openai, input, output, status, parley } = await startChat();
  openai.script(text('First.'), failure(401, { code: 'invalid_api_key' }), text('Third.'), text('Long.'));
  const long = 'x'.repeat(100_000);
  input.end(`one\r\n\r\ntwo\r\n/new\r\nstop\r\nthree\r\n/help\r\n${long}`);
  await parley.stopped;
  const lines = output.text.trimEnd().split('\n');
  expect(lines[0]).toBe('First.');
  expect(lines[1]).toMatch(/^⚠️ [^\n]*key/i);
  expect(lines[2]).toMatch(/^Forgotten\./);
  expect(lines[3]).toBe('Third.');
  expect(lines[4]).toMatch(/^\*\*I am Parley\.\*\*/);
  expect(lines.at(-1)).toBe('Long.');
  expect(output.text).not.toMatch(/Model:|Store:|"level"|> /);
  expect(status.text).toContain('Model: gpt');
  expect(status.text).not.toContain('sk-key-of-the-stand-in');
  const prompts = openai.requests.map(({ body }) => body.messages.slice(1).map(({ content }) => content));
  expect(prompts).toEqual([['one'], ['one', 'First.', 'two'], ['three'], ['three', 'Third.', long]]);
});

test('at a terminal: it prompts, writes as the model speaks, can be stopped, asked meanwhile and left', async () => {
  const { openai, input, output, status, parley } = await startChat({ isTTY: true });
  const [first, second] = [byHand(), byHand()];
  openai.script(first, second);
  await status.until(/\n> $/);
  input.write('tell me everything\n');
  await first.write('In the ');
  await output.until('In the');
  await first.write('beginning');
  await output.until('In the beginning');
  input.write('stop\n');
  await output.until('In the beginning\n\n⏹️ Stopped.\n');
  await (await openai.request(0)).aborted;
  await status.until(/\n> \n> $/);

  input.write('go on\n');
  await second.write('So be');
  await output.until('So be');
  input.write('really?\n');
  await second.write(' it.');
  await second.finish();
  await output.until('So be it.\necho: really?\n');
  input.write('exit\n');
  await parley.stopped;
  const { body } = await openai.request(2);
  expect(body.messages.slice(1).map(({ content }) => content)).toEqual([
    'tell me everything',
    'In the beginning',
    'go on',
    'So be it.',
    'really?',
  ]);
});

test('interrupted by a signal it ends well, with what is written so far', async () => {
  const directory = await createDirectory();
  const chat = spawnParley({ environment: { DATA_DIR: directory }, directory, arguments: ['chat'] });
  await chat.stderr.until('Terminal chat:');
  chat.write('hello\n');
  await chat.stdout.until('Hello!');
  chat.kill('SIGINT');
  expect(await chat.exited).toMatchObject({ code: 0, signal: null });
});

interface Chat {
  readonly openai: OpenAiServer;
  readonly parley: Parley;
  readonly input: PassThrough;
  readonly output: Output;
  readonly status: Output;
}

/** A chat in this process. */
async function startChat(terminal: { readonly isTTY?: boolean } = {}): Promise<Chat> {
  const openai = await startOpenAi();
  const input = Object.assign(new PassThrough(), terminal);
  const [output, status] = [createOutput(), createOutput()];
  const environment = {
    OPENAI_API_KEY: 'sk-key-of-the-stand-in',
    OPENAI_BASE_URL: openai.url,
    STORE_URL: 'memory://',
  };
  const streams = { input, output: output.stream, status: status.stream };
  const parley = await startParley({ environment, chat: true, ...streams });
  onTestFinished(async () => {
    await openai.close();
    await parley.stop();
  });
  return { openai, parley, input, output, status };
}

/** Runs a line of Bash in the repository, with no settings but the ones for data; rejects where it fails. */
async function shell(line: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const directory = await createDirectory();
  const { PATH, HOME } = process.env;
  return new Promise((resolve, reject) => {
    const environment = { PATH, HOME, DATA_DIR: directory };
    const options = { cwd: repository, env: environment, timeout: 15_000 };
    execFile('bash', ['-c', line], options, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr });
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
    });
  });
}

async function createDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
