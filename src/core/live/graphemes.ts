const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * The last place at or before `position` where the text may be cut without tearing a grapheme (an accented
 * letter, an emoji with its skin tone, a flag, a CRLF). `from` is such a place already; it is the answer
 * where one grapheme fills all of the text between.
 */
export function graphemeStart(source: string, from: number, position: number): number {
  if (position <= from || position >= source.length || isSeam(source, position)) return position;
  let anchor = position - 1;
  while (anchor > from && !isSeam(source, anchor)) anchor--;
  // Whether `position` is a boundary depends on no more than the code point after it.
  const text = source.slice(anchor, position + 2);
  const segment = segmenter.segment(text).containing(position - anchor);
  return segment === undefined ? position : anchor + segment.index;
}

/** True where the position lies between the two halves of a surrogate pair. */
export function tearsPair(source: string, position: number): boolean {
  return isHigh(source.charCodeAt(position - 1)) && isLow(source.charCodeAt(position));
}

/** Where a text ends that may go on with the second half of a surrogate pair: before the first half. */
export function wholeEnd(source: string, ended: boolean): number {
  return !ended && isHigh(source.charCodeAt(source.length - 1)) ? source.length - 1 : source.length;
}

/** The end of the longest part of the source from `start` whose width is at most `budget`, and what is left of it. */
export function fittingEnd(
  source: string,
  start: number,
  budget: number,
  width: (text: string) => number,
): { readonly end: number; readonly left: number } {
  let end = start;
  let left = budget;
  let step = 1024;
  // Whole steps while they fit, then half steps: linear in what fits, whatever comes after it.
  while (step >= 1 && end < source.length) {
    let stop = Math.min(source.length, end + step);
    if (tearsPair(source, stop)) stop++;
    const cost = width(source.slice(end, stop));
    if (cost <= left) {
      end = stop;
      left -= cost;
    } else step = Math.floor(step / 2);
  }
  return { end, left };
}

/** A boundary whatever surrounds it: nothing that combines stands on either side. */
function isSeam(source: string, position: number): boolean {
  return isPlain(source.charCodeAt(position - 1)) && isPlain(source.charCodeAt(position));
}

function isPlain(code: number): boolean {
  return (code >= 0x20 && code < 0x7f) || (code >= 0x4e00 && code <= 0x9fff);
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
