import { setImmediate as nextTurn } from 'node:timers/promises';
import { tearsPair } from '../live/graphemes.ts';
import type { ChatModel } from '../ports.ts';

/**
 * Tokens of a long text, counted in steps with room between them for everything else: some texts take seconds. Too high by a token
 * per step at most.
 * @throws the signal's reason
 */
export async function countTokens(
  text: string,
  model: Pick<ChatModel, 'countTokens'>,
  signal: AbortSignal,
): Promise<number> {
  let tokens = 0;
  for (let at = 0; at < text.length; ) {
    if (at > 0) await nextTurn();
    signal.throwIfAborted();
    const step = Math.min(text.length, at + stepCharacters);
    const end = tearsPair(text, step) ? step + 1 : step;
    tokens += model.countTokens(text.slice(at, end));
    at = end;
  }
  return tokens;
}

const stepCharacters = 8_000;
