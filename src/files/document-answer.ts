/**
 * Why a document gives no text: `locked` with a password, `pictures` only, `unmapped` where its fonts don't say which
 * characters they show, `empty`, `too-large` unpacked, `damaged` in any other way.
 */
export type DocumentFault = 'locked' | 'pictures' | 'unmapped' | 'empty' | 'too-large' | 'damaged';

/** What came of reading a document. `detail` is for the log. */
export type DocumentAnswer =
  | { readonly about: string; readonly text: string }
  | { readonly fault: DocumentFault; readonly detail?: string };

/** How a document is read. */
export interface DocumentOptions {
  readonly mostCharacters: number;
  /** It should come to an end by itself within so many milliseconds, with what it has by then. */
  readonly patienceMs: number;
}
