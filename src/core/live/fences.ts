/** A fenced code block that is open. Plain JSON. */
export interface Fence {
  /** The backticks or tildes that opened it. */
  readonly marker: string;
  /** What followed them: the language. */
  readonly info: string;
  /** What a line that opens or closes it begins with: `> ` of a quote, the indentation of a list item. */
  readonly lead: string;
  /** How many quotes it stands in. */
  readonly quotes: number;
  /** How far its opening line was indented. */
  readonly indent: number;
}

/**
 * Signs that a line stands in quotes and list items: `> `, `- `, `1. `, indentation. More lenient than
 * CommonMark, as models are: a fence in a list item stays open where its code is indented less than the item.
 */
const containers = /^(?:>|[-*+](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$)|[ \t])*/;
const opening = /^(?:(`{3,})([^`]*)|(~{3,})(.*))$/;
/** A line that is longer is no opening that a person or model would write: it isn't waited for. */
export const longestOpening = 200;

/** The part of a line that says in which quotes and list items it stands. */
export function containersOf(line: string): string {
  return containers.exec(line)![0];
}

/** The fence that a line opens. `list` is how far the contents of the list item around it are indented. */
export function openedFence(line: string, list: number): Fence | undefined {
  const before = containersOf(line);
  const match = opening.exec(line.slice(before.length));
  if (match === null) return undefined;
  const info = (match[2] ?? match[4] ?? '').trim();
  const spaces = before.length - before.trimEnd().length;
  const allowed = list + (spaces === before.length ? 3 : 4);
  if (spaces > allowed) return undefined;
  const lead = before.replace(/[^>\t]/g, ' ');
  const indent = lead.length - lead.lastIndexOf('>') - 1;
  const marker = match[1] ?? match[3]!;
  return {
    marker,
    info: info.length > longestOpening ? '' : info,
    lead,
    quotes: lead.split('>').length - 1,
    indent,
  };
}

/** True where a line ends the fence with a marker of its own. */
export function closesFence(line: string, fence: Fence): boolean {
  const run = markerRun(line, fence);
  return run !== undefined && run.length >= fence.marker.length;
}

/** True where a line is no longer in the quote that the fence stands in, which ends the fence too. */
export function leavesFence(line: string, fence: Fence): boolean {
  return fence.quotes > 0 && withoutQuotes(line, fence.quotes) === undefined;
}

/** True where an unfinished line may yet turn out to open a fence, or to close the one that is open. */
export function mayBecomeFence(line: string, fence: Fence | null): boolean {
  if (line.length > longestOpening) return false;
  if (fence !== null) return markerRun(line, fence) !== undefined;
  const body = line.slice(containersOf(line).length);
  return /^(?:`+|~+)$/.test(body) || opening.test(body);
}

/** What is put after a page's text to close the fence; `dedent` is how much of its indentation isn't shown. */
export function closingOf(fence: Fence | null, dedent = 0): string {
  return fence === null ? '' : `\n${fence.lead.slice(fence.quotes > 0 ? 0 : dedent)}${fence.marker}`;
}

/** What the line begins with that opens it again on a new page: the list item that it stands in isn't there. */
export function resumedLead(fence: Fence): string {
  if (fence.quotes === 0) return '';
  const quotes = fence.lead.slice(0, fence.lead.lastIndexOf('>') + 1);
  // More than three spaces would make the marker itself code.
  return quotes + fence.lead.slice(quotes.length, quotes.length + 3);
}

/** The run of the fence's own sign that is all there is on a line. */
function markerRun(line: string, fence: Fence): string | undefined {
  const body = withoutQuotes(line, fence.quotes)?.trimEnd();
  if (body === undefined || body === '') return undefined;
  const run = body.trimStart();
  if (body.length - run.length > fence.indent + 3) return undefined;
  const sign = fence.marker[0]!;
  for (const character of run) if (character !== sign) return undefined;
  return run;
}

function withoutQuotes(line: string, quotes: number): string | undefined {
  let rest = line;
  for (let quote = 0; quote < quotes; quote++) {
    const mark = /^[ \t]*>/.exec(rest);
    if (mark === null) return undefined;
    rest = rest.slice(mark[0].length);
  }
  return rest;
}
