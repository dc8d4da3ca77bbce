import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { ParleyError } from '../../core/errors.ts';
import type { ChatModel, ChatRequest, EmbeddingModel, Logger } from '../../core/ports.ts';
import type { Admission } from './admission.ts';
import { readJson } from './bodies.ts';
import { completionRequest, toMessages } from './completion-schemas.ts';
import { createChunks, createHead, toCompletion, toErrorEvent } from './completion-shapes.ts';
import type { EventStream, EventStreams } from './event-stream.ts';
import { embeddingRequest } from './schemas.ts';
import { personOf, type WebApp } from './web-env.ts';

/** What {@link addModelRoutes} needs. */
export interface ModelRoutesOptions {
  readonly completions: Pick<ChatModel, 'id' | 'stream' | 'complete'>;
  readonly embeddings: EmbeddingModel;
  readonly streams: EventStreams;
  readonly admission: Admission;
  readonly logger: Logger;
}

/** What asks the model directly and remembers nothing: OpenAI's interface, and vectors. */
export function addModelRoutes(app: WebApp, options: ModelRoutesOptions): void {
  const { completions, embeddings, streams, admission, logger } = options;
  const created = Math.floor(Date.now() / 1_000);

  app.get('/v1/models', (context) =>
    context.json({
      object: 'list',
      data: [{ id: completions.id, object: 'model', created, owned_by: 'parley' }],
    }),
  );

  app.post('/v1/chat/completions', async (context) => {
    const request = await readJson(context.env.incoming, completionRequest);
    const person = personOf(context);
    const asker = request.safety_identifier ?? request.user ?? person;
    const chat = { messages: toMessages(request), endUser: createHash('sha256').update(asker).digest('hex') };
    const { outgoing } = context.env;
    return admission.run(person, outgoing, async (signal) => {
      if (request.stream === true) {
        await streamCompletion(chat, outgoing, signal, request.stream_options?.include_usage === true);
        return RESPONSE_ALREADY_SENT;
      }
      const { text, reason, usage } = await completions.complete(chat, signal);
      return context.json(toCompletion(createHead(completions.id), text, reason, usage));
    });
  });

  app.post('/api/embeddings', async (context) => {
    const { input } = await readJson(context.env.incoming, embeddingRequest);
    const texts = typeof input === 'string' ? [input] : input;
    const person = personOf(context);
    return admission.run(person, context.env.outgoing, async (signal) => {
      const { vectors, inputTokens } = await embeddings.embed(texts, signal);
      return context.json({ model: embeddings.id, vectors, usage: { inputTokens } });
    });
  });

  /** A fault before the first words is thrown, and so has a status; a later one is told in the stream. */
  async function streamCompletion(
    request: ChatRequest,
    outgoing: ServerResponse,
    signal: AbortSignal,
    withUsage: boolean,
  ): Promise<void> {
    const chunks = createChunks(createHead(completions.id), withUsage);
    let stream: EventStream | undefined;
    try {
      await completions.stream(request, signal, (event) => {
        if (stream === undefined) {
          stream = streams.open(outgoing);
          stream.write(chunks.first);
        }
        if (event.type === 'finish') stream.write(chunks.last(event.reason, event.usage));
        else if (event.type === 'text-delta') stream.write(chunks.delta(event.text));
        // Nobody can come back to it, so a slow reader slows the model instead of being cut off.
        return stream.drained(signal);
      });
    } catch (error) {
      if (stream === undefined) throw error;
      if (!signal.aborted) logger.warn('a completion broke off', { error });
      stream.write(toErrorEvent(signal.aborted ? signal.reason : error));
    }
    if (stream === undefined) throw new ParleyError('cut-off', 'The model ended without an answer.');
    stream.end();
  }
}
