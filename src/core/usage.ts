import type { Counters, Usage } from './ports.ts';

/** Counts a call of the model that came to its end. */
export function countUsage(counters: Counters, usage: Usage | undefined): void {
  counters.add('model.calls');
  counters.add('model.input-tokens', usage?.inputTokens ?? 0);
  counters.add('model.output-tokens', usage?.outputTokens ?? 0);
}
