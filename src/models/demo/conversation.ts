import { type DescribedFile, splitFiles } from '../../core/files/file-text.ts';
import type { ChatMessage, Picture } from '../../core/ports.ts';

/** Something a person said, as the demo model sees it. */
export interface Saying {
  /** Who said it, where the text tells (`Ada: hello`). */
  readonly speaker?: string;
  /** Without the name, and without what came with it. */
  readonly text: string;
  readonly files?: readonly DescribedFile[];
  readonly pictures?: readonly Picture[];
}

/** What the people in a conversation said, oldest first. */
export function readSayings(messages: readonly ChatMessage[]): Saying[] {
  return messages.filter((message) => message.role === 'user').map(toSaying);
}

/** In a thread that several people share a message begins with a name: `Ada Lovelace: hello`. */
function toSaying({ text: raw, pictures }: ChatMessage): Saying {
  const { words, files } = splitFiles(raw);
  const came = { ...(files.length > 0 && { files }), ...(pictures !== undefined && { pictures }) };
  const [, speaker, text] = /^([^\s:][^\n:?!]{0,60}):(?: +(\S.*)|$)/su.exec(words) ?? [];
  // Somebody's message that is nothing but a file has a name and no words.
  if (speaker === undefined || (text === undefined && files.length === 0)) return { text: words, ...came };
  return { speaker, text: (text ?? '').trim(), ...came };
}

/** A text on one line, cut after so many characters, fit to stand in a quotation. */
export function toQuotation(text: string, most = 160): string {
  const letters = Array.from(text.replace(/\s+/g, ' ').trim());
  return letters.length <= most ? letters.join('') : `${letters.slice(0, most - 1).join('')}…`;
}
