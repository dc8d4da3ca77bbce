import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ChatBody, EmbeddingsBody } from './answers.ts';
import { type Form, readForm } from './forms.ts';
import type { ImageBody } from './images.ts';

/** A request that reached the stand-in. */
export interface OpenAiRequest {
  readonly method: string;
  /** With the query, without the host: `/v1/chat/completions`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed; empty for requests without a body. A request for embeddings has `input` in place of `messages`. */
  readonly body: ChatBody & Partial<Omit<EmbeddingsBody, 'model'>> & Omit<Partial<ImageBody>, keyof ChatBody>;
  /** Of a request that uploads files; its `body` holds the model alone. */
  readonly form?: Form;
  /** Resolves when the client has gone away before the answer was whole. */
  readonly aborted: Promise<void>;
  /** True from then on. */
  readonly isAborted: boolean;
}

/** Reads a request. */
export async function recordRequest(
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<OpenAiRequest> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  let isAborted = false;
  response.on('close', () => {
    if (response.writableFinished) return;
    isAborted = true;
    resolve();
  });
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  const form = await readForm(incoming.headers['content-type'], bytes);
  const json = form === undefined ? bytes.toString() : JSON.stringify({ model: form.fields.model });
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    body: JSON.parse(json === '' ? '{}' : json) as ChatBody,
    ...(form && { form }),
    aborted,
    get isAborted() {
      return isAborted;
    },
  };
}
