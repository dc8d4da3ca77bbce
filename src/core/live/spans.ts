import type { Line } from './blocks.ts';
import type { Draft } from './draft.ts';
import { lineAt } from './draft.ts';
import { containersOf } from './fences.ts';
import { readInline, type Span } from './inline.ts';

/** Where a cut would tear something inline. */
export interface Protection {
  /** The start of what a cut there would tear; `undefined` where it would tear nothing. */
  torn(position: number): number | undefined;
}

/** Nothing is protected. */
export const unprotected: Protection = { torn: () => undefined };

/** Finds what must not be torn from a position to the end of the draft: `all`, or emphasis left out. */
export function protect(
  draft: Draft,
  from: number,
): { readonly all: Protection; readonly atoms: Protection } {
  const spans: Span[] = [];
  let index = firstLineOfInline(draft, lineAt(draft, from));
  while (index < draft.lines.length) {
    const last = lastLineOfInline(draft, index);
    if (hasInline(draft.lines[index]!)) spans.push(...spansOf(draft, index, last));
    index = last + 1;
  }
  return { all: protectionOf(spans), atoms: protectionOf(spans.filter((span) => span.kind === 'atom')) };
}

/** The first line of the paragraph, heading, item or row that a line belongs to. */
export function firstLineOfInline(draft: Draft, index: number): number {
  let first = index;
  while (first > 0 && continues(draft.lines[first - 1]!, draft.lines[first]!)) first--;
  return first;
}

/** Where the text of a line begins, behind the signs of its quotes, lists and headings. */
export function contentStart(line: Line): number {
  const signs = /^#{0,6}[ \t]*/.exec(line.text.slice(containersOf(line.text).length))![0];
  const repeated = line.text.length - (line.end - line.start);
  return Math.max(line.start, line.start + containersOf(line.text).length + signs.length - repeated);
}

function lastLineOfInline(draft: Draft, index: number): number {
  let last = index;
  while (last + 1 < draft.lines.length && continues(draft.lines[last]!, draft.lines[last + 1]!)) last++;
  return last;
}

function continues(above: Line, below: Line): boolean {
  return below.kind === 'text' && (above.kind === 'text' || above.kind === 'item');
}

function hasInline({ kind }: Line): boolean {
  return kind === 'text' || kind === 'item' || kind === 'heading' || kind === 'row' || kind === 'table-head';
}

function spansOf(draft: Draft, first: number, last: number): readonly Span[] {
  const end = draft.lines[last]!.end;
  const { spans, openings } = readInline(draft.source, contentStart(draft.lines[first]!), end);
  if (last < draft.lines.length - 1) return spans;
  // The end of these may be still to come.
  const open = openings.map(({ kind, at }): Span => {
    return { start: at, end: Number.POSITIVE_INFINITY, kind: kind === 'emphasis' ? 'emphasis' : 'atom' };
  });
  return [...spans, ...open];
}

/** Joins what overlaps, so that one look finds the outermost. */
function protectionOf(spans: readonly Span[]): Protection {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((one, other) => one.start - other.start)) {
    const last = joined.at(-1);
    if (last === undefined || start >= last.end) joined.push({ start, end });
    else last.end = Math.max(last.end, end);
  }
  return {
    torn(position) {
      let low = 0;
      let high = joined.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (joined[middle]!.start < position) low = middle + 1;
        else high = middle;
      }
      const span = joined[low - 1];
      return span !== undefined && position < span.end ? span.start : undefined;
    },
  };
}
