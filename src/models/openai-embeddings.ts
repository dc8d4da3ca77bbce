import { fetchWhole } from '../core/http-fetch.ts';
import type { EmbeddingModel, Embeddings, Logger } from '../core/ports.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { connectOpenAi, type OpenAiAccess } from './openai-client.ts';
import { toModelError } from './openai-errors.ts';
import { toRetryDelay } from './retry.ts';
import { wait } from './wait.ts';

/** Options of {@link createOpenAiEmbeddings}. */
export interface OpenAiEmbeddingsOptions extends OpenAiAccess {
  /** As the server knows it, for example `text-embedding-3-small`. */
  readonly model: string;
  /** Longest wait for an answer, in milliseconds. @default 60_000 */
  readonly idleTimeoutMs?: number;
  /** Longest time for a whole call, retries included, in milliseconds. @default 120_000 */
  readonly totalTimeoutMs?: number;
  /** Wait before the first retry where the server names none, in milliseconds; doubles. @default 500 */
  readonly retryDelayMs?: number;
  readonly logger?: Logger;
}

/**
 * Embeddings from OpenAI's servers or a compatible one. A call is made up to three times where the fault can pass.
 * @throws ParleyError `bad-settings` where the base URL is not a web address
 */
export function createOpenAiEmbeddings(options: OpenAiEmbeddingsOptions): EmbeddingModel {
  const { model, idleTimeoutMs = 60_000, totalTimeoutMs = 120_000, retryDelayMs = 500, logger } = options;
  const { client, official } = connectOpenAi(options);
  const whole = client.withOptions({ fetch: fetchWhole });

  async function ask(texts: readonly string[], { signal }: Deadline): Promise<Embeddings> {
    const { data, usage } = await whole.embeddings.create({ model, input: [...texts] }, { signal });
    if (data?.length !== texts.length)
      throw new Error(`The server sent ${data?.length} vectors for ${texts.length} texts.`);
    // Compatible servers leave out fields that the types promise.
    const vectors = data.toSorted((left, right) => (left.index ?? 0) - (right.index ?? 0));
    return { vectors: vectors.map(({ embedding }) => embedding), inputTokens: usage?.prompt_tokens ?? 0 };
  }

  /** Resolves when the call should be made again; else throws what the caller is to see. */
  async function recover(cause: unknown, attempt: number, deadline: Deadline): Promise<void> {
    deadline.relax();
    deadline.signal.throwIfAborted();
    const error = toModelError(cause, { model, official, shown: false, purpose: 'embeddings' });
    const delayMs = toRetryDelay(error, attempt, retryDelayMs);
    if (delayMs === undefined) throw error;
    logger?.warn('Embedding failed and is tried again', { attempt, delayMs: Math.round(delayMs), error });
    await wait(delayMs, deadline.signal);
  }

  return {
    id: model,
    async embed(texts, caller) {
      caller.throwIfAborted();
      if (texts.length === 0) return { vectors: [], inputTokens: 0 };
      const deadline = startDeadline(caller, { idleMs: idleTimeoutMs, totalMs: totalTimeoutMs });
      try {
        for (let attempt = 1; ; attempt += 1) {
          try {
            deadline.expect();
            return await ask(texts, deadline);
          } catch (error) {
            await recover(error, attempt, deadline);
          }
        }
      } finally {
        deadline.close();
      }
    },
  };
}
