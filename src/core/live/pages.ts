/**
 * How a Markdown text that grows is laid out over messages ("pages") of limited size. Pure functions of the
 * text so far: no state, no clock.
 *
 * The source is the model's text and nothing else. It is dealt out in slices, one for each page; joined, the
 * slices are the source, at every moment. What a page shows is its slice, without the white space at its
 * ends, with repairs around it: a code fence that is cut is closed and opened again with its language, the
 * head of a table that is cut is repeated. White space at a cut belongs to the page before it, is shown on
 * neither, and costs nothing of the limit. A page has something to show, or its text is empty and it
 * needs no message (that happens at the start or the end of a source only).
 *
 * While all that is certain fits, the page is open: `previewPage` shows it on surfaces that replace the whole
 * message, `openPage` on those that can only add to it. As soon as it doesn't fit, `sealPage` cuts it:
 *
 * 1. `resume.ts` finds how the page begins: with which repairs, and from where its text is shown.
 * 2. `draft.ts` measures how far the text fits; `blocks.ts` reads its lines: what each is, what is open after it.
 * 3. `boundaries.ts` lists the places between lines where it could end, by kind; `spans.ts` finds what must
 *    not be torn; `words.ts` finds the ends of sentences and words.
 * 4. `cut.ts` chooses among them, the best kind in the last part of the page; it says what the next page inherits.
 *
 * What it costs depends on the length of the page, never on that of the source.
 */
import { chooseCut, latestBreak } from './cut.ts';
import { type Draft, fitsTo, readDraft, textTo } from './draft.ts';
import { graphemeStart } from './graphemes.ts';
import { completeTo, previewEnd } from './preview.ts';
import { type Carry, noCarry, type PageSize } from './resume.ts';
import { decidedEnd, presentableEnd } from './tail.ts';

/** A page that never changes again. */
export interface PageLayout {
  /** How much of the source it takes: its slice is `source.slice(from, from + taken)`. */
  readonly taken: number;
  /** What it shows; empty where its slice has nothing to show, which then needs no message. */
  readonly text: string;
  /** What the next page begins with. */
  readonly carry: Carry;
}

/** A page as it can be shown while it grows. */
export interface PageGlimpse {
  /** What it shows now; empty where there is nothing worth showing yet. */
  readonly text: string;
  /** How much of the source that covers, counted from the start of the page; the rest is held back for now. */
  readonly taken: number;
}

/**
 * The page that begins at `from`, for good: where it can't hold the rest of the source, or where the source
 * has `ended`. `undefined` where the rest fits and may yet grow. Takes at least one grapheme.
 *
 * @param carry what the page before left; {@link noCarry} for the first
 * @param atLeast how much of the slice people see already on a surface that can't take it back
 *   ({@link PageGlimpse.taken} of the last {@link openPage} that was sent): the cut is not before that, and
 *   the page's text begins with what they see
 */
export function sealPage(
  source: string,
  from: number,
  carry: Carry,
  size: PageSize,
  ended: boolean,
  atLeast = 0,
): PageLayout | undefined {
  const draft = readDraft(source, from, carry, size, ended);
  if (fitsTo(draft, decidedEnd(draft))) {
    if (!ended) return undefined;
    return { taken: source.length - from, text: textTo(draft, draft.end).closed, carry: noCarry };
  }
  const cut = chooseCut(draft, from + atLeast);
  return { taken: cut.next - from, text: textTo(draft, cut.end).closed, carry: cut.carry };
}

/**
 * The page that begins at `from`, as a surface shows it that can only append: nothing is completed, and what
 * is shown once stays: the text is a prefix of every later one and of the sealed page's. What could not be cut
 * well any more once it is shown is held back: half a fence or table row, and on the last quarter of a page
 * half a sentence.
 *
 * @param atLeast how much of the slice is shown already; pass it, so that nothing is ever taken back
 */
export function openPage(
  source: string,
  from: number,
  carry: Carry,
  size: PageSize,
  atLeast = 0,
): PageGlimpse {
  const draft = readDraft(source, from, carry, size, false);
  const least = from + atLeast;
  const decided = decidedEnd(draft);
  let end = fitsTo(draft, decided) ? appendableEnd(draft, size, least) : chooseCut(draft, least).end;
  if (!fitsTo(draft, end)) end = decided;
  return glimpse(draft, from, Math.max(end, least), textTo(draft, Math.max(end, least)).raw);
}

/**
 * The page that begins at `from`, as a surface shows it that replaces the whole message: what is open is
 * closed (fences, code, emphasis), half a link is its text, and what would look wrong is held back (half a
 * table row, the head of what may become a table, signs whose meaning isn't known yet).
 */
export function previewPage(source: string, from: number, carry: Carry, size: PageSize): PageGlimpse {
  const draft = readDraft(source, from, carry, size, false);
  const decided = decidedEnd(draft);
  if (!fitsTo(draft, decided)) {
    const { end } = chooseCut(draft, from);
    return glimpse(draft, from, end, textTo(draft, end).closed);
  }
  const end = previewEnd(draft);
  const completed = completeTo(draft, end);
  if (size.width(completed) <= size.limit) return glimpse(draft, from, end, completed);
  const plain = fitsTo(draft, end) ? end : decided;
  return glimpse(draft, from, plain, textTo(draft, plain).closed);
}

/**
 * The page that begins at `from`, ended by choice though more would fit: all that can be shown well now, cut
 * near its end. `undefined` where that is nothing. The page may still grow: lay it out again from the same `from`.
 *
 * @param atLeast how much of the slice is shown already and can't be taken back
 */
export function cutPage(
  source: string,
  from: number,
  carry: Carry,
  size: PageSize,
  atLeast = 0,
): PageLayout | undefined {
  const draft = readDraft(source, from, carry, size, false);
  const end = Math.min(presentableEnd(draft), draft.roomBefore(''));
  if (end <= draft.at || end < from + atLeast) return undefined;
  const cut = chooseCut(draft, Math.max(draft.at + 1, from + atLeast, end - cutTail), end);
  return { taken: cut.next - from, text: textTo(draft, cut.end).closed, carry: cut.carry };
}

function glimpse(draft: Draft, from: number, end: number, text: string): PageGlimpse {
  return end <= draft.at || text.trim() === '' ? { text: '', taken: 0 } : { text, taken: end - from };
}

/** Width at the end of a page where only whole sentences are appended, so that a good cut is left. */
function careWidth(size: PageSize): number {
  return Math.max(size.limit / 4, 64);
}

/** How long a tail may be held back for the sake of a good cut. */
const longestTail = 300;

/** How long a tail may be held back where a page is cut by choice. */
const cutTail = 60;

function appendableEnd(draft: Draft, size: PageSize, least: number): number {
  const { source, at } = draft;
  const end = presentableEnd(draft, Math.min(longestTail, size.limit / 4));
  if (draft.left > careWidth(size) || end <= at) return end;
  const lowest = Math.max(at + 1, least, end - longestTail);
  const whole = lowest < end ? latestBreak(draft, lowest, end) : undefined;
  if (whole !== undefined) return whole;
  if (end - Math.max(at, least) <= longestTail) return least;
  // The last grapheme may still grow.
  return graphemeStart(source, at, end - 1);
}
