import { setImmediate } from 'node:timers/promises';
import { type TextEncoding, textEncodingOf } from './text-encoding.ts';

/** What a file is by its content. `mime` and `extension` are those of the `file-type` library. */
export type Kind =
  | { readonly kind: 'text'; readonly encoding: TextEncoding }
  | { readonly kind: 'pdf' }
  /** A ZIP archive: DOCX, other office formats, or just files. */
  | { readonly kind: 'zip' }
  /** PNG, JPEG, GIF or WebP. */
  | { readonly kind: 'picture' }
  | { readonly kind: 'other'; readonly mime: string; readonly extension: string };

/**
 * Tells what a file is, whatever its name says. Text comes before the binary kinds: the marks of many of those
 * are two letters, with which a text may begin as well.
 */
export async function kindOf(bytes: Uint8Array): Promise<Kind> {
  // Files that arrive together are each looked at in a turn of their own, so that the rest of the house has its turns.
  await setImmediate();
  if (startsWith(bytes, '%PDF-')) return { kind: 'pdf' };
  if (startsWith(bytes, 'PK\u0003\u0004') || startsWith(bytes, 'PK\u0005\u0006')) return { kind: 'zip' };
  const encoding = textEncodingOf(bytes);
  if (encoding !== undefined) {
    return startsWith(bytes, '{\\rtf') ? other('application/rtf', 'rtf') : { kind: 'text', encoding };
  }
  if (hasPdfHeader(bytes)) return { kind: 'pdf' };
  if (isPicture(bytes)) return { kind: 'picture' };
  // Large, and rarely needed.
  const { fileTypeFromBuffer } = await import('file-type');
  const type = await fileTypeFromBuffer(bytes);
  return other(type?.mime ?? '', type?.ext ?? '');
}

function other(mime: string, extension: string): Kind {
  return { kind: 'other', mime, extension };
}

/** By the first bytes alone: what is damaged behind them is still a picture, and is to be called one. */
function isPicture(bytes: Uint8Array): boolean {
  const marks = ['\u0089PNG\r\n\u001a\n', '\u00ff\u00d8\u00ff', 'GIF87a', 'GIF89a'];
  if (marks.some((mark) => startsWith(bytes, mark))) return true;
  return startsWith(bytes, 'RIFF') && startsWith(bytes.subarray(8), 'WEBP');
}

/** Readers of PDF tolerate up to 1,024 bytes before its header (PDF 1.7, appendix H). */
function hasPdfHeader(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).includes('%PDF-');
}

function startsWith(bytes: Uint8Array, mark: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, mark.length)).equals(
    Buffer.from(mark, 'latin1'),
  );
}
