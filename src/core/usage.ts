import type { ChatModel, Counters, Usage } from './ports.ts';

/** Counts a call of the model that came to its end. */
export function countUsage(counters: Counters, usage: Usage | undefined): void {
  counters.add('model.calls');
  counters.add('model.input-tokens', usage?.inputTokens ?? 0);
  counters.add('model.output-tokens', usage?.outputTokens ?? 0);
}

/** What several calls used together. */
export function addUsage(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    cachedTokens: one.cachedTokens + other.cachedTokens,
    thinkingTokens: (one.thinkingTokens ?? 0) + (other.thinkingTokens ?? 0),
  };
}

/**
 * Tokens of an answer: as the server counted them, where that can be right; counting takes longer than anything else that
 * is done with an answer.
 */
export function tokensOfAnswer(text: string, usage: Usage | undefined, model: ChatModel): number {
  const told = (usage?.outputTokens ?? 0) - (usage?.thinkingTokens ?? 0);
  return told >= text.length / 10 && told <= text.length / 2 ? told : model.countTokens(text);
}
