import { type Blocks, blocksWithin, type Line, noBlocks, readLines } from './blocks.ts';
import { closingOf } from './fences.ts';
import { fittingEnd, tearsPair, wholeEnd } from './graphemes.ts';
import { type Carry, type PageSize, resumePage } from './resume.ts';
import { visibleEnd } from './whitespace.ts';

/** A page, read as far as the source goes: what every layout of it starts from. */
export interface Draft {
  readonly source: string;
  /** The first character that is shown. */
  readonly at: number;
  /** The end of all that can be seen of the source; `at` where that is nothing. */
  readonly end: number;
  /** True where no more text will come. */
  readonly ended: boolean;
  /** What the page's text begins with that the source doesn't have there. */
  readonly prefix: string;
  /** From `at` on; of a page that is full, somewhat beyond what fits. */
  readonly lines: readonly Line[];
  /** What of the limit is left where everything that fits is on the page. */
  readonly left: number;
  /** The last position that the page can show when this is put after it. */
  roomBefore(suffix: string): number;
}

/** How far beyond what fits the source is read, to know what a cut there would tear. */
const lookAhead = 512;

/** Reads the page that begins at `from`. Costs no more than the page is long, however long the source is. */
export function readDraft(source: string, from: number, carry: Carry, size: PageSize, ended: boolean): Draft {
  const start = resumePage(source, from, carry, size, ended);
  const { at, prefix } = start;
  const fitting = fittingEnd(source, at, size.limit - size.width(prefix), (text) => size.width(text));
  const stop = Math.min(source.length, fitting.end + lookAhead);
  const rooms = new Map<string, number>([['', fitting.end]]);

  function roomBefore(suffix: string): number {
    const known = rooms.get(suffix);
    if (known !== undefined) return known;
    let missing = size.width(suffix) - fitting.left;
    let room = fitting.end;
    while (missing > 0 && room > at) {
      const previous = tearsPair(source, room - 1) ? room - 2 : room - 1;
      missing -= size.width(source.slice(previous, room));
      room = previous;
    }
    rooms.set(suffix, room);
    return room;
  }

  return {
    source,
    at,
    end: visibleEnd(source, at, wholeEnd(source, ended)),
    ended,
    prefix,
    lines: readLines(source, start, stop),
    left: fitting.left,
    roomBefore,
  };
}

/** The number of the line that a position of the draft is in. */
export function lineAt(draft: Draft, position: number): number {
  let low = 0;
  let high = draft.lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (draft.lines[middle]!.start <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What is open at a position of the draft. */
export function blocksAt(draft: Draft, position: number): Blocks {
  const line = draft.lines[lineAt(draft, position)];
  return line === undefined ? noBlocks : blocksWithin(line, position);
}

/** True where a page that ends there is within the limit, what is open at its end closed. */
export function fitsTo(draft: Draft, position: number): boolean {
  if (position > draft.roomBefore('')) return false;
  return position <= draft.roomBefore(closingOf(blocksAt(draft, position).fence));
}

/** A part of the source as the page shows it: indentation that belongs to a page before is left out. */
export function shownPart(draft: Draft, from: number, to: number): string {
  let text = '';
  let position = from;
  for (let index = lineAt(draft, from); index < draft.lines.length; index++) {
    const { start, hidden } = draft.lines[index]!;
    if (start >= to) break;
    if (hidden === 0 || start < from) continue;
    text += draft.source.slice(position, start);
    position = Math.min(to, start + hidden);
  }
  return text + draft.source.slice(position, to);
}

/** The text of the page when it ends there, without and with what closes it. */
export function textTo(draft: Draft, position: number): { readonly raw: string; readonly closed: string } {
  if (position <= draft.at) return { raw: '', closed: '' };
  const raw = draft.prefix + shownPart(draft, draft.at, position);
  const { fence } = blocksAt(draft, position);
  return { raw, closed: raw + closingOf(fence, draft.lines[lineAt(draft, position)]?.dedent) };
}
