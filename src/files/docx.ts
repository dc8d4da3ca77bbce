import { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import mammoth from 'mammoth';
import { createExcerpt } from '../core/files/excerpt.ts';
import { counted } from '../core/files/figures.ts';
import type { DocumentAnswer, DocumentOptions } from './document-answer.ts';
import { createDocumentSlicer } from './document-slices.ts';
import { type Piece, toDocumentText } from './docx-text.ts';
import { type PackedPart, writeZip } from './zip-archive.ts';
import { packedStart, type ZipEntry } from './zip-directory.ts';

const mainPart = 'word/document.xml';
/** A longer document is read in slices: a library that reads all of it at once takes thirty times its size. */
const mostAtOnce = 150_000;
const mostGarbage = 20_000_000;

/**
 * The text of a DOCX: headings, lists and tables in the manner of Markdown, notes at the end (of a long one: at the end of
 * the slice they are in). As far as patience lasts.
 * @param bytes given away: they are dropped as soon as they are no longer needed
 * @param entries its directory
 */
export async function readDocx(
  bytes: Uint8Array<ArrayBuffer>,
  entries: readonly ZipEntry[],
  { mostCharacters, patienceMs }: DocumentOptions,
): Promise<DocumentAnswer> {
  const until = performance.now() + patienceMs;
  const parts = textParts(bytes, entries);
  // Pictures are most of a large document, and nobody reads them here.
  bytes.buffer.transfer(0);
  if (parts === undefined) return { fault: 'damaged' };
  for (const part of parts) if (!(await isTrue(part))) return { fault: 'damaged' };

  const excerpt = createExcerpt(mostCharacters);
  let words = 0;
  let lastNote = 0;
  for await (const archive of archivesOf(parts)) {
    if (performance.now() > until && words > 0) {
      excerpt.add('\n\n[… the rest of the document left out …]');
      return { about: `DOCX, first ${counted(words, 'word')}`, text: excerpt.text() };
    }
    const slice = await readArchive(archive, lastNote);
    // Else the garbage of many slices would be kept for as long as there is room.
    if (process.memoryUsage().heapUsed > mostGarbage) globalThis.gc?.();
    lastNote = slice.lastNote;
    if (slice.text === '') continue;
    excerpt.add(words === 0 ? slice.text : `\n\n${slice.text}`);
    words += countWords(slice.text);
  }
  if (words === 0) return { fault: 'empty' };
  return { about: `DOCX, ${counted(words, 'word')}`, text: excerpt.text() };
}

/** The parts that hold text, copied out of the archive; `undefined` where one is not where it should be. */
function textParts(bytes: Uint8Array, entries: readonly ZipEntry[]): readonly PackedPart[] | undefined {
  const parts: PackedPart[] = [];
  for (const entry of entries) {
    if (!/\.(xml|rels)$/i.test(entry.name)) continue;
    const start = packedStart(bytes, entry);
    if (start === undefined || (entry.method !== 0 && entry.method !== 8)) return undefined;
    parts.push({ ...entry, packed: bytes.slice(start, start + entry.packedBytes) });
  }
  return parts;
}

/** True where a part unpacks to what the directory says and no more: the limits were checked against that. */
async function isTrue(part: PackedPart): Promise<boolean> {
  let unpacked = 0;
  try {
    // Piece by piece: nothing of it is kept, and it ends where there is more than there should be.
    for await (const piece of unpack(part)) {
      unpacked += piece.length;
      if (unpacked > part.bytes) return false;
    }
  } catch {
    return false; // damaged: refused like what is not true
  }
  return unpacked === part.bytes;
}

function unpack({ packed, method }: PackedPart): AsyncIterable<Uint8Array> {
  const source = Readable.from([packed]);
  return method === 0 ? source : source.compose(createInflateRaw({ chunkSize: 256 * 1024 }));
}

/** The document as archives of a size that can be read at once: itself, or one for each slice. */
async function* archivesOf(parts: readonly PackedPart[]): AsyncGenerator<Buffer> {
  const main = parts.find(({ name }) => name === mainPart);
  if (main === undefined || main.bytes <= mostAtOnce) {
    yield writeZip(parts);
    return;
  }
  const others = parts.filter((part) => part !== main);
  // Each slice is read with all of the other parts.
  const least = Math.max(mostAtOnce, 2 * Math.max(0, ...others.map(({ bytes }) => bytes)));
  const slicer = createDocumentSlicer(least);
  const decoder = new TextDecoder();
  for await (const piece of unpack(main)) {
    for (const slice of slicer.add(decoder.decode(piece, { stream: true }))) {
      const packed = Buffer.from(slice);
      yield writeZip([...others, { name: mainPart, packed, bytes: packed.length, method: 0 }]);
    }
  }
  if (!slicer.isWhole()) throw new Error('a document without its end');
}

async function readArchive(archive: Buffer, lastNote: number) {
  let read = { text: '', lastNote };
  // The text is taken from the document itself; what is left of it to convert further is nothing.
  await mammoth.convertToHtml(
    { buffer: archive },
    {
      transformDocument: (document: Piece) => {
        read = toDocumentText(document, lastNote);
        return { ...document, children: [] };
      },
    },
  );
  return read;
}

/** Runs of anything but white space, without a list of them: that would be many times the text. */
function countWords(text: string): number {
  let count = 0;
  let within = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const space = code <= 0x20 || (code >= 0xa0 && /\s/.test(text.charAt(at)));
    if (!space && !within) count++;
    within = !space;
  }
  return count;
}
