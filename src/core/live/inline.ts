import { addressEnd, codeEnd, runLength, targetEnd } from './atoms.ts';
import { isSpace } from './whitespace.ts';

/** A part of a text that reads as one thing. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Emphasis may be long: it is better to cut that than a link, an address or code. */
  readonly kind: 'atom' | 'emphasis';
}

/** Something that was begun and not ended. */
export interface Opening {
  readonly kind: 'code' | 'emphasis' | 'link';
  readonly at: number;
  /** What began it: backticks, stars, `[` or `![`. */
  readonly marker: string;
  /** Of a link whose text is known: where that ends. */
  readonly textEnd?: number;
}

/** What there is inside of one paragraph, heading, list item or table row. */
export interface Inline {
  /** Whole things, in the order in which they end. */
  readonly spans: readonly Span[];
  /** What is open at the end, in the order in which it was begun. */
  readonly openings: readonly Opening[];
  /** Where the signs at the very end begin whose meaning isn't known yet; the end where there are none. */
  readonly unclear: number;
}

/** More of them open at once are no emphasis and no links. */
const mostOpenings = 32;

/**
 * Reads the inline Markdown between `start` and `end` in one pass. It follows CommonMark as far as models
 * use it: code, emphasis, strikethrough, links, images and addresses.
 */
export function readInline(source: string, start: number, end: number): Inline {
  const spans: Span[] = [];
  const openings: Opening[] = [];
  let unclear = end;
  let position = start;

  function begin(opening: Opening): void {
    openings.push(opening);
    if (openings.length > mostOpenings) openings.shift();
  }

  /** @returns where to go on */
  function readCode(at: number): number {
    const close = codeEnd(source, at, end);
    if (close !== undefined) {
      spans.push({ start: at, end: close, kind: 'atom' });
      return close;
    }
    const marker = source.slice(at, at + runLength(source, at, end));
    begin({ kind: 'code', at, marker });
    // Code to the end, as it seems; backticks there may be the first of those that close it.
    while (unclear > at + marker.length && source[unclear - 1] === '`') unclear--;
    if (at + marker.length === end) unclear = at;
    return end;
  }

  function readEmphasis(at: number, sign: string): number {
    const stop = at + runLength(source, at, end);
    const before = at > start ? source.charCodeAt(at - 1) : 0x20;
    const after = stop < end ? source.charCodeAt(stop) : 0x20;
    const { opens, closes } = flanks(before, after, sign);
    let count = stop - at;
    while (closes && count > 0) {
      const index = openings.findLastIndex(({ kind, marker }) => kind === 'emphasis' && marker[0] === sign);
      const opening = openings[index];
      // The second star of two may still be on its way.
      if (opening === undefined || (stop === end && count < opening.marker.length)) break;
      const used = Math.min(opening.marker.length, count);
      openings.length = index;
      count -= used;
      if (used < opening.marker.length) begin({ ...opening, marker: opening.marker.slice(used) });
      else spans.push({ start: opening.at, end: stop - count, kind: 'emphasis' });
    }
    if (stop === end) unclear = end - count;
    else if (count > 0 && opens && !(sign === '~' && count !== 2)) {
      begin({ kind: 'emphasis', at: stop - count, marker: sign.repeat(count) });
    }
    return stop;
  }

  function readBracket(at: number): number {
    const isImage = at > start && source[at - 1] === '!';
    if (!isImage && at > start && isAsciiWord(source.charCodeAt(at - 1))) return at + 1;
    const marker = isImage ? '![' : '[';
    if (at + 1 === end) unclear = at + 1 - marker.length;
    else begin({ kind: 'link', at: at + 1 - marker.length, marker });
    return at + 1;
  }

  function readLink(at: number): number {
    const index = openings.findLastIndex((opening) => opening.kind === 'link');
    const opening = openings[index];
    if (opening === undefined) return at + 1;
    const close = at + 1 === end ? Number.POSITIVE_INFINITY : linkEnd(source, at, end);
    if (close === undefined) {
      openings.splice(index, 1);
      return at + 1;
    }
    openings.length = index;
    if (close <= end) spans.push({ start: opening.at, end: close, kind: 'atom' });
    else begin({ ...opening, textEnd: at });
    return Math.min(close, end);
  }

  function readAddress(at: number): number {
    const within = source[at] === 'h' && at > start && isAsciiWord(source.charCodeAt(at - 1));
    const stop = within ? undefined : addressEnd(source, at, end);
    if (stop === undefined) {
      if (source[at] === '<' && at + 1 === end) unclear = at;
      return at + 1;
    }
    spans.push({ start: at, end: stop, kind: 'atom' });
    // An address that still grows would be shown, and looked up, as another one.
    if (stop === end && source[stop - 1] !== '>') unclear = at;
    return stop;
  }

  while (position < end) {
    const sign = source[position]!;
    if (sign === '\\') {
      if (position + 1 === end) unclear = position;
      position += 2;
    } else if (sign === '`') position = readCode(position);
    else if (sign === '*' || sign === '_' || sign === '~') position = readEmphasis(position, sign);
    else if (sign === '[') position = readBracket(position);
    else if (sign === ']') position = readLink(position);
    else if (sign === '<' || sign === 'h') position = readAddress(position);
    else position++;
  }
  return { spans, openings, unclear };
}

function linkEnd(source: string, at: number, end: number): number | undefined {
  return source[at + 1] === '(' ? targetEnd(source, at + 2, end) : undefined;
}

/** Whether signs can begin or end emphasis, from the characters on both sides (CommonMark: left- and right-flanking). */
function flanks(before: number, after: number, sign: string): { opens: boolean; closes: boolean } {
  const left = !isSpace(after) && (isWord(after) || isSpace(before) || !isWord(before));
  const right = !isSpace(before) && (isWord(before) || isSpace(after) || !isWord(after));
  if (sign !== '_') return { opens: left, closes: right };
  return { opens: left && !isWord(before), closes: right && !isWord(after) };
}

/** Letters and digits; all that isn't ASCII counts as a letter. */
function isWord(code: number): boolean {
  return code >= 0x80 ? !isSpace(code) : isAsciiWord(code);
}

function isAsciiWord(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}
