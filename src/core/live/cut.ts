import { blocksAfterBlank, type Line } from './blocks.ts';
import { type Boundary, boundariesBetween, type Place } from './boundaries.ts';
import { blocksAt, type Draft, fitsTo, lineAt } from './draft.ts';
import { graphemeStart, tearsPair } from './graphemes.ts';
import type { Carry } from './resume.ts';
import { type Protection, protect, unprotected } from './spans.ts';
import { goesOnAt, visibleEnd } from './whitespace.ts';
import { canEnd, latestWithin } from './words.ts';

/** Where a full page ends. */
export interface Cut {
  /** The end of its visible text. */
  readonly end: number;
  /** Where the next page begins. */
  readonly next: number;
  /** What that inherits. */
  readonly carry: Carry;
}

/** The kinds of place in order of preference, and in which last share of the page each is looked for. */
const preferences: readonly (readonly [Place, number])[] = [
  ['heading', 0.35],
  ['block', 0.4],
  ['item', 0.5],
  ['nested', 0.5],
  ['line', 0.5],
];

/**
 * Chooses where a page ends: not before `least`, which people see already, nor after `most`. The best kind of
 * place is looked for first, each in the last part of the page only, the latest place of a kind wins:
 * between lines, then behind a sentence, then behind a word, then between two graphemes. Inline code, links,
 * addresses and emphasis are torn where nothing else is left.
 */
export function chooseCut(draft: Draft, least: number, most = draft.roomBefore('')): Cut {
  const room = Math.min(most, draft.roomBefore(''));
  const from = (share: number) => Math.max(least, draft.at + 1, room - Math.floor((room - draft.at) * share));
  const lowest = from(0.5);
  const boundaries = boundariesBetween(draft, lowest, room);
  const { all, atoms } = protect(draft, lowest);

  for (const [place, share] of preferences) {
    const boundary = latest(boundaries, place, from(share), all);
    if (boundary !== undefined) return cutBetween(draft, boundary);
  }
  for (const protection of [all, atoms, unprotected]) {
    const torn = protection === unprotected;
    const position =
      latestWithin(draft, lowest, room, protection, 'sentence', torn) ??
      latestWithin(draft, lowest, room, protection, 'word', torn);
    if (position !== undefined) return cutWithin(draft, position, least);
  }
  const poor = latest(boundaries, 'poor', lowest, unprotected);
  if (poor !== undefined) return cutBetween(draft, poor);
  const position = anywhere(draft, least, room);
  const start = atoms.torn(position);
  const spared = start !== undefined && start >= lowest && canEnd(draft, start) ? start : position;
  return cutWithin(draft, spared, least);
}

/**
 * The latest place between `from` and `to` where a page can well end: between lines or behind a sentence;
 * where there is none, behind a word.
 */
export function latestBreak(draft: Draft, from: number, to: number): number | undefined {
  const { all } = protect(draft, from);
  const lines = boundariesBetween(draft, from, to).filter(
    ({ place, end }) => place !== 'poor' && all.torn(end) === undefined,
  );
  const sentence = latestWithin(draft, from, to, all, 'sentence', false) ?? -1;
  const best = Math.max(sentence, lines.at(-1)?.end ?? -1);
  if (best >= 0) return best;
  return latestWithin(draft, from, to, unprotected, 'word', false);
}

function latest(
  boundaries: readonly Boundary[],
  place: Place,
  from: number,
  protection: Protection,
): Boundary | undefined {
  return boundaries.findLast(
    (boundary) =>
      boundary.place === place && boundary.end >= from && protection.torn(boundary.end) === undefined,
  );
}

/** About the last position that fits, between graphemes; between code points where one grapheme is all there is. */
function anywhere(draft: Draft, least: number, room: number): number {
  const { at, source } = draft;
  const first = at + (tearsPair(source, at + 1) ? 2 : 1);
  for (const whole of [true, false]) {
    // Larger and larger steps: the repair at the end may itself be about as long as the page.
    for (let step = 0, back = 0; ; step = Math.max(1, step * 2)) {
      back += step;
      const target = Math.max(first, room - back);
      const pair = tearsPair(source, target) ? target - 1 : target;
      const position = whole ? graphemeStart(source, at, target) : pair;
      if (position > at && position >= least && fitsTo(draft, position)) return position;
      if (target === first || position < least) break;
    }
  }
  // Not even one character fits, or the page has become smaller than what it shows: neither can be mended here.
  return Math.max(least, first);
}

function cutBetween(draft: Draft, { end, next, line }: Boundary): Cut {
  const above = draft.lines[line]!;
  const below = draft.lines[line + 1];
  const blank = below === undefined || below.kind === 'blank';
  const blocks = blank ? blocksAfterBlank(above.after) : above.after;
  return { end, next, carry: { ...blocks, lead: '' } };
}

function cutWithin(draft: Draft, position: number, least: number): Cut {
  const { source, at } = draft;
  const blocks = blocksAt(draft, position);
  const line = draft.lines[lineAt(draft, position)]!;
  const carry = { ...blocks, lead: quotesOf(line) };
  const end = Math.max(visibleEnd(source, at, position), Math.min(least, position));
  if (blocks.fence === null) {
    return { end, next: graphemeStart(source, position, goesOnAt(source, position)), carry };
  }
  // In code the white space within a line matters.
  return { end: source[position - 1] === '\n' ? end : position, next: position, carry };
}

function quotesOf(line: Line): string {
  const quotes = /^[ \t]*(?:>[ \t]?)+/.exec(line.text)?.[0] ?? '';
  return quotes.length > 20 ? '' : quotes;
}
