import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { createTerminal } from '../../../src/adapters/terminal/terminal.ts';
import type { CardFile, CardView } from '../../../src/core/picture-ports.ts';
import { startParley } from '../../../src/main.ts';
import { createOutput } from '../../e2e/output.ts';

test('pictures are saved, and their paths stand under the answer, one per line', async () => {
  const { surface, directory, output, status } = await createStage();
  surface.card?.('a', drawing());
  surface.card?.('a', drawing(toFile('blurred', { final: false })));
  surface.push('Here they are.');
  surface.card?.('a', drawing(toFile('one'), toFile('half', { final: false, name: 'otter-2.png' })));
  surface.card?.('a', drawing(toFile('one'), toFile('two', { name: 'otter-2.png' })));
  surface.card?.('a', drawn(toFile('one'), toFile('two', { name: 'otter-2.png' })));
  await surface.end({ end: 'complete', notice: 'The end.' });
  const paths = [join(directory, 'otter-1.png'), join(directory, 'otter-2.png')];
  expect(output.text).toBe(
    `Here they are.\n\n> an otter\n512 × 512 · 1.0 s\n${paths.join('\n')}\n\nThe end.\n`,
  );
  // Once, however many previews there are.
  expect(status.text).toBe('Drawing 2 pictures…\n');
  expect(await Promise.all(paths.map((path) => readFile(path, 'utf8')))).toEqual(['one', 'two']);
});

test('no file is overwritten, and no name leads elsewhere', async () => {
  const { directory, surface, output } = await createStage();
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'otter-1.png'), 'mine');
  await writeFile(join(directory, 'otter-1-2.png'), 'mine');
  const names = [
    'otter-1.png',
    '../../evil.png',
    '/etc/passwd',
    '.hidden.png',
    '-rf',
    '\u001b[2J$(x) y.png',
    '',
  ];
  surface.card?.('a', drawn(...names.map((name) => toFile(name, { name }))));
  await surface.end({ end: 'complete' });
  const paths = output.text.split('\n').filter((line) => line.startsWith('/'));
  expect(paths).toHaveLength(names.length);
  expect(paths.map((path) => dirname(path))).toEqual(names.map(() => directory));
  expect(paths[0]).toBe(join(directory, 'otter-1-3.png'));
  expect(await Promise.all(paths.map((path) => readFile(path, 'utf8')))).toEqual(names);
  for (const name of await readdir(directory)) expect(name).toMatch(/^\w[\w.-]*$/);
  expect(await readFile(join(directory, 'otter-1.png'), 'utf8')).toBe('mine');
});

test('where a picture can not be saved, one sentence says why', async () => {
  const { directory, surface, output } = await createStage();
  await writeFile(directory, 'a file in the way');
  surface.card?.('a', drawn(toFile('one')));
  await surface.end({ end: 'complete' });
  expect(output.text).toBe(
    `> an otter\n512 × 512 · 1.0 s\n⚠️ otter-1.png could not be saved in ${directory}: there is a file of that name in the way. Set DATA_DIR to another directory.\n`,
  );
});

test('what was still being drawn when the answer was stopped is not shown; what went wrong is', async () => {
  const { directory, surface, another, output } = await createStage();
  surface.card?.('a', drawing(toFile('blurred', { final: false })));
  await surface.end({ end: 'stopped', notice: 'Stopped.' });
  expect(output.text).toBe('Stopped.\n');
  const next = another();
  next.card?.('a', drawing());
  next.card?.('a', { text: '⚠️ Not that.', files: [], buttons: [] });
  next.card?.('b', { text: '', files: [], buttons: [] });
  await next.end({ end: 'complete' });
  expect(output.text).toBe('Stopped.\n⚠️ Not that.\n');
  await expect(readdir(directory)).rejects.toThrow('ENOENT');
});

test('Parley draws for whoever pipes /image into it', async () => {
  const directory = await createDirectory();
  const [output, status] = [createOutput(), createOutput()];
  const input = new PassThrough();
  const parley = await startParley({
    environment: { DATA_DIR: directory, STORE_URL: 'memory://' },
    ...{ chat: true, input, output: output.stream, status: status.stream },
  });
  onTestFinished(() => parley.stop());
  input.end('/image an otter --n 2 --format webp\n');
  await parley.stopped;
  const paths = output.text.split('\n').filter((line) => line.startsWith(directory));
  expect(paths).toEqual([1, 2].map((number) => join(directory, 'pictures', `an-otter-${number}.webp`)));
  expect(output.text).toMatch(/^> an otter\n.*512 × 512/);
  for (const path of paths) expect((await readFile(path)).subarray(8, 12).toString()).toBe('WEBP');
  expect(status.text.match(/Drawing/g)).toHaveLength(1);
});

function toFile(bytes: string, change: Partial<CardFile> = {}): CardFile {
  return {
    ...{ name: 'otter-1.png', mediaType: 'image/png', bytes: Buffer.from(bytes) },
    ...{ description: 'an otter', final: true },
    ...change,
  };
}

function drawing(...files: readonly CardFile[]): CardView {
  return { text: '🎨 Drawing 2 pictures…\n> an otter', files, buttons: [] };
}

function drawn(...files: readonly CardFile[]): CardView {
  return { text: '> an otter\n512 × 512 · 1.0 s', files, buttons: [] };
}

/** A terminal that nobody types into, with a directory for pictures that is not there yet. */
async function createStage() {
  const directory = join(await createDirectory(), 'pictures');
  const [output, status] = [createOutput(), createOutput()];
  const terminal = createTerminal({
    ...{ input: new PassThrough(), output: output.stream, status: status.stream },
    ...{ pictures: directory, onExit: () => undefined },
  });
  const another = () => terminal.surface({ thread: 'terminal:1', data: {} });
  return { directory, output, status, another, surface: another() };
}

async function createDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
