/** What a document worker is started with. */
export interface DocumentJob {
  readonly kind: 'pdf' | 'docx';
  readonly bytes: Uint8Array;
  readonly mostCharacters: number;
  /** It should come to an end by itself within so many milliseconds, with what it has by then. */
  readonly patienceMs: number;
}

/**
 * Why a document gives no text: `locked` with a password, `pictures` only, `empty`, `too-large` unpacked,
 * `damaged` in any other way.
 */
export type DocumentFault = 'locked' | 'pictures' | 'empty' | 'too-large' | 'damaged';

/** What a document worker answers, once. `detail` is for the log. */
export type DocumentAnswer =
  | { readonly about: string; readonly text: string }
  | { readonly fault: DocumentFault; readonly detail?: string };
