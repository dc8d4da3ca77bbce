import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, it, onTestFinished } from 'vitest';
import { createOutput } from '../e2e/output.ts';
import { childrenOf, tellsChildren } from './children.ts';
import { docxParts, makeZip, paragraph } from './docx.ts';
import { makePdf } from './pdf.ts';

const size = 19_990_000;

/** Ten files of nearly 20 MB, as people send them. */
async function tenFiles(): Promise<ReadonlyMap<string, Buffer>> {
  const noise = (width: number, height: number) =>
    sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } });
  // In slices, but not so many that a slow machine would lose patience with the last of them.
  const paragraphs = Array.from({ length: 8_000 }, (_, at) => paragraph(`Hello there ${at}`)).join('');
  const docx = makeZip([
    ...docxParts(paragraphs),
    { name: 'word/media/a', content: randomBytes(19_400_000) },
  ]);
  const pages = Array.from({ length: 30 }, (_, at) => `Page ${at} ${'lorem ipsum '.repeat(40)}`);
  const pdf = makePdf(pages, { padding: 19_900_000 });
  const png = await noise(2790, 2350).png({ compressionLevel: 0 }).toBuffer();
  return new Map([
    [
      'app.log',
      Buffer.alloc(size, '2026-11-22T10:00:00Z INFO größer than the line before\n').subarray(0, -9),
    ],
    ['rows.csv', Buffer.alloc(size, 'id,"some, words",3\n')],
    ['shot.png', png],
    ['again.png', png],
    ['photo.jpg', await noise(4000, 3300).jpeg({ quality: 95 }).toBuffer()],
    ['art.webp', await noise(3000, 2200).webp({ lossless: true, effort: 0 }).toBuffer()],
    ['plan.docx', docx],
    ['draft.docx', docx],
    ['report.pdf', pdf],
    ['minutes.pdf', pdf],
  ]);
}

it.skipIf(!tellsChildren)(
  'ten files of 20 MB at once keep Parley and what reads for it under 300 MB',
  { timeout: 180_000 },
  async () => {
    const files = await tenFiles();
    const parley = await startParley();
    const memory = watch(parley.pid);
    const uploads = await Promise.all(
      [...files].map(async ([name, body]) => {
        const headers = { 'x-filename': name, 'content-type': 'application/octet-stream' };
        const response = await fetch(`${parley.url}/api/uploads`, {
          ...{ method: 'POST', headers, body: new Uint8Array(body) },
        });
        return { upload: ((await response.json()) as { readonly id: string }).id };
      }),
    );
    const response = await fetch(`${parley.url}/api/conversations/all/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ text: 'What is this?', attachments: uploads }),
    });
    const answer = await response.text();
    const { peak, processes } = memory.end();
    for (const what of ['log, 3', 'CSV, 1,05', '2790 × 2350', '4000 × 3300', '3000 × 2200', '30 pages'])
      expect(answer).toContain(what);
    expect(answer).not.toContain('⚠');
    // They were not read by Parley's own process.
    expect(processes).toBeGreaterThan(1);
    expect(peak).toBeLessThan(300);
  },
);

/** As `npm start` runs it, with nothing configured; ended with the test. */
async function startParley() {
  const directory = mkdtempSync(join(tmpdir(), 'parley-ten-'));
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--max-semi-space-size=8', main], {
    cwd: directory,
    env: { PORT: '0', DATA_DIR: directory },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await gone;
    rmSync(directory, { recursive: true, force: true });
  });
  const status = createOutput();
  child.stderr.pipe(status.stream);
  const url = (await status.until(/http:\/\/127\.0\.0\.1:\d+/)).trim();
  return { url, pid: child.pid ?? 0 };
}

/** The most that a process and those it started held at one time, in megabytes; what they share counts once. */
function watch(pid: number) {
  const seen = new Set<number>();
  let peak = 0;
  const timer = setInterval(() => {
    const others = childrenOf(pid);
    for (const other of others) seen.add(other);
    const sum = [pid, ...others].reduce((total, one) => total + shareOf(one), 0);
    peak = Math.max(peak, sum / 1e6);
  }, 20);
  return {
    end() {
      clearInterval(timer);
      return { peak, processes: seen.size };
    },
  };
}

/** A process's share of the memory that it holds, in bytes; 0 where it is gone. */
function shareOf(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it ended between two looks
  }
}
