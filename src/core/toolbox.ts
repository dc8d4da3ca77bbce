import type { Tool, ToolCall } from './ports.ts';

/** What the chat model may have done while it answers one question. */
export interface Toolbox {
  readonly tools: readonly Tool[];
  /**
   * Does what a call asks for.
   * @returns what the model is told of it, also where it failed. Rejects only with the signal's reason.
   */
  use(call: ToolCall, signal: AbortSignal): Promise<string>;
}
