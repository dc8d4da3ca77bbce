import type { FileContent } from '../core/ports.ts';
import type { TextEncoding } from './text-encoding.ts';

/** What is read in a process of its own. */
export type JobKind =
  | { readonly kind: 'pdf' | 'docx' | 'picture' }
  | { readonly kind: 'text'; readonly encoding: TextEncoding };

/** What a reading process is told of a file; its bytes follow by the process's standard input. */
export type ReadingJob = JobKind & {
  readonly name: string;
  /** How many bytes follow. */
  readonly length: number;
  /** Of a text. */
  readonly mostCharacters: number;
  /** When it is given up, in milliseconds: it should come to an end by itself before that, with what it has by then. */
  readonly timeLimitMs: number;
};

/** What came of a file: its content, or the sentence that says why there is none. `detail` is for the log. */
export type ReadingAnswer =
  | { readonly content: FileContent }
  | { readonly notice: string; readonly detail?: string };

/**
 * What a reading process says: `ready` once, then an answer for each job, and now and then how many bytes of memory
 * it holds, as far as it comes to say so.
 */
export type ReadingMessage = 'ready' | { readonly answer: ReadingAnswer } | { readonly memory: number };
