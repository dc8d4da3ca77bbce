import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GptEncoding } from 'gpt-tokenizer/GptEncoding';

// Read with this file, not on the first count: counting is synchronous, and the time that the vocabulary takes would
// otherwise fall into somebody's first question. Who does not need an OpenAI model does not import this file. The
// library's own module of it is 2 MB of source, whose compilation leaves 20 MB behind that are never used again.
const { countTokens } = GptEncoding.getEncodingApi('o200k_base', readVocabulary);

/** The tokens by rank (a line for each, in base64): as text, or as bytes where they are no text of their own. */
function readVocabulary(): (string | number[])[] {
  const path = fileURLToPath(import.meta.resolve('gpt-tokenizer/data/o200k_base.tiktoken'));
  const tokens: (string | number[])[] = [];
  const lines = readFileSync(path, 'latin1');
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(' ', start);
    const bytes = Buffer.from(lines.slice(start, end), 'base64');
    const isText = isUtf8(bytes) && !(bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf);
    tokens.push(isText ? bytes.toString() : [...bytes]);
    const next = lines.indexOf('\n', end);
    start = next < 0 ? lines.length : next + 1;
  }
  return tokens;
}

// A byte pair tokenizer takes quadratic time over a run of one kind of character: 10 s for 100,000 spaces.
// Cut into pieces of this length it is linear (at worst 2.5 ms per 1,000 characters), and the count is too
// high by no more than a token per cut. Words are shorter than this, so ordinary text is not cut at all.
const longRun = /\S{128}|\s{128}/gu;

// What looks like a control token in a person's text is counted as the ordinary text that it is.
const asText = { disallowedSpecial: new Set<string>() };

/**
 * A counter of tokens by OpenAI's `o200k_base` vocabulary, raised by the factor `margin` where the model may
 * count otherwise. Exact for ordinary text with a margin of 1; never throws; time is linear in the length.
 */
export function createTokenCounter(margin: number): (text: string) => number {
  // What every prompt begins with is counted again and again.
  const counted = new Map<string, number>();
  return (text) => {
    const known = counted.get(text);
    if (known !== undefined) return known;
    const tokens = Math.ceil(count(text) * margin);
    if (text.length > longestKept) return tokens;
    counted.set(text, tokens);
    const [oldest] = counted.keys();
    if (counted.size > mostKept && oldest !== undefined) counted.delete(oldest);
    return tokens;
  };
}

const longestKept = 4_000;
const mostKept = 100;

function count(text: string): number {
  let tokens = 0;
  let start = 0;
  for (const run of text.matchAll(longRun)) {
    const end = run.index + run[0].length;
    tokens += countTokens(text.slice(start, end), asText);
    start = end;
  }
  return tokens + countTokens(text.slice(start), asText);
}
