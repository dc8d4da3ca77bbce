// Loaded with this file, not on the first count: counting is synchronous, and the 0.2 s and 60 MB that the
// vocabulary takes would otherwise fall into somebody's first question. Who does not need an OpenAI model
// does not import this file.
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

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
  return (text) => Math.ceil(count(text) * margin);
}

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
