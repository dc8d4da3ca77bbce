import { APIError } from 'openai';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { ServerEvent } from './event-stream.ts';

/**
 * The chunk of an answer that an event holds; of other streams than a chat's, what they call so.
 * @throws APIError where the server reports a failure in mid-stream; SyntaxError where it is not JSON
 */
export function toChunk<Chunk = ChatCompletionChunk>({ event, data }: ServerEvent): Chunk {
  const chunk: unknown = JSON.parse(data);
  const { error } = (chunk ?? {}) as { readonly error?: object | null };
  if (event === 'error') throw new APIError(undefined, error ?? (chunk as object), undefined, undefined);
  if (error) throw new APIError(undefined, error, undefined, undefined);
  return (chunk ?? {}) as Chunk;
}
