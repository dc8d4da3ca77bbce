/** Longest address that a link is looked for in. */
const longestAddress = 2048;
const address = /https?:\/\/[^\s<>`|"\\]*/y;
const autolink = /<(?:https?:\/\/|mailto:)[^\s<>]*>?/y;

/** How many times the sign at a position stands there in a row. */
export function runLength(source: string, at: number, end: number): number {
  let stop = at + 1;
  while (stop < end && source[stop] === source[at]) stop++;
  return stop - at;
}

/** Where the inline code ends that the backticks at a position begin; `undefined` where it is open. */
export function codeEnd(source: string, at: number, end: number): number | undefined {
  const length = runLength(source, at, end);
  let position = at + length;
  for (;;) {
    position = source.indexOf('`', position);
    if (position < 0 || position >= end) return undefined;
    const found = runLength(source, position, end);
    position += found;
    if (found === length) return position;
  }
}

/**
 * Where the target of a link ends, from behind its `](` on: after the parenthesis; at infinity where it is
 * open; `undefined` where this is no link.
 */
export function targetEnd(source: string, from: number, end: number): number | undefined {
  let depth = 1;
  const stop = Math.min(end, from + longestAddress);
  for (let position = from; position < stop; position++) {
    const sign = source[position];
    if (sign === '\n') return undefined;
    if (sign === '\\') position++;
    else if (sign === '(') depth++;
    else if (sign === ')' && --depth === 0) return position + 1;
  }
  return stop === end ? Number.POSITIVE_INFINITY : undefined;
}

/** Where the web address ends that begins at a position, bare or between `<` and `>`; `undefined` where none does. */
export function addressEnd(source: string, at: number, end: number): number | undefined {
  const pattern = source[at] === '<' ? autolink : address;
  pattern.lastIndex = at;
  const match = pattern.exec(source);
  return match === null ? undefined : Math.min(end, at + match[0].length);
}
