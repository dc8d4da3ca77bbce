/** Most characters of a text that {@link writeCharacters} writes; longer wishes are cut to it. */
export const longestText = 90_000;

/** A table, a list or a code block to look at. */
export const table = `| Place | What people do there | Parley answers |
| --- | --- | --- |
| a channel | mention it | in a thread |
| a thread | just go on talking | where you are |
| a direct message | write | right there |

Three columns, one header, no fuss.`;

export const code = `Here is how to count words in a text:

\`\`\`ts
export function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.toLowerCase().match(/\\p{L}+/gu) ?? []) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}
\`\`\`

Call \`countWords('to be or not to be')\` and "to" comes out with 2.`;

export const list = `1. **Ask** in a channel, a thread or a direct message.
2. **Watch** the answer grow:
   - the first words come at once,
   - the rest follows as it is written.
3. **Go on**: what was said before is remembered.`;

/** One of everything. */
export const everything = `## What an answer can look like

Words can be **bold**, *slanted*, ~~taken back~~ or \`code\`, and [links](https://example.com/) stay whole.

### A list

${list}

### A table

${table}

### Code

${code}

> A quotation, for a good end.`;

const sentences = [
  'The harbour wakes before the town does, and the first boats leave without a word.',
  'By nine the market is loud with oranges, rope and gossip.',
  'Somebody always asks about the weather, and somebody always knows better.',
  'At noon the square belongs to the pigeons and to whoever brought bread.',
  'In the afternoon the wind turns, and every door on the east side slams once.',
  'The evening ferry brings the papers, two tourists and a cat that travels alone.',
  'After dark the lighthouse counts to seven and starts again.',
];

/** A text of exactly so many characters, in numbered paragraphs, so that a missing piece is easy to see. */
export function writeCharacters(wanted: number): string {
  const length = Math.min(Math.max(1, wanted), longestText);
  return grow(length, (number) => {
    const first = sentences[number % sentences.length]!;
    const second = sentences[(number * 3 + 2) % sentences.length]!;
    return `Paragraph ${number}. ${first} ${second}\n\n`;
  });
}

/** One code block of exactly so many characters, its fences included (at least 60). */
export function writeCode(wanted: number): string {
  const opening = '```ts\n';
  const closing = '\n```';
  const length = Math.min(Math.max(60, wanted), longestText) - opening.length - closing.length;
  return `${opening}${grow(length, (number) => `const line${number} = ${number} * ${number}; // ${number * number}\n`)}${closing}`;
}

/** Pieces 1, 2, 3 … up to the length. The last is cut, and ends in a full stop rather than in a space. */
function grow(length: number, toPiece: (number: number) => string): string {
  let text = '';
  for (let number = 1; text.length < length; number += 1) text += toPiece(number);
  return text.slice(0, length).replace(/\s+$/, (blank) => '.'.repeat(blank.length));
}
