import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileReader } from '../../src/files/file-reader.ts';
import { docxParts, makeZip, paragraph } from './docx.ts';
import { makePdf } from './pdf.ts';

const size = 20_000_000;

/** A page that takes longer to read than anybody waits. */
const endless = makePdf(['x'], {
  contents: () => Buffer.from(`BT /F1 9 Tf ${'(word) Tj '.repeat(5_000_000)} ET`),
});

describe('ten files of 20 MB at once', () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-files-'));
    const save = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
    const [width, height] = [2800, 2350];
    const pixels = sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } });
    save(
      'app.log',
      Buffer.alloc(size, '2026-11-22T10:00:00Z INFO größer than the line before\n').subarray(0, -20),
    );
    save('photo.png', await pixels.png().toBuffer());
    save(
      'plan.docx',
      makeZip([...docxParts(paragraph('Hello')), { name: 'word/media/a', content: randomBytes(size) }]),
    );
    save('plan.pdf', makePdf(['Hello', 'there'], { padding: size }));
    save('rows.csv', Buffer.alloc(size, 'id,"some, words",3\n'));
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('take little memory, and never keep the process from its other work', { timeout: 90_000 }, async () => {
    const script = fileURLToPath(new URL('./ten-files.ts', import.meta.url));
    // As the container and the npm scripts run it.
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--max-semi-space-size=4',
      script,
      folder,
    ]);
    const { megabytes, longestMs, read } = JSON.parse(stdout);
    expect(read).toHaveLength(10);
    expect(read.slice(0, 5)).toEqual([
      expect.stringMatching(/^log, 3\d\d,\d\d\d lines$/),
      'PNG picture, 2800 × 2350',
      'DOCX, 1 word',
      'PDF, 2 pages',
      expect.stringMatching(/^CSV, 1,05\d,\d\d\d rows, 3 columns$/),
    ]);
    // Seen: 114 to 174 MB and 20 to 38 ms, on two cores with much else to do.
    expect(megabytes).toBeLessThan(200);
    expect(longestMs).toBeLessThan(80);
  });
});

describe('an abort', () => {
  it('ends a document that is being read, and the next one is read', { timeout: 60_000 }, async () => {
    const reader = createFileReader({ timeLimitMs: 60_000 });
    const controller = new AbortController();
    const reading = reader.read(
      { name: 'a.pdf', bytes: endless },
      { mostCharacters: 100, signal: controller.signal },
    );
    const next = reader.read(
      { name: 'b.pdf', bytes: makePdf(['Hello']) },
      { mostCharacters: 100, signal: new AbortController().signal },
    );
    // The second one waits for the first: it is only read once that has ended.
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(reading).rejects.toThrow('enough');
    expect(await next).toMatchObject({ text: '[page 1]\nHello' });
  });

  it('before it begins reads nothing', async () => {
    const signal = AbortSignal.abort(new Error('before'));
    await expect(
      createFileReader().read({ name: 'a.txt', bytes: Buffer.from('a') }, { mostCharacters: 100, signal }),
    ).rejects.toThrow('before');
  });

  it('ends a long text', async () => {
    const controller = new AbortController();
    const reading = createFileReader().read(
      { name: 'a.log', bytes: Buffer.alloc(size, 'line\n') },
      { mostCharacters: 100, signal: controller.signal },
    );
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(reading).rejects.toThrow('enough');
  });
});

describe('a time limit', () => {
  it('ends with a sentence', { timeout: 60_000 }, async () => {
    const before = performance.now();
    const reading = createFileReader({ timeLimitMs: 500 }).read(
      { name: 'slow.pdf', bytes: endless },
      { mostCharacters: 100, signal: new AbortController().signal },
    );
    await expect(reading).rejects.toMatchObject({
      code: 'file-unreadable',
      notice: '“slow.pdf” took too long to read: send a smaller part of it.',
    });
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});
