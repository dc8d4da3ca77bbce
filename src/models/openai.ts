import type { ChatCompletionCreateParamsBase } from 'openai/resources/chat/completions';
import { ParleyError } from '../core/errors.ts';
import { EndedEarlyError, fetchStream, fetchWhole, type StreamedResponse } from '../core/http-fetch.ts';
import type {
  ChatModel,
  ChatRequest,
  Completion,
  FinishReason,
  Logger,
  ModelEvent,
  ModelListener,
} from '../core/ports.ts';
import { gatherAnswer, toUsage } from './chat-answer.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { readEvents } from './event-stream.ts';
import { readFamily } from './families.ts';
import { connectOpenAi, type OpenAiAccess } from './openai-client.ts';
import { refusedNotice, toModelError } from './openai-errors.ts';
import { toParam, toToolParam } from './openai-messages.ts';
import { toRetryDelay } from './retry.ts';
import { createTokenCounter } from './tokens.ts';
import { wait } from './wait.ts';

/** Options of {@link createOpenAiModel}. */
export interface OpenAiModelOptions extends OpenAiAccess {
  /** As the server knows it. */
  readonly model: string;
  /** @default what is known of the model's family, at most 128,000; 32,000 for models that are not OpenAI's */
  readonly contextTokens?: number;
  /**
   * With it, answers are limited to so many tokens (thinking included).
   * @default not limited; a quarter of the context, at most 16,384, is kept back
   */
  readonly outputTokens?: number;
  /** Longest silence between two chunks and before the first, in milliseconds. @default 60_000 */
  readonly idleTimeoutMs?: number;
  /** Longest time for a whole answer, retries included, in milliseconds. @default 600_000 */
  readonly totalTimeoutMs?: number;
  /** Wait before the first retry where the server names none, in milliseconds; doubles. @default 500 */
  readonly retryDelayMs?: number;
  readonly logger?: Logger;
}

/**
 * A chat model on OpenAI's servers or a compatible one, by streamed chat completions. A call of which
 * nothing was shown yet is made up to three times where the fault can pass; an answer that ends without its
 * `finish_reason` is a fault. Timeouts, too, end with a ParleyError.
 * @throws ParleyError `bad-settings` where the base URL is not a web address
 */
