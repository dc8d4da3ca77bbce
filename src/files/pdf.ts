import { getDocumentProxy } from 'unpdf';
import { counted, grouped } from '../core/files/figures.ts';
import { graphemeStart } from '../core/live/graphemes.ts';
import type { DocumentAnswer, DocumentJob } from './document-job.ts';

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
 */
export async function readPdf({ bytes, mostCharacters, patienceMs }: DocumentJob): Promise<DocumentAnswer> {
  const until = performance.now() + patienceMs;
  let pdf: Pdf;
  try {
    pdf = await getDocumentProxy(bytes, { verbosity: 0, useSystemFonts: false, maxImageSize: 0 });
  } catch (error) {
    const locked = error instanceof Error && error.name === 'PasswordException';
    return { fault: locked ? 'locked' : 'damaged', detail: String(error) };
  }
  const total = pdf.numPages;
  const most = Math.max(0, Math.floor(mostCharacters));
  let text = '';
  let readTo = 0;
  let words = false;
  while (readTo < Math.min(total, mostPages) && text.length <= most) {
    if (performance.now() > until || (!words && readTo >= mostWordless)) break;
    const page = await textOf(pdf, readTo + 1);
    readTo++;
    words ||= page !== '';
    text += `${text === '' ? '' : '\n\n'}[page ${readTo}]\n${page === '' ? '(no text)' : page}`;
  }
  if (!words) return { fault: readTo < total && readTo === 0 ? 'damaged' : 'pictures' };
  return { about: `PDF, ${counted(total, 'page')}`, text: fitted(text, most, readTo, total) };
}

async function textOf(pdf: Pdf, number: number): Promise<string> {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  const text = items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
  page.cleanup();
  return text.trim();
}

function fitted(text: string, most: number, readTo: number, total: number): string {
  if (text.length <= most && readTo === total) return text;
  const room = most - noteRoom;
  if (room < 1) return text.slice(0, graphemeStart(text, 0, Math.min(most, text.length)));
  const kept = text.slice(0, graphemeStart(text, 0, Math.min(room, text.length)));
  const lastShown = kept.lastIndexOf('[page ');
  const shown = Number.parseInt(kept.slice(lastShown + '[page '.length), 10) || readTo;
  const rest = text.length > kept.length ? 'the rest of page ' : 'what follows page ';
  const note =
    shown < total
      ? `${rest}${grouped(shown)} and all up to page ${grouped(total)}`
      : `${rest}${grouped(shown)}`;
  return `${kept}\n[… ${note} left out …]`;
}
