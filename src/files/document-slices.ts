/** Cuts the XML of a long document into documents of a few paragraphs each, while it arrives. */
export interface DocumentSlicer {
  /** @returns the slices that are complete by now; @throws Error where this can't be a document */
  add(piece: string): string[];
  /** True once the body was there to its end. */
  isWhole(): boolean;
}

/** No tag of a document is that long. */
const mostTag = 1_000_000;

/**
 * Creates a {@link DocumentSlicer} for WordprocessingML. Each slice is a document of its own with whole parts of the
 * body (paragraphs, tables), of at least so many characters, so that who reads it never has all of it in memory.
 * It looks no further than where parts begin and end: everything else is the reader's.
 */
export function createDocumentSlicer(leastCharacters: number): DocumentSlicer {
  const open: string[] = [];
  let text = '';
  /** Everything before it was looked at. */
  let at = 0;
  /** Up to the start of the body, and the ends that belong to it. */
  let frame: { readonly start: string; readonly end: string } | undefined;
  let finished = false;

  function slice(end: number, slices: string[]): void {
    if (frame === undefined) return;
    if (end > 0) slices.push(frame.start + text.slice(0, end) + frame.end);
    text = text.slice(end);
    at -= end;
  }

  function look(slices: string[]): void {
    while (!finished) {
      const start = text.indexOf('<', at);
      const end = start < 0 ? -1 : markEnd(text, start);
      if (end < 0) {
        at = start < 0 ? text.length : start;
        if (text.length - at > mostTag) throw new RangeError('a tag without an end');
        return;
      }
      at = end;
      const [, closing, name = ''] = /^<(\/?)([^\s/>!?]+)/.exec(text.slice(start, start + 200)) ?? [];
      if (name === '') continue;
      if (closing === '/') close(start, slices);
      else if (text.charAt(end - 2) !== '/') opened(name);
      if (frame !== undefined && open.length === 2 && at >= leastCharacters) slice(at, slices);
    }
  }

  function opened(name: string): void {
    open.push(name);
    if (frame !== undefined || open.length !== 2 || !/(^|:)body$/.test(name)) return;
    frame = { start: text.slice(0, at), end: `</${name}></${open[0]}>` };
    text = text.slice(at);
    at = 0;
  }

  function close(start: number, slices: string[]): void {
    open.pop();
    if (frame === undefined || open.length !== 1) return;
    slice(start, slices);
    finished = true;
    text = '';
  }

  return {
    add(piece) {
      const slices: string[] = [];
      if (!finished) text += piece;
      look(slices);
      return slices;
    },
    isWhole: () => finished,
  };
}

/** Where a tag, comment or the like that starts here is over; -1 where that is still to come. */
function markEnd(text: string, start: number): number {
  if (text.startsWith('<!--', start)) return after(text, '-->', start);
  if (text.startsWith('<![CDATA[', start)) return after(text, ']]>', start);
  if (text.startsWith('<?', start)) return after(text, '?>', start);
  // The marks above may be torn between two pieces.
  if (text.length - start < '<![CDATA['.length) return text.indexOf('>', start) + 1 || -1;
  if (text.startsWith('<!', start)) throw new Error('a document with definitions of its own');
  let quote = '';
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at + 1;
  }
  return -1;
}

function after(text: string, mark: string, start: number): number {
  const at = text.indexOf(mark, start);
  return at < 0 ? -1 : at + mark.length;
}
