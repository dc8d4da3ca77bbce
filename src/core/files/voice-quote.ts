import type { Turn } from '../ports.ts';

/**
 * What was heard in a question's recordings, quoted above the answer; empty where there were none.
 * @param smallPrint what a line begins with to stand in small, where the place has such a thing: Markdown has not, and a quote
 * sets it off well enough
 */
export function toVoiceQuote(turns: readonly Turn[], smallPrint = ''): string {
  const lines = turns
    .flatMap(({ files = [] }) => files)
    .flatMap(({ kind, digest }) =>
      kind === 'recording' && digest !== undefined ? [`> ${smallPrint}🎤 ${shorten(digest)}`] : [],
    );
  return lines.length === 0 ? '' : `${lines.join('\n>\n')}\n\n`;
}

/** What of a reply is the answer, where it began with a quote. */
export function withoutQuote(delivered: string, quote: string): string {
  return delivered.startsWith(quote) ? delivered.slice(quote.length) : '';
}

function shorten(heard: string): string {
  const letters = Array.from(heard.replace(/\s+/g, ' ').trim());
  return letters.length <= longest
    ? letters.join('')
    : `${letters
        .slice(0, longest - 1)
        .join('')
        .trimEnd()}…`;
}

const longest = 300;
