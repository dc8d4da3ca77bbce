import type { Rung } from '../ports.ts';
import { cutPage, openPage, previewPage, sealPage } from './pages.ts';
import { type Carry, noCarry, type PageSize } from './resume.ts';

/** What the current page should show, laid out from the newest text. */
export interface Sheet {
  /** The page's whole text, repaired at its ends; empty where its slice needs no message. */
  readonly text: string;
  /** Characters of the model's text that it covers, counted from the start of the page. */
  readonly covers: number;
  /** True where this is the page's last text: it is full, or the reply has ended. */
  readonly whole: boolean;
  /** True where it is the reply's last text too, its notice included. */
  readonly last: boolean;
  /** What the next page begins with. */
  readonly carry: Carry;
  /** True where it shows the notice too. */
  readonly withNotice: boolean;
  /** True where the page may be left as it is, the text going on in a further one. */
  readonly cut: boolean;
}

/** The text of one reply and how far its pages have come. Knows layout; knows nothing of calls. */
export interface Manuscript {
  /** True once no more text will come. */
  readonly ended: boolean;
  /** Number of the current page, from 0. */
  readonly index: number;
  /** Another number after every change: what was laid out before may be laid out differently now. */
  readonly version: number;
  push(delta: string): void;
  /** @param notice shown under the text, not part of it */
  end(notice?: string): void;
  /** Characters of the current page's text beyond `covered`. */
  beyond(covered: number): number;
  /** True where the current page can't hold the text any more; cheap. */
  full(rung: Rung): boolean;
  /** True where everything is on pages that were turned. */
  finished(): boolean;
  /**
   * Lays the current page out. `atLeast`: characters of it that are shown already and can't be taken back.
   * `undefined` where there is nothing worth showing yet.
   * @param leaving where more than that can be shown well cut, at most 60 characters less than all, it is: then the page may be
   * left as it is, the text going on in a further one
   */
  sheet(rung: Rung, atLeast: number, leaving?: boolean): Sheet | undefined;
  /** True where the current page can hold all that is left, the notice included; only once it has ended. */
  endsOn(rung: Rung, atLeast: number): boolean;
  /** The current page is done as laid out: the text goes on in a new one. */
  turn(sheet: Sheet): void;
  /** The text from the reply's start to so far into the current page. */
  upTo(covered: number): string;
  /** The platform takes less than it promised: pages get smaller. @returns false where they can't. */
  shrink(): boolean;
}

/** Creates an empty manuscript. */
export function createManuscript(): Manuscript {
  let source = '';
  let ended = false;
  let notice: string | undefined;
  let from = 0;
  let carry: Carry = noCarry;
  let index = 0;
  let version = 0;
  let scale = 1;
  /** Width of the text from `from` on, kept up to date as it grows. */
  let measured: { readonly rung: Rung; upTo: number; width: number } | undefined;
  /** What the last layout near the limit said. */
  let endAt: { readonly version: number; readonly rung: Rung; readonly fits: boolean } | undefined;
  let fullAt: { readonly rung: Rung; readonly width: number; readonly full: boolean } | undefined;

  function widthOfPage(rung: Rung): number {
    if (measured?.rung !== rung) measured = { rung, upTo: from, width: 0 };
    measured.width += rung.width(source.slice(measured.upTo));
    measured.upTo = source.length;
    return measured.width;
  }

  const sizeOf = (rung: Rung): PageSize => ({
    limit: Math.floor(rung.limit * scale),
    width: (text) => rung.width(text),
  });

  /** Near the limit only a layout tells; one is made for every few characters that come. */
  function full(rung: Rung): boolean {
    const width = widthOfPage(rung);
    const limit = rung.limit * scale;
    if (width <= limit - repairRoom - rung.width(carry.table ?? '')) return false;
    if (fullAt?.rung !== rung || width - fullAt.width >= checkEvery || (width > limit && !fullAt.full)) {
      fullAt = { rung, width, full: sealPage(source, from, carry, sizeOf(rung), false) !== undefined };
    }
    return fullAt.full;
  }

  function wholeSheet(size: PageSize, atLeast: number): Sheet | undefined {
    const sealed = sealPage(source, from, carry, size, ended, atLeast);
    if (sealed === undefined) return undefined;
    const { text, taken: covers } = sealed;
    const atEnd = ended && from + covers === source.length;
    const sheet = {
      text,
      covers,
      whole: true,
      last: atEnd,
      carry: sealed.carry,
      withNotice: false,
      cut: true,
    };
    if (notice === undefined || !atEnd) return sheet;
    const noticed = text === '' ? notice : `${text}\n\n${notice}`;
    if (text !== '' && size.width(noticed) > size.limit) return { ...sheet, last: false };
    return { ...sheet, text: noticed, withNotice: true };
  }

  return {
    get ended() {
      return ended;
    },
    get index() {
      return index;
    },
    get version() {
      return version;
    },
    push(delta) {
      source += delta;
      version++;
    },
    end(text) {
      ended = true;
      notice = text;
      version++;
    },
    beyond: (covered) => source.length - from - covered,
    full,
    finished: () => ended && notice === undefined && from === source.length,
    sheet(rung, atLeast, leaving = false) {
      const size = sizeOf(rung);
      const whole = ended || full(rung) ? wholeSheet(size, atLeast) : undefined;
      if (whole !== undefined) return whole;
      const continues = rung.continues === true;
      const cut =
        continues || leaving ? cutPage(source, from, carry, size, continues ? 0 : atLeast) : undefined;
      if (cut !== undefined && (continues || cut.taken > atLeast)) {
        const { text, taken: covers } = cut;
        return { text, covers, whole: false, last: false, carry: cut.carry, withNotice: false, cut: true };
      }
      if (continues) return undefined;
      const { text, taken } =
        rung.growth === 'append'
          ? openPage(source, from, carry, size, atLeast)
          : previewPage(source, from, carry, size);
      return text === ''
        ? undefined
        : { text, covers: taken, whole: false, last: false, carry, withNotice: false, cut: false };
    },
    endsOn(rung, atLeast) {
      if (!ended) return false;
      if (endAt?.version !== version || endAt.rung !== rung) {
        endAt = { version, rung, fits: wholeSheet(sizeOf(rung), atLeast)?.last ?? false };
      }
      return endAt.fits;
    },
    turn(sheet) {
      from += sheet.covers;
      carry = sheet.carry;
      if (sheet.text !== '') index++;
      version++;
      scale = 1;
      measured = undefined;
      fullAt = undefined;
      if (sheet.withNotice) notice = undefined;
    },
    upTo: (covered) => source.slice(0, from + covered),
    shrink() {
      scale *= 0.8;
      fullAt = undefined;
      version++;
      return scale > smallestScale;
    },
  };
}

/** Width kept back for the repairs at a page's ends (a closing fence, a repeated table header). */
const repairRoom = 400;
const smallestScale = 0.05;
const checkEvery = 24;
