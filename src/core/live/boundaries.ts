import type { Line } from './blocks.ts';
import { type Draft, fitsTo, lineAt } from './draft.ts';
import { goesOnAt, visibleEnd } from './whitespace.ts';

/**
 * What kind of place between two lines is, best first: before a heading, between blocks, between list items
 * or table rows, between nested items or parts of one, between any two lines; `poor` would leave a heading,
 * the head of a table or the opening of a fence alone.
 */
export type Place = 'heading' | 'block' | 'item' | 'nested' | 'line' | 'poor';

/** A place between two lines where a page may end. */
export interface Boundary {
  readonly place: Place;
  /** Where the page's visible text ends. */
  readonly end: number;
  /** Where the next page begins. */
  readonly next: number;
  /** The number of the line above it. */
  readonly line: number;
}

/** All places between two lines of the draft where a page that shows `from` to `to` or less can end. */
export function boundariesBetween(draft: Draft, from: number, to: number): readonly Boundary[] {
  const { source, lines, at } = draft;
  const found: Boundary[] = [];
  for (let index = lineAt(draft, from); index < lines.length && lines[index]!.start <= to; index++) {
    const above = lines[index]!;
    if (above.kind === 'blank' || above.next === above.end) continue;
    const end = visibleEnd(source, at, above.end);
    if (end < from || end > to || end <= at || !fitsTo(draft, end)) continue;
    let below = index + 1;
    while (lines[below]?.kind === 'blank') below++;
    const place = placeBetween(above, lines[below], below - index - 1, lines[below + 1]);
    found.push({ place, end, next: goesOnAt(source, above.end), line: index });
  }
  return found;
}

function placeBetween(above: Line, below: Line | undefined, blanks: number, after: Line | undefined): Place {
  if (above.after.fence !== null) return placeInCode(above, below, blanks);
  if (isHead(above) || above.kind === 'table-rule') return 'poor';
  if (below === undefined) return blanks > 0 ? 'block' : 'line';
  if (below.kind === 'table-rule' || below.kind === 'underline') return 'poor';
  if (below.kind === 'heading' || after?.kind === 'underline') return 'heading';
  if (below.kind === 'row') return 'item';
  if (introduces(above, below)) return 'line';
  const nested = below.indent > 0 && above.after.list > 0;
  if (blanks > 0) return nested ? 'nested' : 'block';
  if (below.kind === 'item') return nested ? 'nested' : 'item';
  const starts = below.kind === 'fence-open' || below.kind === 'rule' || below.kind === 'table-head';
  const ends = above.kind === 'fence-close' || above.kind === 'rule';
  if (starts || ends) return nested ? 'nested' : 'block';
  return 'line';
}

function placeInCode(above: Line, below: Line | undefined, blanks: number): Place {
  if (above.kind === 'fence-open' || below?.kind === 'fence-close') return 'poor';
  if (blanks === 0) return 'line';
  return below !== undefined && below.indent <= above.after.fence!.indent ? 'item' : 'nested';
}

/** A heading, or a line of its own in bold, which models use as one. */
function isHead({ kind, text }: Line): boolean {
  return kind === 'heading' || (kind === 'text' && /^\*\*[^*]+\*\*:?[ \t]*$/.test(text));
}

/** "For example:" belongs to what follows. */
function introduces(above: Line, below: Line): boolean {
  const follows = below.kind === 'item' || below.kind === 'fence-open' || below.kind === 'table-head';
  return follows && /[:：][*_ \t]*$/.test(above.text);
}
