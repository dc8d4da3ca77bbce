import { APIError } from 'openai';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { ServerEvent } from './event-stream.ts';

/**
 * The chunk of an answer that an event holds.
 * @throws APIError where the server reports a failure in mid-stream; SyntaxError where it is not JSON
 */
export function toChunk({ event, data }: ServerEvent): ChatCompletionChunk {
  const chunk: unknown = JSON.parse(data);
  const { error } = (chunk ?? {}) as { readonly error?: object | null };
  if (event === 'error') throw new APIError(undefined, error ?? (chunk as object), undefined, undefined);
  if (error) throw new APIError(undefined, error, undefined, undefined);
  return (chunk ?? {}) as ChatCompletionChunk;
}
