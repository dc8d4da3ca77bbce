/** True for the code units that `String.prototype.trim` removes. */
export function isSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0xa0) return false;
  return (
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

/** The end of what can be seen between `start` and `end`: white space before `end` does not count. */
export function visibleEnd(source: string, start: number, end: number): number {
  let position = end;
  while (position > start && isSpace(source.charCodeAt(position - 1))) position--;
  return position;
}

/** The first place from `start` on that is not white space; `source.length` where there is none. */
export function visibleStart(source: string, start: number): number {
  let position = start;
  while (position < source.length && isSpace(source.charCodeAt(position))) position++;
  return position;
}

/** As {@link visibleStart}, but leaves the indentation of a line that begins after `start`. */
export function skipBlankLines(source: string, start: number): number {
  const visible = visibleStart(source, start);
  if (visible === source.length) return visible;
  return start + source.slice(start, visible).lastIndexOf('\n') + 1;
}

/**
 * Where a text goes on behind white space that begins at `start`: at the start of its line where there is a
 * line break in between, so that its indentation stays.
 */
export function goesOnAt(source: string, start: number): number {
  const visible = visibleStart(source, start);
  const line = start + source.slice(start, visible).lastIndexOf('\n') + 1;
  return line > start ? line : visible;
}
