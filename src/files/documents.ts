import type { FileContent } from '../core/ports.ts';
import type { DocumentAnswer, DocumentFault } from './document-answer.ts';
import { refusalOf } from './refusals.ts';
import { unreadable } from './unreadable.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

/** What a document may unpack to. */
const mostUnpackedBytes = 50_000_000;
/** Text rarely packs better than 30 to 1; what only pretends to be a document packs 1,000 to 1. */
const mostRatio = 200;
/** A document should end by itself after this share of the time limit, with what it has. */
const patienceShare = 0.5;

const faults: Readonly<Record<DocumentFault, string>> = {
  locked: 'is locked with a password: send it without one',
  pictures: 'holds pictures of pages but no text: send the pages as pictures, or a PDF with text',
  unmapped:
    'is written in fonts whose characters I can’t tell: send its pages as pictures, or save it as DOCX or with its fonts embedded',
  empty: 'holds no text: check it and send it again',
  'too-large': 'is too large to read once it is unpacked: send the part that matters',
  damaged: 'is damaged or cut off: send it again',
};

/** A document to be read. */
export interface DocumentJob {
  readonly kind: 'pdf' | 'docx';
  readonly name: string;
  /** Given away: not to be used after that. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mostCharacters: number;
  readonly timeLimitMs: number;
}

/**
 * The text of a PDF or DOCX. It may take any time and any memory: to be called where that harms nobody.
 * @throws ParleyError `file-unreadable`; what else it throws means that the document is damaged
 */
export async function readDocument(job: DocumentJob): Promise<FileContent> {
  const { kind, name, bytes, mostCharacters } = job;
  const options = { mostCharacters, patienceMs: job.timeLimitMs * patienceShare };
  const refuse = (fault: DocumentFault, detail?: string) => unreadable(name, faults[fault], detail);
  let answer: DocumentAnswer;
  if (kind === 'pdf') {
    if (!endsAsPdf(bytes)) throw unreadable(name, 'is cut off: send it again');
    const { readPdf } = await import('./pdf.ts');
    answer = await readPdf(bytes, options);
  } else {
    const entries = readZipDirectory(bytes);
    if (entries === undefined) throw refuse('damaged');
    if (!entries.some((entry) => entry.name.startsWith('word/'))) {
      throw unreadable(name, refusalOf(toExtension(entries), ''));
    }
    if (entries.some((entry) => entry.encrypted)) throw refuse('locked');
    if (isTooLarge(entries, bytes.length)) throw refuse('too-large');
    // Each of the libraries needs some megabytes: only the one that is asked for is loaded.
    const { readDocx } = await import('./docx.ts');
    answer = await readDocx(bytes, entries, options);
  }
  if ('fault' in answer) throw refuse(answer.fault, answer.detail);
  return { kind: 'text', about: answer.about, text: answer.text };
}

/** A PDF ends with where its table is (PDF 1.7, 7.5.5); some writers put a little behind that. */
function endsAsPdf(bytes: Uint8Array): boolean {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) <= 0x20) end--;
  const start = Math.max(0, end - 4096);
  const last = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  return last.includes('%%EOF') || last.includes('startxref');
}

/** What an archive is that is no DOCX. */
function toExtension(entries: readonly ZipEntry[]): string {
  const has = (start: string) => entries.some(({ name }) => name.startsWith(start));
  if (has('content.xml')) return 'odt';
  return has('xl/') ? 'xlsx' : has('ppt/') ? 'pptx' : has('META-INF/container') ? 'epub' : 'zip';
}

function isTooLarge(entries: readonly ZipEntry[], packedBytes: number): boolean {
  const unpacked = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const bomb = unpacked > 1_000_000 && unpacked > packedBytes * mostRatio;
  return bomb || unpacked > mostUnpackedBytes;
}
