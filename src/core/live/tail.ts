import type { Line } from './blocks.ts';
import { type Draft, lineAt } from './draft.ts';
import { longestOpening, mayBecomeFence } from './fences.ts';
import { looksLikeRow, mayBecomeTable } from './tables.ts';
import { visibleEnd } from './whitespace.ts';

/**
 * The end of what is certain, as far as fences go: a line that may yet open or close one is left out, and so
 * is an opening with nothing behind it.
 */
export function decidedEnd(draft: Draft): number {
  const { end, lines } = draft;
  const last = lastLine(draft, end);
  if (last === undefined || draft.ended) return end;
  const undecided = isUnfinished(draft, last) && mayBecomeFence(last.text, last.before.fence);
  const isEmpty = last.kind === 'fence-open' && last.text.length <= longestOpening;
  if (!undecided && !isEmpty) return end;
  const before = endBefore(draft, last);
  const opening = lines[lineAt(draft, before - 1)]!;
  return before > draft.at && opening.kind === 'fence-open' ? endBefore(draft, opening) : before;
}

/**
 * The end of what looks right: as {@link decidedEnd}, and without the head of a table that isn't known to be
 * one and without a row that isn't whole. Lines longer than `longest` are shown nevertheless.
 */
export function presentableEnd(draft: Draft, longest = Number.POSITIVE_INFINITY): number {
  const end = decidedEnd(draft);
  const last = lastLine(draft, end);
  if (last === undefined || draft.ended || end < draft.end) return end;
  const unfinished = isUnfinished(draft, last);
  const above = draft.lines[lineAt(draft, last.start) - 1];
  const without = (line: Line) => (line.end - line.start > longest ? end : endBefore(draft, line));
  const { table } = last.before;
  if (unfinished && table !== null && looksLikeRow(table, last.text)) return without(last);
  if (unfinished && last.kind === 'table-rule') return above === undefined ? end : without(above);
  if (unfinished && above !== undefined && mayBeHead(above) && /^[ \t>]*[|: \t-]+$/.test(last.text)) {
    return without(above);
  }
  const awaited = unfinished || !draft.source.slice(last.next).includes('\n');
  return awaited && mayBeHead(last) ? without(last) : end;
}

function lastLine(draft: Draft, end: number): Line | undefined {
  if (end <= draft.at) return undefined;
  const line = draft.lines[lineAt(draft, end - 1)];
  // Of a full page the lines don't reach to the end: then nothing about the end matters.
  return line === undefined || line.end < end ? undefined : line;
}

function isUnfinished(draft: Draft, line: Line): boolean {
  return line.next === line.end && line.end === draft.source.length;
}

function endBefore(draft: Draft, line: Line): number {
  return visibleEnd(draft.source, draft.at, line.start);
}

function mayBeHead(line: Line): boolean {
  return line.kind === 'text' && mayBecomeTable(line.text);
}
