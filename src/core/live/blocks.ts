import { closesFence, containersOf, type Fence, leavesFence, openedFence } from './fences.ts';
import { startsTable } from './tables.ts';
import { isSpace } from './whitespace.ts';

/** What a line of Markdown is. */
export type LineKind =
  | 'blank'
  | 'text'
  | 'heading'
  | 'underline'
  | 'item'
  | 'rule'
  | 'fence-open'
  | 'code'
  | 'fence-close'
  | 'table-head'
  | 'table-rule'
  | 'row';

/** What is open between two lines. Plain JSON. */
export interface Blocks {
  readonly fence: Fence | null;
  /** Head and delimiter row of the table, as the model wrote them. */
  readonly table: string | null;
  /** How far the contents of the list item are indented; 0 outside of lists. */
  readonly list: number;
}

/** One line of the source. */
export interface Line {
  readonly start: number;
  /** Without its line break. */
  readonly end: number;
  /** Where the next line starts; `end` where there is no line break yet. */
  readonly next: number;
  /** With what the page puts before it. */
  readonly text: string;
  readonly kind: LineKind;
  /** Spaces before its first sign. */
  readonly indent: number;
  /** How far the list item around it, which began on a page before, is indented. */
  readonly dedent: number;
  /** How many of its first characters are not shown because of that. */
  readonly hidden: number;
  readonly before: Blocks;
  readonly after: Blocks;
}

/** Nothing is open. */
export const noBlocks: Blocks = { fence: null, table: null, list: 0 };

/** How the first line of a page begins. */
export interface LineStart {
  /** The first character that is shown. */
  readonly at: number;
  /** What is open there. */
  readonly blocks: Blocks;
  /** What the page puts before the line that the source doesn't have there: the quotes of a line that was cut. */
  readonly lead: string;
  /** True where the first line is the second part of a line that was cut. */
  readonly within: boolean;
  /** How far the lines are indented because of a list item that began on a page before. */
  readonly dedent: number;
}

/** Reads the source of a page line by line, as far as `stop`. */
export function readLines(source: string, start: LineStart, stop: number): readonly Line[] {
  const lines: Line[] = [];
  let before = start.blocks;
  let { at, dedent } = start;
  while (at < stop) {
    const first = at === start.at;
    const previous = lines.at(-1);
    const line = readLine(source, at, stop, before, previous, first ? start.lead : '');
    if (line.kind === 'table-rule' && previous) lines[lines.length - 1] = { ...previous, kind: 'table-head' };
    // A line that is indented less belongs to another item: what follows is seen from there.
    const isCode = line.before.fence !== null;
    const within = first && start.within;
    if (!isCode && line.kind !== 'blank' && !within) dedent = Math.min(dedent, line.indent);
    lines.push({ ...line, dedent, hidden: within ? 0 : Math.min(dedent, line.indent) });
    before = line.after;
    at = line.next;
  }
  return lines;
}

/** What is open after the first part of a line. */
export function blocksWithin(line: Line, position: number): Blocks {
  if (position >= line.end) return line.after;
  if (position <= line.start) return line.before;
  const part = line.text.slice(0, line.text.length - (line.end - position));
  return classify(part, line.before, undefined).after;
}

/** What is open after white space that ends a line and maybe its paragraph. */
export function blocksAfterBlank(blocks: Blocks): Blocks {
  return classify('', blocks, undefined).after;
}

function readLine(
  source: string,
  start: number,
  stop: number,
  before: Blocks,
  previous: Line | undefined,
  lead: string,
): Omit<Line, 'dedent' | 'hidden'> {
  // Never searched further than `stop`: the source may go on for long without a line break.
  const length = source.slice(start, stop).indexOf('\n');
  const broken = length >= 0;
  const next = broken ? start + length + 1 : stop;
  let end = broken ? start + length : stop;
  if (broken && end > start && source[end - 1] === '\r') end--;
  const text = lead + source.slice(start, end);
  return { start, end, next, text, before, ...classify(text, before, previous) };
}

type Classified = Pick<Line, 'kind' | 'indent' | 'after'>;

function classify(text: string, before: Blocks, previous: Line | undefined): Classified {
  let indent = 0;
  while (indent < text.length && isSpace(text.charCodeAt(indent))) indent++;
  const line = (kind: LineKind, after: Blocks): Classified => ({ kind, indent, after });
  if (before.fence !== null) {
    const closed = { ...before, fence: null };
    if (leavesFence(text, before.fence)) return classify(text, closed, previous);
    return closesFence(text, before.fence) ? line('fence-close', closed) : line('code', before);
  }
  if (indent === text.length) return line('blank', withoutTable(before));
  const open = indent === 0 && endsList(before, previous) ? { ...before, list: 0 } : before;
  if (isLetter(text.charCodeAt(indent))) return line(open.table === null ? 'text' : 'row', open);
  return { indent, ...classifySigns(text, indent, before, open, previous) };
}

/** Of a line that begins with a sign that may have a meaning. */
function classifySigns(
  text: string,
  indent: number,
  before: Blocks,
  open: Blocks,
  previous: Line | undefined,
): Pick<Line, 'kind' | 'after'> {
  const tableless = withoutTable(open);
  if (previous && startsTable(previous.text, text) && mayBeHead(previous)) {
    return { kind: 'table-rule', after: { ...before, table: `${previous.text}\n${text}\n` } };
  }
  if (previous?.kind === 'text' && /^ {0,3}(?:=+|-+)[ \t]*$/.test(text))
    return { kind: 'underline', after: tableless };
  if (/^[ \t]*([-*_])[ \t]*(?:\1[ \t]*){2,}$/.test(text)) return { kind: 'rule', after: tableless };
  const fence = openedFence(text, before.list);
  const containers = containersOf(text);
  const isItem = /[^\s>]/.test(containers);
  const list = isItem ? containers.length : open.list;
  if (fence) return { kind: 'fence-open', after: { fence, table: null, list } };
  if (isItem) return { kind: 'item', after: { fence: null, table: null, list } };
  if (/^#{1,6}(?:[ \t]|$)/.test(text.slice(containers.length)) && indent <= before.list + 3)
    return { kind: 'heading', after: tableless };
  return { kind: open.table === null ? 'text' : 'row', after: open };
}

/** A line that isn't indented ends the list, unless it goes on with a paragraph. */
function endsList(before: Blocks, previous: Line | undefined): boolean {
  return before.list > 0 && previous !== undefined && previous.kind !== 'text' && previous.kind !== 'item';
}

function mayBeHead(line: Line): boolean {
  return line.kind === 'text' && line.after.table === null;
}

function withoutTable(blocks: Blocks): Blocks {
  return blocks.table === null ? blocks : { ...blocks, table: null };
}

/** Of most lines the first character tells that they are prose. */
function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code >= 0x80;
}
