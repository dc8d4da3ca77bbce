import { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import mammoth from 'mammoth';
import { createExcerpt } from '../core/files/excerpt.ts';
import { counted } from '../core/files/figures.ts';
import type { DocumentAnswer, DocumentJob } from './document-job.ts';
import { type Piece, toDocumentText } from './docx-text.ts';
import { packedStart, readZipDirectory, type ZipEntry } from './zip-directory.ts';

/**
 * The text of a DOCX: headings, lists and tables in the manner of Markdown, notes at the end.
 */
export async function readDocx({ bytes, mostCharacters }: DocumentJob): Promise<DocumentAnswer> {
  const entries = readZipDirectory(bytes);
  if (entries === undefined || !(await areTrue(bytes, entries))) return { fault: 'damaged' };
  let text = '';
  // The text is taken from the document itself; what is left of it to convert further is nothing.
  await mammoth.convertToHtml(
    { buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) },
    {
      transformDocument: (document: Piece) => {
        text = toDocumentText(document);
        return { ...document, children: [] };
      },
    },
  );
  if (text.trim() === '') return { fault: 'empty' };
  const excerpt = createExcerpt(mostCharacters);
  excerpt.add(text);
  const words = text.match(/\S+/g)?.length ?? 0;
  return { about: `DOCX, ${counted(words, 'word')}`, text: excerpt.text() };
}

/** True where every entry unpacks to what the directory says and no more: the limits were checked against that. */
async function areTrue(bytes: Uint8Array, entries: readonly ZipEntry[]): Promise<boolean> {
  for (const entry of entries) if (!(await isTrue(bytes, entry))) return false;
  return true;
}

async function isTrue(bytes: Uint8Array, entry: ZipEntry): Promise<boolean> {
  const start = packedStart(bytes, entry);
  if (start === undefined) return false;
  if (entry.method === 0) return entry.packedBytes === entry.bytes;
  if (entry.method !== 8) return false;
  let unpacked = 0;
  try {
    const packed = Readable.from([bytes.subarray(start, start + entry.packedBytes)]);
    // Piece by piece: nothing of it is kept, and it ends where there is more than there should be.
    for await (const piece of packed.compose(createInflateRaw())) {
      unpacked += piece.length;
      if (unpacked > entry.bytes) return false;
    }
  } catch {
    return false; // damaged: refused like what is not true
  }
  return unpacked === entry.bytes;
}
