import { graphemeStart } from '../live/graphemes.ts';
import { counted, grouped } from './figures.ts';

/** A text that arrives in pieces, of which no more is kept than its head and its tail. */
export interface Excerpt {
  /** Pieces may tear a surrogate pair or a grapheme between them. */
  add(piece: string): void;
  /** All of it where it fits; else head and tail with a line between them that says what was left out. */
  text(): string;
  /** Lines of the whole; a line break at its end begins no further one. */
  lines(): number;
}

/** Room for the line between: its words and two numbers. */
const noteRoom = 80;
/** Where a line ends or begins in this share of the room next to a cut, the cut is there. */
const lineShare = 0.25;
/** A tail knows this much of what comes before it, so that its cut is no guess. */
const context = 256;
const digestLines = 10;
const digestCharacters = 500;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Creates an {@link Excerpt} whose text has at most so many characters (UTF-16 units). No grapheme is torn. */
export function createExcerpt(mostCharacters: number): Excerpt {
  const most = Math.max(0, Math.floor(mostCharacters));
  const later: string[] = [];
  let head = '';
  let laterLength = 0;
  let dropped = false;
  let characters = 0;
  let breaks = 0;
  let last = '';

  return {
    add(piece) {
      if (piece === '') return;
      characters += piece.length;
      breaks += countBreaks(piece);
      last = piece.at(-1) ?? last;
      const room = Math.max(0, most + context - head.length);
      head += piece.slice(0, room);
      if (piece.length <= room) return;
      later.push(piece.slice(room));
      laterLength += piece.length - room;
      while (laterLength - (later[0]?.length ?? 0) >= most + context) {
        laterLength -= later.shift()?.length ?? 0;
        dropped = true;
      }
    },
    text() {
      if (characters <= most) return head;
      const end = dropped ? later.join('') : head + later.join('');
      const room = Math.floor((most - noteRoom) / 2);
      // Too little for three parts: the head alone, and the caller sees by its size that there was more.
      if (room < 1) return head.slice(0, graphemeStart(head, 0, most));
      const start = head.slice(0, headEnd(head, room));
      const tail = end.slice(tailStart(end, end.length - room));
      const lines = breaks - countBreaks(start) - countBreaks(tail);
      return `${start}${leftOut(start, characters - start.length - tail.length, lines)}${tail}`;
    },
    lines: () => (characters === 0 ? 0 : breaks + (last === '\n' ? 0 : 1)),
  };
}

/**
 * As {@link createExcerpt}, of a text that is there. What an earlier cut left out of it, as its line says, is told with what is
 * left out now: a text may be cut when it is read, and once more where a prompt has less room.
 */
export function cutMiddle(text: string, mostCharacters: number): string {
  const most = Math.max(0, Math.floor(mostCharacters));
  if (text.length <= most) return text;
  const room = Math.floor((most - noteRoom) / 2);
  if (room < 1) return text.slice(0, graphemeStart(text, 0, most));
  const notes = notesIn(text);
  let end = headEnd(text, room);
  let start = tailStart(text, text.length - room);
  // A note is whole, or what it says is told by the new one.
  for (const note of notes) {
    if (note.start < end && end < note.end) end = note.start;
    if (note.start < start && start < note.end) start = note.end;
  }
  const gone = notes.filter((note) => note.start >= end && note.end <= start);
  const head = text.slice(0, end);
  let characters = start - end;
  let lines = countBreaks(text.slice(end, start));
  for (const note of gone) {
    // The line break behind a note is its own; so is that before it, where it stands in the middle of a line.
    const breaks = note.lines === 0 ? 2 : 1;
    characters += note.characters - (note.end - note.start) - (breaks - 1);
    lines += note.lines - breaks;
  }
  return `${head}${leftOut(head, characters, lines)}${text.slice(start)}`;
}

/** The first lines of a text: what remains of it when the whole is out of view. The whole where it is short. */
export function toDigest(text: string): string {
  const lines = text.split('\n', digestLines + 1);
  const first = lines.length > digestLines ? lines.slice(0, digestLines).join('\n') : text;
  return first.slice(0, graphemeStart(first, 0, digestCharacters));
}

function headEnd(text: string, position: number): number {
  const line = text.lastIndexOf('\n', position - 1) + 1;
  return line >= position * (1 - lineShare) && line > 0 ? line : graphemeStart(text, 0, position);
}

function tailStart(text: string, position: number): number {
  if (text.charAt(position - 1) === '\n') return position;
  const line = text.indexOf('\n', position) + 1;
  if (line > 0 && line - position <= (text.length - position) * lineShare) return line;
  const start = graphemeStart(text, 0, position);
  if (start === position) return position;
  const torn = segmenter.segment(text.slice(start)).containing(0)?.segment ?? '';
  return start + torn.length;
}

function leftOut(start: string, characters: number, lines: number): string {
  const what = counted(characters, 'character');
  const note = lines > 0 ? `${grouped(lines)} ${lines === 1 ? 'line' : 'lines'} (${what})` : what;
  return `${start === '' || start.endsWith('\n') ? '' : '\n'}[… ${note} left out …]\n`;
}

/** Where a text says that something was left out of it; `end` is behind the line. */
function notesIn(text: string) {
  return [...text.matchAll(noteLine)].map(({ 0: line, 1: lines = '0', 2: ofLines, 3: alone, index }) => ({
    start: index,
    end: index + line.length,
    lines: fromGrouped(lines),
    characters: fromGrouped(ofLines ?? alone ?? '0'),
  }));
}

function fromGrouped(figure: string): number {
  return Number(figure.replaceAll(',', ''));
}

/** What {@link leftOut} writes. */
const noteLine = /^\[… (?:([\d,]+) lines? \(([\d,]+) characters?\)|([\d,]+) characters?) left out …\]\n/gm;

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
