import type { CompletionUsage } from 'openai/resources/completions';
import type { ToolCall, Usage } from '../core/ports.ts';
import { toChunk } from './chat-chunk.ts';
import type { ServerEvent } from './event-stream.ts';
import { gatherToolCalls, type ToolCalls } from './tool-calls.ts';

/** A streamed chat completion, put together event by event. */
export interface ChatAnswer {
  /**
   * Takes the next event.
   * @returns the words in it, mostly a token; a refusal is the model's own words, too
   * @throws as {@link toChunk}
   */
  take(event: ServerEvent): string;
  /** The `finish_reason`, once it has come. */
  readonly reason: string | undefined;
  readonly usage: Usage | undefined;
  /** The calls of tools; once the answer is whole. */
  calls(): readonly ToolCall[];
}

/** Begins an answer. */
export function gatherAnswer(): ChatAnswer {
  let reason: string | undefined;
  let usage: Usage | undefined;
  let calls: ToolCalls | undefined;
  return {
    get reason() {
      return reason;
    },
    get usage() {
      return usage;
    },
    calls: () => calls?.take() ?? [],
    take(event) {
      const chunk = toChunk(event);
      usage = toUsage(chunk.usage) ?? usage;
      // Compatible servers leave out fields that the types promise.
      const choice = chunk.choices?.[0];
      const delta = choice?.delta;
      if (delta?.tool_calls) {
        calls ??= gatherToolCalls();
        calls.add(delta.tool_calls);
      }
      reason = choice?.finish_reason ?? reason;
      return `${delta?.content ?? ''}${delta?.refusal ?? ''}`;
    },
  };
}

/** What the server counted, in our terms. */
export function toUsage(usage: CompletionUsage | null | undefined): Usage | undefined {
  if (!usage) return undefined;
  const thinkingTokens = usage.completion_tokens_details?.reasoning_tokens;
  return {
    ...(thinkingTokens && { thinkingTokens }),
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
  };
}
