import { ParleyError } from './errors.ts';
import type { ChatModel, ChatRequest, Counters, Logger } from './ports.ts';
import { countUsage } from './usage.ts';

/** What {@link createCompletions} needs. */
export interface CompletionsOptions {
  readonly model: ChatModel;
  /** The system prompt; blank: none. */
  readonly persona: string;
  readonly logger: Logger;
  readonly counters: Counters;
}

/**
 * The model as programs see it that bring their own conversation: with the persona before their messages, usage
 * counted and faults logged. Remembers nothing. Throws as the model does.
 */
export function createCompletions(
  options: CompletionsOptions,
): Pick<ChatModel, 'id' | 'stream' | 'complete'> {
  const { model, logger, counters } = options;
  const persona = options.persona.trim() === '' ? [] : [{ role: 'system', text: options.persona } as const];

  function dress(request: ChatRequest): ChatRequest {
    return { ...request, messages: [...persona, ...request.messages] };
  }

  function report(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) {
      counters.add('completion.stopped');
      return;
    }
    counters.add(`completion.failed.${error instanceof ParleyError ? error.code : 'unexpected'}`);
    logger.warn('a completion failed', { error });
  }

  return {
    id: model.id,

    async stream(request, signal, listen) {
      try {
        await model.stream(dress(request), signal, (event) => {
          if (event.type === 'finish') {
            countUsage(counters, event.usage);
            counters.add('completion.complete');
          }
          return listen(event);
        });
      } catch (error) {
        report(error, signal);
        throw error;
      }
    },

    async complete(request, signal) {
      try {
        const completion = await model.complete(dress(request), signal);
        countUsage(counters, completion.usage);
        counters.add('completion.complete');
        return completion;
      } catch (error) {
        report(error, signal);
        throw error;
      }
    },
  };
}
