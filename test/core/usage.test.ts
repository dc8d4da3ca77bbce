import { expect, it } from 'vitest';
import { addUsage, tokensOfAnswer } from '../../src/core/usage.ts';
import { createFakeModel } from '../fakes/model.ts';

const text = 'x'.repeat(400);
const usage = (outputTokens: number, thinkingTokens = 0) => ({
  ...{ inputTokens: 5, outputTokens, cachedTokens: 1, thinkingTokens },
});

it.each([
  ['by the server, where that can be right', usage(90), 90],
  ['without what was only thought', usage(1_090, 1_000), 90],
  ['by ourselves where the server says nothing', undefined, 100],
  ['by ourselves where the server counts nothing', usage(0), 100],
  ['by ourselves where the server counts more than the answer can have', usage(1_090), 100],
])('tokens of an answer are counted %s', (_how, told, tokens) => {
  expect(tokensOfAnswer(text, told, createFakeModel())).toBe(tokens);
});

it('adds what several calls used', () => {
  expect(addUsage(usage(10, 2), usage(20))).toEqual({
    ...{ inputTokens: 10, outputTokens: 30, cachedTokens: 2, thinkingTokens: 2 },
  });
  expect(addUsage(undefined, usage(1))).toEqual(usage(1));
  expect(addUsage(undefined, undefined)).toBeUndefined();
});
