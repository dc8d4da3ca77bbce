import { describe, expect, test } from 'vitest';
import { readFamily } from '../../src/models/families.ts';
import { createOpenAiModel } from '../../src/models/openai.ts';

describe('families', () => {
  test.each([
    ['gpt-4', 8192],
    ['gpt-4-0613', 8192],
    ['gpt-4-turbo-2024-04-09', 128_000],
    ['gpt-4-1106-preview', 128_000],
    ['gpt-4o-mini', 128_000],
    ['gpt-4.1-nano', 128_000],
    ['gpt-3.5-turbo', 16_385],
    ['gpt-6-luna', 128_000],
    ['openai/gpt-4', 8192],
    ['ft:gpt-3.5-turbo:acme::1', 16_385],
    ['o3', 128_000],
    ['llama3.3', 32_000],
  ])('%s takes %d tokens', (model, contextTokens) => {
    expect(readFamily(model).contextTokens).toBe(contextTokens);
  });

  test('a part of the context is kept back for the answer', () => {
    expect(createOpenAiModel({ model: 'gpt-4' })).toMatchObject({ contextTokens: 8192, outputTokens: 2048 });
    expect(createOpenAiModel({ model: 'gpt-5' })).toMatchObject({
      contextTokens: 128_000,
      outputTokens: 16_384,
    });
    const set = { contextTokens: 4000, outputTokens: 500 };
    expect(createOpenAiModel({ model: 'gpt-5', ...set })).toMatchObject(set);
  });
});
