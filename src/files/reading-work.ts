import { readSync } from 'node:fs';
import { ParleyError } from '../core/errors.ts';
import type { FileContent } from '../core/ports.ts';
import type { ReadingAnswer, ReadingJob, ReadingMessage } from './reading-job.ts';
import { unreadable } from './unreadable.ts';

// The entry of a process that reads one file after another. Whatever a file does to it, nobody else is in here.

/** How often it tells what it holds. */
const tellsEveryMs = 200;

// Who stops the house at a keyboard or a service manager stops its parent, which lets answers finish first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', (job: ReadingJob) => void work(job));
setInterval(() => tell({ memory: process.memoryUsage.rss() }), tellsEveryMs).unref();
tell('ready');

function tell(message: ReadingMessage): void {
  // Where the parent is gone, so is this process in a moment.
  if (process.connected) process.send?.(message);
}

async function work(job: ReadingJob): Promise<void> {
  tell({ answer: await answerTo(job) });
  // What the file left behind does not wait for the next one.
  globalThis.gc?.();
}

async function answerTo(job: ReadingJob): Promise<ReadingAnswer> {
  try {
    return { content: await read(job, take(job.length)) };
  } catch (error) {
    const told =
      error instanceof ParleyError
        ? error
        : unreadable(job.name, 'is damaged or cut off: send it again', error);
    return { notice: told.notice, detail: String(told.cause ?? told) };
  }
}

async function read(job: ReadingJob, bytes: Uint8Array<ArrayBuffer>): Promise<FileContent> {
  // Each needs some megabytes of its own: only what is asked for is loaded.
  switch (job.kind) {
    case 'picture': {
      const { readPicture } = await import('./pictures.ts');
      return readPicture({ name: job.name, bytes }, job.timeLimitMs);
    }
    case 'text': {
      const { readText } = await import('./text.ts');
      const { signal } = new AbortController();
      return readText({ name: job.name, bytes }, job.encoding, {
        mostCharacters: job.mostCharacters,
        signal,
      });
    }
    case 'pdf':
    case 'docx': {
      const { readDocument } = await import('./documents.ts');
      return readDocument({ ...job, kind: job.kind, bytes });
    }
  }
}

/** The bytes of a file, which are on their way. */
function take(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const count = readSync(0, bytes, at, length - at, null);
    // The parent is gone.
    if (count === 0) process.exit();
    at += count;
  }
  return bytes;
}
