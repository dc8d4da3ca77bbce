import type { ChatMessage } from '../../core/ports.ts';

/** Something a person said, as the demo model sees it. */
export interface Saying {
  /** Who said it, where the text tells (`Ada: hello`). */
  readonly speaker?: string;
  /** Without the name. */
  readonly text: string;
}

/** What the people in a conversation said, oldest first. */
export function readSayings(messages: readonly ChatMessage[]): Saying[] {
  return messages.filter((message) => message.role === 'user').map((message) => toSaying(message.text));
}

/** In a thread that several people share a message begins with a name: `Ada Lovelace: hello`. */
function toSaying(raw: string): Saying {
  const [, speaker, text] = /^([^\s:][^\n:?!]{0,60}): +(\S.*)$/su.exec(raw) ?? [];
  return speaker === undefined ? { text: raw.trim() } : { speaker, text: text!.trim() };
}

/** A text on one line, cut after so many characters, fit to stand in a quotation. */
export function toQuotation(text: string, most = 160): string {
  const letters = Array.from(text.replace(/\s+/g, ' ').trim());
  return letters.length <= most ? letters.join('') : `${letters.slice(0, most - 1).join('')}…`;
}
