/** What is known of a family of models. */
export interface ModelFamily {
  /** Tokens that a prompt and its answer may have together. */
  readonly contextTokens: number;
  /** By how much our count is raised, because the family's own tokenizer may find more tokens. */
  readonly margin: number;
}

// Newer OpenAI models take 200,000 to a million tokens. We use 128,000 of them: the whole prompt is paid
// for and read with every turn, and a thread of more than 128,000 tokens gains little from its oldest part.
// Whoever wants more sets `contextTokens`.
const ample = 128_000;

/** For names that start with it; the first that fits counts. */
const families: readonly (readonly [start: string, family: ModelFamily])[] = [
  ['gpt-3.5', { contextTokens: 16_385, margin: 1.25 }],
  ['gpt-4o', { contextTokens: ample, margin: 1 }],
  ['gpt-4.', { contextTokens: ample, margin: 1 }],
  ['gpt-4-32k', { contextTokens: 32_768, margin: 1.25 }],
  // These three came before o200k_base: their tokenizer, cl100k_base, needs more tokens outside English.
  ['gpt-4-turbo', { contextTokens: ample, margin: 1.25 }],
  ['gpt-4-1', { contextTokens: ample, margin: 1.25 }],
  ['gpt-4-0125', { contextTokens: ample, margin: 1.25 }],
  ['gpt-4', { contextTokens: 8192, margin: 1.25 }],
  ['gpt-5', { contextTokens: ample, margin: 1 }],
  ['gpt-oss', { contextTokens: ample, margin: 1 }],
  // No published tokenizer yet; each of OpenAI's so far needed fewer tokens than the one before.
  ['gpt-', { contextTokens: ample, margin: 1.1 }],
  ['chatgpt-', { contextTokens: ample, margin: 1.1 }],
  ['chat-latest', { contextTokens: ample, margin: 1.1 }],
  ['codex-', { contextTokens: ample, margin: 1 }],
  ['o1', { contextTokens: ample, margin: 1 }],
  ['o3', { contextTokens: ample, margin: 1 }],
  ['o4', { contextTokens: ample, margin: 1 }],
];

// Open models of the last two years take 32,000 tokens or more, and servers that give less refuse a longer
// prompt with a message that the person gets to see. Their vocabularies are smaller than OpenAI's.
const unknown: ModelFamily = { contextTokens: 32_000, margin: 1.25 };

/**
 * The family that a model's name tells, also behind a vendor (`openai/gpt-5-mini`) or a fine-tuning prefix
 * (`ft:gpt-4o-mini:…`); a cautious guess for names that are not OpenAI's.
 */
export function readFamily(model: string): ModelFamily {
  const name = model.toLowerCase().replace(/^ft:/, '').replace(/^.*\//, '');
  return families.find(([start]) => name.startsWith(start))?.[1] ?? unknown;
}
