import { type Blocks, type LineStart, noBlocks } from './blocks.ts';
import { closesFence, closingOf, type Fence, leavesFence, mayBecomeFence, resumedLead } from './fences.ts';
import { looksLikeRow } from './tables.ts';
import { skipBlankLines, visibleStart } from './whitespace.ts';

/** How much a page holds. */
export interface PageSize {
  /** Most width of a page's text. */
  readonly limit: number;
  /** What a text costs of the limit. Additive over concatenation. */
  width(text: string): number;
}

/** What a page inherits from the one before it. Plain JSON. */
export interface Carry extends Blocks {
  /** What the line that was cut began with, where that is quotes: `> `. */
  readonly lead: string;
}

/** What the first page inherits. */
export const noCarry: Carry = { ...noBlocks, lead: '' };

/** How a page begins. */
export interface Resumed extends LineStart {
  /** What is put before the first character that is shown. */
  readonly prefix: string;
}

/**
 * How the page that begins at `from` begins: an open fence is opened again, the head of a table repeated,
 * blank lines and what is left of an empty fence passed over. Repairs that would take more than half of the
 * page are left out. Text that is still to come never changes the answer once there is something to show.
 */
export function resumePage(
  source: string,
  from: number,
  carry: Carry,
  size: PageSize,
  ended: boolean,
): Resumed {
  const { fence, table, list } = carry;
  if (fence === null) return resumeText(source, from, carry, size);
  const at = skipBlankLines(source, from);
  const within = isWithinLine(source, from, at);
  const broken = source.indexOf('\n', at);
  const stop = broken < 0 ? source.length : broken;
  const line = source.slice(at, stop);
  const isWhole = broken >= 0 || ended;
  const outside = { ...carry, fence: null };
  if (!within) {
    if (leavesFence(line, fence)) return resumeText(source, at, outside, size);
    if (isWhole && closesFence(line, fence)) return resumeText(source, stop, outside, size);
    // What may be the end of the fence isn't shown before that is known: an empty fence would be left.
    if (!isWhole && mayBecomeFence(line, fence)) return resumeText(source, source.length, outside, size);
  }
  const lead = within ? carry.lead : '';
  const prefix = reopening(fence, lead, size);
  if (prefix === undefined) return resumeText(source, from, outside, size);
  const dedent = fence.quotes > 0 ? 0 : fence.indent;
  return { at, prefix, lead, within, dedent, blocks: { fence, table, list } };
}

function resumeText(source: string, from: number, carry: Carry, size: PageSize): Resumed {
  const { table, list } = carry;
  const start = skipBlankLines(source, from);
  const within = isWithinLine(source, from, start);
  const at = within ? visibleStart(source, start) : start;
  const lead = within ? carry.lead : '';
  const goesOn = table !== null && (within || isNextRow(source, from, at, table));
  const repeats = goesOn && !within && size.width(table) <= size.limit / 2;
  // Outside of its list what is indented would be code.
  const dedent = list === 0 ? 0 : within ? list : visibleStart(source, at) - at;
  const blocks = { fence: null, table: goesOn ? table : null, list };
  return { at, prefix: repeats ? table : lead, lead, within, dedent, blocks };
}

/** The line that opens the fence again; without its language, or not at all, where that would take too much room. */
function reopening(fence: Fence, lead: string, size: PageSize): string | undefined {
  const closing = closingOf(fence);
  for (const info of [fence.info, '']) {
    const opening = `${resumedLead(fence)}${fence.marker}${info}\n${lead}`;
    if (size.width(opening + closing) <= size.limit / 2) return opening;
  }
  return undefined;
}

/** True where the page begins within a line. */
function isWithinLine(source: string, from: number, at: number): boolean {
  return from > 0 && source[from - 1] !== '\n' && !source.slice(from, at).includes('\n');
}

function isNextRow(source: string, from: number, at: number, table: string): boolean {
  const breaks = source.slice(from, at).split('\n').length - 1;
  const passesBlankLine = breaks > (from === 0 || source[from - 1] === '\n' ? 0 : 1);
  return !passesBlankLine && looksLikeRow(table, source.slice(at, at + 200));
}
