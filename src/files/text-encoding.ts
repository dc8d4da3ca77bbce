import { isUtf8 } from 'node:buffer';

/** How a text is written, in the words of `TextDecoder`. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** So much of a file is looked at where looking at all of it would cost something. */
const sampleBytes = 64 * 1024;

/**
 * How the bytes are written, if they are text at all. A byte order mark decides; else valid UTF-8, UTF-16 by
 * where its zeros are, and Latin-1 for what has no control characters. Any other zero byte means: no text.
 */
export function textEncodingOf(bytes: Uint8Array): TextEncoding | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return plausible(bytes, 'utf-8');
  if (first === 0xff && second === 0xfe) return plausible(bytes, 'utf-16le');
  if (first === 0xfe && second === 0xff) return plausible(bytes, 'utf-16be');
  if (bytes.includes(0)) {
    const guess = utf16ByZeros(bytes);
    return guess === undefined ? undefined : plausible(bytes, guess);
  }
  if (isWholeUtf8(bytes) || isMostlyUtf8(bytes)) return plausible(bytes, 'utf-8');
  return plausible(bytes, 'windows-1252');
}

/** A log may have been cut within a character: up to three bytes at its end may be the start of one. */
function isWholeUtf8(bytes: Uint8Array): boolean {
  if (isUtf8(bytes)) return true;
  for (let back = 1; back <= 3 && back < bytes.length; back++) {
    if ((bytes.at(-back) ?? 0) < 0xc0) continue;
    return isUtf8(bytes.subarray(0, bytes.length - back));
  }
  return false;
}

/** UTF-8 with some broken places, as logs have them: far more of it can be read than not. */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes.subarray(0, sampleBytes));
  const broken = text.match(/\ufffd/g)?.length ?? 0;
  const sound = text.match(/[^\p{ASCII}\ufffd]/gu)?.length ?? 0;
  return sound > broken * 4;
}

/** In UTF-16 text of most languages every other byte is often zero, and the bytes between never are. */
function utf16ByZeros(bytes: Uint8Array): TextEncoding | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  const pairs = Math.min(bytes.length, sampleBytes) / 2;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < pairs; at++) {
    if (bytes[2 * at] === 0) even++;
    if (bytes[2 * at + 1] === 0) odd++;
  }
  if (even === 0 && odd > pairs * 0.3) return 'utf-16le';
  if (odd === 0 && even > pairs * 0.3) return 'utf-16be';
  return undefined;
}

/** The encoding, unless what it gives at the start, in the middle or at the end is full of control characters. */
function plausible(bytes: Uint8Array, encoding: TextEncoding): TextEncoding | undefined {
  const middle = Math.floor(bytes.length / 4) * 2;
  const last = Math.floor(Math.max(0, bytes.length - sampleBytes) / 2) * 2;
  const decoder = new TextDecoder(encoding);
  return [0, middle, last].every((start) => {
    const text = decoder.decode(bytes.subarray(start, start + sampleBytes));
    const broken = encoding.startsWith('utf-16') ? (text.match(/\ufffd/g)?.length ?? 0) : 0;
    return controlsIn(text) + broken <= text.length * 0.005;
  })
    ? encoding
    : undefined;
}

function controlsIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && !isWritten(code)) || (code >= 0x7f && code < 0xa0) || code >= 0xfffe) count++;
  }
  return count;
}

/** Bell, backspace, tab, line ends, form feed and escape are what programs write to logs. */
function isWritten(code: number): boolean {
  return (code >= 0x07 && code <= 0x0d) || code === 0x1b;
}
