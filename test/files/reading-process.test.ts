import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createFileReader, type FileReaderOptions } from '../../src/files/file-reader.ts';
import { createReadingProcess } from '../../src/files/reading-process.ts';
import { childrenOf, isThere, tellsChildren } from './children.ts';
import { makePdf } from './pdf.ts';

const never = new AbortController().signal;
const hello = makePdf(['Hello']);
const helloRead = { text: '[page 1]\nHello' };
/** A page that takes longer to read than anybody waits. */
const endless = makePdf(['x'], {
  contents: () => Buffer.from(`BT /F1 9 Tf ${'(word) Tj '.repeat(5_000_000)} ET`),
});
/** One string that no heap of a reading process has room for: V8 ends the process. */
const longString = makePdf(['x'], {
  contents: () =>
    Buffer.concat([Buffer.from('BT /F1 9 Tf ('), Buffer.alloc(40_000_000, 'a'), Buffer.from(') Tj ET')]),
});

function createReader(options: FileReaderOptions = {}) {
  const reader = createFileReader({ timeLimitMs: 60_000, ...options });
  onTestFinished(() => reader.close());
  const before = new Set(tellsChildren ? childrenOf(process.pid) : []);
  return {
    read: (name: string, bytes: Uint8Array, signal = never) =>
      reader.read({ name, bytes }, { mostCharacters: 1_000, signal }),
    close: () => reader.close(),
    /** The processes that read for it. */
    processes: () => childrenOf(process.pid).filter((pid) => !before.has(pid)),
  };
}

describe('a process that reads', { timeout: 60_000 }, () => {
  it.skipIf(!tellsChildren)('begins with the first file, and ends when there is no more to do', async () => {
    const { read, processes } = createReader({ idleMs: 300 });
    expect(processes()).toEqual([]);
    await read('note.txt', Buffer.from('text'));
    expect(processes()).toEqual([]);
    const small = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await Promise.all([read('a.png', small), vi.waitFor(() => expect(processes()).toHaveLength(1))]);
    await vi.waitFor(() => expect(processes()).toEqual([]), 10_000);
    expect(await read('a.png', small)).toMatchObject({ about: 'PNG picture, 9 × 9' });
  });

  it('that dies of a file takes nobody with it', async () => {
    const { read } = createReader();
    const [first, second, third] = await Promise.allSettled([
      read('long.pdf', longString),
      read('b.pdf', hello),
      read('c.pdf', hello),
    ]);
    expect(first).toMatchObject({
      reason: {
        code: 'file-unreadable',
        notice: '“long.pdf” takes too much memory to read: send a smaller or simpler one.',
      },
    });
    expect(second).toMatchObject({ value: helloRead });
    expect(third).toMatchObject({ value: helloRead });
  });

  it('is ended when it holds too much', async () => {
    const reading = createReadingProcess({ heapMb: 64, mostBytes: 30_000_000 });
    onTestFinished(() => reading.close());
    const job = { kind: 'pdf', name: 'a.pdf', mostCharacters: 100, timeLimitMs: 60_000 } as const;
    await expect(reading.read(job, hello, never)).rejects.toMatchObject({
      notice: '“a.pdf” takes too much memory to read: send a smaller or simpler one.',
    });
  });

  it('is ended when it takes too long, with a sentence, and the next file is read', async () => {
    const { read } = createReader({ timeLimitMs: 1_500 });
    const slow = read('slow.pdf', endless);
    const next = read('next.pdf', hello);
    await expect(slow).rejects.toMatchObject({
      code: 'file-unreadable',
      notice: '“slow.pdf” took too long to read: send a smaller part of it.',
    });
    expect(await next).toMatchObject(helloRead);
  });

  it('is ended by an abort, and the next file is read', async () => {
    const { read } = createReader();
    const controller = new AbortController();
    const reading = read('a.pdf', endless, controller.signal);
    const next = read('b.pdf', hello);
    // The second one waits for the first: it is only read once that has ended.
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(reading).rejects.toThrow('enough');
    expect(await next).toMatchObject(helloRead);
  });

  it.skipIf(!tellsChildren)('is ended where the reader is closed, also in the middle of a file', async () => {
    const { read, close, processes } = createReader();
    const reading = expect(read('a.pdf', endless)).rejects.toMatchObject({ code: 'file-unreadable' });
    // The first one prepares the program.
    await vi.waitFor(() => expect(commandsOf(processes())).toContain('reading-child.js'), 10_000);
    await close();
    expect(processes()).toEqual([]);
    await reading;
  });

  it.skipIf(!tellsChildren)('knows nothing of this one’s environment', async () => {
    vi.stubEnv('PARLEY_SECRET', 'hush');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { read, processes } = createReader();
    const small = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    await read('a.png', small);
    const [pid] = processes();
    const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .map((line) => line.split('=')[0]);
    expect(names).toContain('MALLOC_ARENA_MAX');
    expect(names).not.toContain('PARLEY_SECRET');
    expect(names).not.toContain('HOME');
  });

  it.skipIf(!tellsChildren)('ends with the one that began it', async () => {
    const script = fileURLToPath(new URL('./lonely-reader.ts', import.meta.url));
    const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    await once(parent.stdout, 'data');
    const children = childrenOf(parent.pid!);
    expect(children).toHaveLength(1);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await vi.waitFor(() => expect(children.filter(isThere)).toEqual([]), 10_000);
  });
});

function commandsOf(pids: readonly number[]): string {
  return pids.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).join('\n');
}

it('a process that reads makes JavaScript of its program itself where nobody did it before', async () => {
  const child = fork(fileURLToPath(new URL('../../src/files/reading-child.js', import.meta.url)), {
    ...{ serialization: 'advanced', env: {}, stdio: ['pipe', 'ignore', 'ignore', 'ipc'] },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const entry = new URL('../../src/files/reading-work.ts', import.meta.url).href;
  child.send({ entry, sources: new Map() });
  expect(await once(child, 'message')).toEqual(['ready', undefined]);
});