export function createOpenAiModel(options: OpenAiModelOptions): ChatModel {
  const { model, idleTimeoutMs = 60_000, totalTimeoutMs = 600_000, retryDelayMs = 500, logger } = options;
  const { client, official } = connectOpenAi(options);
  const whole = client.withOptions({ fetch: fetchWhole });
  const streaming = client.withOptions({ fetch: fetchStream });
  const family = readFamily(model);
  const contextTokens = options.contextTokens ?? family.contextTokens;

  async function stream(request: ChatRequest, caller: AbortSignal, listen: ModelListener): Promise<void> {
    caller.throwIfAborted();
    const deadline = startDeadline(caller, { idleMs: idleTimeoutMs, totalMs: totalTimeoutMs });
    const { signal } = deadline;
    let shown = false;

    function tell(event: ModelEvent): undefined | Promise<void> {
      shown = true;
      const listening = listen(event);
      if (!listening) return undefined;
      // Whoever listens may take their time: that is no silence of the server's.
      deadline.relax();
      return listening.then(deadline.expect);
    }

    /** Of what follows the reading, during which no event comes after an abort. */
    async function tellLast(event: ModelEvent): Promise<void> {
      // Not the deadline: the answer is whole, however long its last bytes take.
      caller.throwIfAborted();
      await tell(event);
    }

    try {
      for (let attempt = 1; ; attempt += 1) {
        const answer = gatherAnswer();
        try {
          try {
            deadline.expect();
            const { incoming } = await open(request, signal);
            await readEvents(incoming, signal, (event) => {
              deadline.expect();
              const text = answer.take(event);
              return text === '' ? undefined : tell({ type: 'text-delta', text });
            });
            signal.throwIfAborted();
          } catch (error) {
            // With a reason the answer is whole: what broke is the usage after it.
            if (answer.reason === undefined || caller.aborted) throw error;
          }
          deadline.relax();
          const { usage } = answer;
          const end = toEnd(answer.reason, shown);
          // Of an answer that was cut short, the last call is cut short, too.
          const calls = end.reason === 'stop' ? answer.calls() : [];
          for (const call of calls) await tellLast({ type: 'tool-call', call });
          await tellLast({ type: 'finish', ...end, ...(usage && { usage }) });
          return;
        } catch (error) {
          await recover(error, attempt, shown, deadline, request);
        }
      }
    } finally {
      deadline.close();
    }
  }

  async function complete(request: ChatRequest, caller: AbortSignal): Promise<Completion> {
    caller.throwIfAborted();
    const deadline = startDeadline(caller, { idleMs: idleTimeoutMs, totalMs: totalTimeoutMs });
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await readWhole(request, deadline);
        } catch (error) {
          await recover(error, attempt, false, deadline, request);
        }
      }
    } finally {
      deadline.close();
    }
  }

  /** Resolves when the call should be made again; else throws what the caller is to see. */
  async function recover(
    cause: unknown,
    attempt: number,
    shown: boolean,
    deadline: Deadline,
    { messages, tools = [] }: ChatRequest,
  ): Promise<void> {
    deadline.relax();
    // The SDK has several errors of its own for an abort; ours says who did it.
    deadline.signal.throwIfAborted();
    const error = toModelError(cause, {
      ...{ model, official, shown },
      pictures: messages.some((message) => message.pictures !== undefined),
      tools: tools.length > 0,
    });
    const delayMs = shown ? undefined : toRetryDelay(error, attempt, retryDelayMs);
    if (delayMs === undefined) throw error;
    logger?.warn('The model call failed and is made again', { attempt, delayMs: Math.round(delayMs), error });
    await wait(delayMs, deadline.signal);
  }

  async function open(request: ChatRequest, signal: AbortSignal): Promise<StreamedResponse> {
    const { tools = [] } = request;
    const response = await streaming.chat.completions
      .create(
        {
          ...toBody(request),
          // An empty list is refused.
          ...(tools.length > 0 && { tools: tools.map(toToolParam) }),
          stream: true,
          // Padding against eavesdroppers who guess words by packet size: it doubles the bytes. Only
          // OpenAI's own servers add it, others might refuse the field.
          stream_options: { include_usage: true, ...(official && { include_obfuscation: false }) },
        },
        { signal },
      )
      .asResponse();
    // By the SDK's own word every answer comes from the fetch it was given.
    return response as StreamedResponse;
  }

  async function readWhole(request: ChatRequest, deadline: Deadline): Promise<Completion> {
    const answer = await whole.chat.completions.create(toBody(request), { signal: deadline.signal });
    const choice = answer.choices?.[0];
    const text = choice?.message?.content || choice?.message?.refusal || '';
    const usage = toUsage(answer.usage);
    return { text, ...toEnd(choice?.finish_reason, text !== ''), ...(usage && { usage }) };
  }

  function toBody({ messages, endUser }: ChatRequest) {
    return {
      model,
      messages: messages.map(toParam),
      ...(options.outputTokens !== undefined && { max_completion_tokens: options.outputTokens }),
      // Compatible servers may refuse what they don't know.
      ...(official && endUser !== undefined && { safety_identifier: endUser }),
    } satisfies ChatCompletionCreateParamsBase;
  }

  return {
    id: model,
    contextTokens,
    outputTokens: options.outputTokens ?? Math.min(16_384, Math.floor(contextTokens / 4)),
    countTokens: createTokenCounter(family.margin),
    stream,
    complete,
  };
}

/** @throws EndedEarlyError where there is no reason; ParleyError `refused` where a filter left nothing at all */
function toEnd(reason: string | undefined, shown: boolean): { readonly reason: FinishReason } {
  if (reason === undefined) throw new EndedEarlyError('The server ended its answer without a finish_reason.');
  if (reason === 'length') return { reason: 'length' };
  if (reason !== 'content_filter') return { reason: 'stop' };
  if (!shown) throw new ParleyError('refused', refusedNotice);
  return { reason: 'filtered' };
}
