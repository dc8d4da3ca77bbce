import { ParleyError } from '../core/errors.ts';
import { toPlainName } from '../core/files/file-name.ts';

/** What can be sent, for the end of a sentence. */
export const readable = 'pictures (PNG, JPEG, GIF, WebP), PDF, DOCX, text or recordings';

/**
 * The error for a file that can't be read. Its notice is `“name” ${what}.`, so `what` says what is the matter
 * and what to send instead: `is locked with a password: send it without one`.
 */
export function unreadable(name: string, what: string, cause?: unknown): ParleyError {
  return new ParleyError('file-unreadable', `“${toPlainName(name)}” ${what}.`, { cause });
}
