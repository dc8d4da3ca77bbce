import { setImmediate } from 'node:timers/promises';
import { fileTypeFromBuffer } from 'file-type';
import { type TextEncoding, textEncodingOf } from './text-encoding.ts';

/** What a file is by its content. `mime` and `extension` are those of the `file-type` library. */
export type Kind =
  | { readonly kind: 'text'; readonly encoding: TextEncoding }
  | { readonly kind: 'pdf' }
  /** A ZIP archive: DOCX, other office formats, or just files. */
  | { readonly kind: 'zip' }
  | { readonly kind: 'picture'; readonly mime: PictureType }
  | { readonly kind: 'other'; readonly mime: string; readonly extension: string };

/** Pictures that are read. */
export type PictureType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

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
  const picture = pictureTypeOf(bytes);
  if (picture !== undefined) return { kind: 'picture', mime: picture };
  const type = await fileTypeFromBuffer(bytes);
  return other(type?.mime ?? '', type?.ext ?? '');
}

function other(mime: string, extension: string): Kind {
  return { kind: 'other', mime, extension };
}

/** By the first bytes alone: what is damaged behind them is still a picture, and is to be called one. */
function pictureTypeOf(bytes: Uint8Array): PictureType | undefined {
  if (startsWith(bytes, '\u0089PNG\r\n\u001a\n')) return 'image/png';
  if (startsWith(bytes, '\u00ff\u00d8\u00ff')) return 'image/jpeg';
  if (startsWith(bytes, 'GIF87a') || startsWith(bytes, 'GIF89a')) return 'image/gif';
  return startsWith(bytes, 'RIFF') && startsWith(bytes.subarray(8), 'WEBP') ? 'image/webp' : undefined;
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
