import { Worker } from 'node:worker_threads';
import type { FileContent } from '../core/ports.ts';
import type { DocumentAnswer, DocumentFault, DocumentJob } from './document-job.ts';
import { refusalOf } from './refusals.ts';
import { unreadable } from './unreadable.ts';
import { readZipDirectory } from './zip-directory.ts';

/** What a document may unpack to. */
const mostUnpackedBytes = 50_000_000;
/** Text rarely packs better than 30 to 1; what only pretends to be a document packs 1,000 to 1. */
const mostRatio = 200;
/** What a worker may hold: objects in its heap, and buffers beside it. */
const mostHeapMb = 160;
const mostBufferBytes = 120_000_000;
const looksEveryMs = 50;
/** A document should end by itself after this share of the time limit, with what it has. */
const patienceShare = 0.5;

const faults: Readonly<Record<DocumentFault, string>> = {
  locked: 'is locked with a password: send it without one',
  pictures: 'holds pictures of pages but no text: send the pages as pictures, or a PDF with text',
  empty: 'holds no text: check it and send it again',
  'too-large': 'is too large to read once it is unpacked: send the part that matters',
  damaged: 'is damaged or cut off: send it again',
};

/** Options of {@link readDocument}. */
export interface DocumentOptions {
  readonly mostCharacters: number;
  /** After it the document is given up. */
  readonly timeLimitMs: number;
  readonly signal: AbortSignal;
}

/**
 * The text of a PDF or DOCX, read in a thread of its own that is ended with it, and earlier where it takes too long
 * or too much memory. Settles once the thread is gone.
 * @throws ParleyError `file-unreadable`; an abort rejects with its reason
 */
export async function readDocument(
  kind: DocumentJob['kind'],
  file: { readonly name: string; readonly bytes: Uint8Array },
  options: DocumentOptions,
): Promise<FileContent> {
  if (kind === 'pdf' && !endsAsPdf(file.bytes)) throw unreadable(file.name, 'is cut off: send it again');
  const answer = await work(kind, file, options);
  if ('fault' in answer) throw unreadable(file.name, faults[answer.fault], answer.detail);
  return { kind: 'text', about: answer.about, text: answer.text };
}

/**
 * What a ZIP archive is: a DOCX whose parts are of a size that can be unpacked.
 * @throws ParleyError `file-unreadable` for every other one
 */
export function checkDocx(file: { readonly name: string; readonly bytes: Uint8Array }): void {
  const entries = readZipDirectory(file.bytes);
  if (entries === undefined) throw unreadable(file.name, faults.damaged);
  const has = (name: string) => entries.some((entry) => entry.name.startsWith(name));
  if (!has('word/')) {
    const extension = has('xl/') ? 'xlsx' : has('ppt/') ? 'pptx' : has('META-INF/container') ? 'epub' : 'zip';
    throw unreadable(file.name, refusalOf(has('content.xml') ? 'odt' : extension, ''));
  }
  if (entries.some((entry) => entry.encrypted)) throw unreadable(file.name, faults.locked);
  const unpacked = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const bomb = unpacked > 1_000_000 && unpacked > file.bytes.length * mostRatio;
  if (bomb || unpacked > mostUnpackedBytes) throw unreadable(file.name, faults['too-large']);
}

/** A PDF ends with where its table is (PDF 1.7, 7.5.5); some writers put a little behind that. */
function endsAsPdf(bytes: Uint8Array): boolean {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) <= 0x20) end--;
  const start = Math.max(0, end - 4096);
  const last = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  return last.includes('%%EOF') || last.includes('startxref');
}

async function work(
  kind: DocumentJob['kind'],
  file: { readonly name: string; readonly bytes: Uint8Array },
  { mostCharacters, timeLimitMs, signal }: DocumentOptions,
): Promise<DocumentAnswer> {
  signal.throwIfAborted();
  // The caller keeps its bytes; the copy goes over to the worker.
  const bytes = new Uint8Array(file.bytes);
  const job: DocumentJob = { kind, bytes, mostCharacters, patienceMs: timeLimitMs * patienceShare };
  const worker = new Worker(new URL('./document-worker.ts', import.meta.url), {
    workerData: job,
    transferList: [bytes.buffer],
    resourceLimits: { maxOldGenerationSizeMb: mostHeapMb, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 },
    env: {},
    execArgv: [],
    // What the libraries complain about is no matter of the log.
    stdout: true,
    stderr: true,
  });
  const { promise, resolve, reject } = Promise.withResolvers<DocumentAnswer>();
  const onAbort = () => reject(signal.reason);
  const limit = setTimeout(
    () => reject(unreadable(file.name, 'took too long to read: send a smaller part of it')),
    timeLimitMs,
  );
  const look = setInterval(() => {
    worker.getHeapStatistics().then(
      (heap) => {
        if (heap.external_memory > mostBufferBytes) resolve({ fault: 'too-large', detail: 'buffers' });
      },
      () => undefined, // it has just ended
    );
  }, looksEveryMs);
  signal.addEventListener('abort', onAbort, { once: true });
  worker.once('message', resolve);
  worker.once('error', (error) => resolve(faultOf(error)));
  worker.once('exit', (code) => resolve({ fault: 'damaged', detail: `the worker ended with ${code}` }));
  try {
    return await promise;
  } finally {
    clearTimeout(limit);
    clearInterval(look);
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

function faultOf(error: Error & { readonly code?: string }): DocumentAnswer {
  const fault = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'too-large' : 'damaged';
  return { fault, detail: String(error) };
}
