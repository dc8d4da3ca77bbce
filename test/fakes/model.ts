import type {
  ChatMessage,
  ChatModel,
  FinishReason,
  ModelEvent,
  Tool,
  ToolCall,
  Usage,
} from '../../src/core/ports.ts';

/** A call that the model got; the test speaks for it. */
export interface ModelCall {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly Tool[];
  readonly signal: AbortSignal;
  call(call: ToolCall): void;
  say(text: string): void;
  finish(reason?: FinishReason, usage?: Usage): void;
  fail(error: unknown): void;
}

/** A model that says what a test makes it say. */
export interface FakeModel extends ChatModel {
  readonly calls: readonly ModelCall[];
  /** Set: every call is answered at once with what this returns. */
  reply: ((messages: readonly ChatMessage[]) => string) | undefined;
  /** Resolves once so many calls have come. */
  called(times: number): Promise<ModelCall>;
}

/** Creates a model that counts a token per four characters. */
export function createFakeModel(change: Partial<Pick<ChatModel, 'contextTokens'>> = {}): FakeModel {
  const calls: ModelCall[] = [];
  let arrived = Promise.withResolvers<void>();
  return {
    id: 'fake',
    contextTokens: change.contextTokens ?? 8_000,
    outputTokens: 1_000,
    countTokens: (text) => Math.ceil(text.length / 4),
    calls,
    reply: undefined,
    async called(times) {
      while (calls.length < times) await arrived.promise;
      return calls[times - 1]!;
    },
    async stream({ messages, tools = [] }, signal, listen) {
      const queue: (() => string | ToolCall)[] = [];
      let wake = Promise.withResolvers<void>();
      const put = (step: () => string | ToolCall) => {
        queue.push(step);
        wake.resolve();
        wake = Promise.withResolvers();
      };
      let finished: Extract<ModelEvent, { type: 'finish' }> | undefined;
      calls.push({
        messages,
        tools,
        signal,
        call: (call) => put(() => call),
        say: (text) => put(() => text),
        finish: (reason = 'stop', usage) =>
          put(() => {
            finished = { type: 'finish', reason, ...(usage && { usage }) };
            return '';
          }),
        fail: (error) =>
          put(() => {
            throw error;
          }),
      });
      arrived.resolve();
      arrived = Promise.withResolvers();
      const abort = () => put(() => '');
      signal.addEventListener('abort', abort, { once: true });
      if (this.reply !== undefined) {
        calls.at(-1)!.say(this.reply(messages));
        calls.at(-1)!.finish();
      }
      for (;;) {
        signal.throwIfAborted();
        const step = queue.shift();
        if (step === undefined) {
          await wake.promise;
          continue;
        }
        const said = step();
        signal.throwIfAborted();
        if (finished !== undefined) return listen(finished);
        await listen(
          typeof said === 'string' ? { type: 'text-delta', text: said } : { type: 'tool-call', call: said },
        );
      }
    },
    complete: async () => ({ text: '', reason: 'stop' }),
  };
}
