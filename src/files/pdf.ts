import { getDocumentProxy } from 'unpdf';
import { counted, grouped } from '../core/files/figures.ts';
import { graphemeStart } from '../core/live/graphemes.ts';
import type { DocumentAnswer, DocumentOptions } from './document-answer.ts';

/** So many pages are looked at, also where they hold next to nothing. */
const mostPages = 500;
/** A PDF that has no word on so many pages is taken for pictures. */
const mostWordless = 100;
/** Room for the line about pages that were left out. */
const noteRoom = 80;

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/**
 * The text of a PDF, each page under a mark like `[page 3]`: the first pages, as far as characters and patience
 * last, and a note about the others. What comes later in the file costs nothing.
 * @param bytes given away
 */
export async function readPdf(
  bytes: Uint8Array<ArrayBuffer>,
  { mostCharacters, patienceMs }: DocumentOptions,
): Promise<DocumentAnswer> {
  const until = performance.now() + patienceMs;
  /** Tables of characters that its fonts take for granted (for Chinese, Japanese and Korean), which are not here. */
  let unmapped = false;
  const BinaryDataFactory = class {
    async fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<never> {
      unmapped ||= kind === 'cMapUrl';
      throw new Error(`${filename} is not here`);
    }
  };
  let pdf: Pdf;
  try {
    pdf = await getDocumentProxy(bytes, {
      ...{ verbosity: 0, useSystemFonts: false, maxImageSize: 0, BinaryDataFactory },
    });
  } catch (error) {
    const locked = error instanceof Error && error.name === 'PasswordException';
    return { fault: locked ? 'locked' : 'damaged', detail: String(error) };
  }
  const total = pdf.numPages;
  const most = Math.max(0, Math.floor(mostCharacters));
  /** Where in the text each page begins. */
  const starts: number[] = [];
  let text = '';
  let words = false;
  while (starts.length < Math.min(total, mostPages) && text.length <= most) {
    if (performance.now() > until || (!words && starts.length >= mostWordless)) break;
    const number = starts.length + 1;
    const page = await textOf(pdf, number);
    words ||= page !== '';
    starts.push(text.length);
    text += `${text === '' ? '' : '\n\n'}[page ${number}]\n${page === '' ? '(no text)' : page}`;
  }
  if (!words && unmapped) return { fault: 'unmapped' };
  if (!words) return { fault: starts.length === 0 ? 'damaged' : 'pictures' };
  const cut = toRoom(text, most, starts, total);
  const pages =
    cut.shown < total ? `first ${grouped(cut.shown)} of ${counted(total, 'page')}` : counted(total, 'page');
  return { about: `PDF, ${pages}${unmapped ? ', some of its characters unknown' : ''}`, text: cut.text };
}

async function textOf(pdf: Pdf, number: number): Promise<string> {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
  page.cleanup();
  return text.trim();
}

/** The text within its room, and the last page of which something is shown. */
function toRoom(text: string, most: number, starts: readonly number[], total: number) {
  if (text.length <= most && starts.length === total) return { text, shown: total };
  const room = most - noteRoom;
  const kept = text.slice(0, graphemeStart(text, 0, Math.min(room < 1 ? most : room, text.length)));
  const shown = Math.max(1, starts.filter((start) => start < kept.length).length);
  if (room < 1) return { text: kept, shown };
  const rest = text.length > kept.length ? 'the rest of page ' : 'what follows page ';
  const note =
    shown < total
      ? `${rest}${grouped(shown)} and all up to page ${grouped(total)}`
      : `${rest}${grouped(shown)}`;
  return { text: `${kept}\n[… ${note} left out …]`, shown };
}
