import type { ChatModel, ChatRequest, Completion, ModelListener } from '../core/ports.ts';
import { answerAsDemo } from './demo/answer.ts';
import { estimateTokens } from './demo/tokens.ts';
import { wait } from './wait.ts';

/** Options of {@link createDemoModel}. */
export interface DemoModelOptions {
  /** Words per second; `Infinity` takes no time at all. @default 60 */
  readonly tokensPerSecond?: number;
}

/**
 * The model that answers where no other is set up: on this machine, without a network, the same answer to
 * the same conversation every time. It says what it is in the first reply of every conversation, remembers
 * what it was told in it, shows what Markdown looks like, and writes answers of any length up to
 * {@link ./demo/showcase.ts longestText} characters. Asked for a picture it calls the tool `make_image`, if there is one. It understands only the few phrases that it lists when
 * asked for help, in English.
 */
export function createDemoModel({ tokensPerSecond = 60 }: DemoModelOptions = {}): ChatModel {
  async function stream(request: ChatRequest, signal: AbortSignal, listen: ModelListener): Promise<void> {
    const { text: answer, call } = answerAsDemo(request.messages, request.tools);
    const words = answer.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
    const start = performance.now();
    for (const [index, text] of words.entries()) {
      signal.throwIfAborted();
      // Against the start, not the last word: a late timer does not slow the rest down.
      const early = start + (index * 1000) / tokensPerSecond - performance.now();
      if (early > 0) await wait(early, signal);
      await listen({ type: 'text-delta', text });
    }
    signal.throwIfAborted();
    if (call !== undefined) await listen({ type: 'tool-call', call });
    signal.throwIfAborted();
    await listen({ type: 'finish', reason: 'stop' });
  }

  async function complete({ messages }: ChatRequest, signal: AbortSignal): Promise<Completion> {
    signal.throwIfAborted();
    return { text: answerAsDemo(messages).text, reason: 'stop' };
  }

  return {
    id: 'demo',
    contextTokens: 128_000,
    outputTokens: 32_000,
    countTokens: estimateTokens,
    stream,
    complete,
  };
}
