import type { Line } from './blocks.ts';
import { blocksAt, type Draft, lineAt, shownPart, textTo } from './draft.ts';
import { containersOf } from './fences.ts';
import { type Opening, readInline } from './inline.ts';
import { contentStart, firstLineOfInline } from './spans.ts';
import { presentableEnd } from './tail.ts';
import { isSpace, visibleEnd } from './whitespace.ts';

/** Signs that mean something only with what follows them: of a heading, item, checkbox, rule or fence. */
const loneSigns = /^(?:#{1,6}|[-*_+=]{1,3}|\d{1,9}[.)]?|[`~]+|\[[ xX]?\]?)?[ \t]*$/;

/** Holding one sign back may uncover another; a heap of them is no Markdown. */
const mostRounds = 8;

/** The end of what is shown of a page that grows: what would look wrong and signs that aren't clear yet are held back. */
export function previewEnd(draft: Draft): number {
  let end = presentableEnd(draft);
  for (let round = 0; round < mostRounds; round++) {
    const held = holdBack(draft, end);
    if (held === end) return end;
    end = held;
  }
  return end;
}

/** The page's text up to there, with everything closed that is open. Half a link is its text. */
export function completeTo(draft: Draft, end: number): string {
  const plain = textTo(draft, end).closed;
  const paragraph = openParagraph(draft, end);
  if (paragraph === undefined) return plain;
  const { openings } = readInline(draft.source, paragraph.start, end);
  if (openings.length === 0) return plain;
  const before = draft.prefix + shownPart(draft, draft.at, paragraph.start);
  return before + complete(draft, paragraph.start, end, openings);
}

function holdBack(draft: Draft, end: number): number {
  const { source, at } = draft;
  const paragraph = openParagraph(draft, end);
  if (paragraph === undefined) return end;
  const { start, line } = paragraph;
  if (isLone(line, source.slice(line.start, end))) return visibleEnd(source, at, line.start);
  // With white space behind them signs are clear.
  if (isSpace(source.charCodeAt(end))) return end;
  const clear = visibleEnd(source, at, readInline(source, start, end).unclear);
  // Without what closes it, code at the start of a line would be a fence.
  const isFence = clear < end && blocksAt(draft, clear).fence !== null;
  return isFence ? visibleEnd(source, at, line.start) : clear;
}

/** True for a line that is nothing but signs so far. */
function isLone(line: Line, shown: string): boolean {
  if (!loneSigns.test(shown.slice(containersOf(shown).length))) return false;
  return line.next === line.end || line.kind === 'item' || line.kind === 'heading';
}

/** The paragraph, heading, item or row that a page ends in, unless a blank line has ended that. */
function openParagraph(
  draft: Draft,
  end: number,
): { readonly start: number; readonly line: Line } | undefined {
  if (end <= draft.at) return undefined;
  const index = lineAt(draft, end - 1);
  const line = draft.lines[index]!;
  if (line.after.fence !== null || line.kind === 'fence-close' || line.kind === 'table-rule')
    return undefined;
  const below = draft.lines[index + 1];
  if (below?.kind === 'blank' && below.next > below.end) return undefined;
  return { start: contentStart(draft.lines[firstLineOfInline(draft, index)]!), line };
}

/** At the start of a line the backticks that close code would open a fence instead. */
function mayFence({ source }: Draft, at: number, marker: string, end: number): boolean {
  return marker.startsWith('```') && source.slice(at, end).includes('\n');
}

function complete(draft: Draft, start: number, end: number, openings: readonly Opening[]): string {
  let text = '';
  let closing = '';
  let from = start;
  let stop = end;
  for (const { kind, at, marker, textEnd } of openings) {
    if (kind === 'link') {
      text += shownPart(draft, from, at);
      from = at + marker.length;
      stop = textEnd ?? stop;
    } else if (!mayFence(draft, at, marker, end)) closing = marker + closing;
  }
  text = (text + shownPart(draft, from, stop)).trimEnd();
  // Backticks or tildes that stand together are read as one sign, which may open a fence.
  const clashes = /[`~]$/.test(text) && closing.startsWith(text.slice(-1));
  return clashes ? `${text} ${closing}` : text + closing;
}
