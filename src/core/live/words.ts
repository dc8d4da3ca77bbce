import type { Line } from './blocks.ts';
import { type Draft, fitsTo, lineAt } from './draft.ts';
import { closingOf } from './fences.ts';
import { graphemeStart } from './graphemes.ts';
import { contentStart, type Protection } from './spans.ts';
import { isSpace } from './whitespace.ts';

/** A text that would become a heading, an item, a quote, a table or a fence at the start of a line. */
const block = /#|>|\||=|[-+*](?=\s)|\d{1,9}[.)]|`{3}|~{3}/y;
/** What closes behind the end of a sentence: quotation marks, brackets, emphasis. */
const closers = new Set(`"'*_~)]»”’」』）】》〉`);
const mostClosers = 8;
const wideStops = new Set('。！？｡');
const stops = new Set('.!?…؟۔।॥');
/** What never begins a line, and what never ends one, in Chinese and Japanese. */
const neverFirst = new Set(
  '、。，．！？：；）」』】》〉”’ー…々〜｡､｣ゝゞぁぃぅぇぉっゃゅょァィゥェォッャュョ',
);
const neverLast = new Set('（「『【《〈“‘');

/**
 * The latest position from `from` to `to` behind a sentence or a word. Headings, tables and the lines of a
 * fence are searched where `anyLine` says so only.
 */
export function latestWithin(
  draft: Draft,
  from: number,
  to: number,
  protection: Protection,
  kind: 'sentence' | 'word',
  anyLine: boolean,
): number | undefined {
  for (let index = lineAt(draft, to); index >= 0; index--) {
    const line = draft.lines[index];
    if (line === undefined || line.end < from) return undefined;
    if (!isSearched(line, anyLine)) continue;
    const isCode = line.kind === 'code';
    const below = draft.lines[index + 1];
    const softBreak = !isCode && below?.kind === 'text' && below.before.table === null;
    const highest = Math.min(
      to,
      softBreak ? line.end : line.end - 1,
      draft.roomBefore(isCode ? closingOf(line.before.fence) : ''),
    );
    const lowest = Math.max(from, (isCode ? line.start : contentStart(line)) + 1);
    const found = latestInLine(draft, lowest, highest, protection, isCode ? 'word' : kind);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** True where a page can end within a line: it fits, tears no grapheme, and what follows isn't read as something else. */
export function canEnd(draft: Draft, position: number): boolean {
  const { source } = draft;
  if (source[position - 1] === '\n' || graphemeStart(source, position - 1, position) !== position)
    return false;
  return !opensBlock(draft, position) && fitsTo(draft, position);
}

/** True for what becomes a heading, an item, a quote, a table or a fence at the start of a page. */
function opensBlock({ source }: Draft, position: number): boolean {
  let start = position;
  while (source[start] === ' ' || source[start] === '\t') start++;
  block.lastIndex = start;
  return block.test(source);
}

function isSearched({ kind }: Line, anyLine: boolean): boolean {
  if (kind === 'text' || kind === 'item' || kind === 'code') return true;
  return anyLine && (kind === 'row' || kind === 'heading' || kind === 'table-head');
}

function latestInLine(
  draft: Draft,
  lowest: number,
  highest: number,
  protection: Protection,
  kind: 'sentence' | 'word',
): number | undefined {
  const { source } = draft;
  const ends = kind === 'sentence' ? endsSentence : endsWord;
  for (let position = highest; position >= lowest; position--) {
    if (!ends(source, position)) continue;
    const start = protection.torn(position);
    if (start === undefined) {
      if (canEnd(draft, position)) return position;
    } else if (start < position) position = start + 1;
  }
  return undefined;
}

function endsWord(source: string, position: number): boolean {
  const before = source.charCodeAt(position - 1);
  const after = source.charCodeAt(position);
  if (isSpace(before)) return false;
  return isSpace(after) || (breaksAnywhere(before, after) && !isBound(source, position));
}

function endsSentence(source: string, position: number): boolean {
  if (!isSpace(source.charCodeAt(position)) && !isWide(source.charCodeAt(position - 1))) return false;
  let last = position - 1;
  while (last > position - mostClosers && closers.has(source.charAt(last))) last--;
  if (wideStops.has(source.charAt(last))) {
    const next = source.charAt(position);
    return !closers.has(next) && !wideStops.has(next) && next !== '';
  }
  return (
    stops.has(source.charAt(last)) && isSpace(source.charCodeAt(position)) && startsSentence(source, position)
  );
}

/** "e.g. this" is no end of a sentence, nor is "1. this". */
function startsSentence(source: string, position: number): boolean {
  let next = position;
  while (next < source.length && isSpace(source.charCodeAt(next))) next++;
  const code = source.charCodeAt(next);
  return next < source.length && !(code >= 0x61 && code <= 0x7a);
}

/** Chinese and Japanese have no spaces: a line may break between almost any two of their characters. */
function breaksAnywhere(before: number, after: number): boolean {
  return isWide(before) && isWide(after);
}

function isBound(source: string, position: number): boolean {
  return neverLast.has(source.charAt(position - 1)) || neverFirst.has(source.charAt(position));
}

function isWide(code: number): boolean {
  return (
    (code >= 0x3000 && code <= 0x3029) ||
    (code >= 0x3030 && code <= 0x3098) ||
    (code >= 0x309b && code <= 0x30ff) ||
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0xff00 && code <= 0xff60)
  );
}
