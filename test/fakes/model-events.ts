import type { ChatModel, ChatRequest, ModelEvent } from '../../src/core/ports.ts';

/** For calls that nobody stops. */
const forever = new AbortController().signal;

/** A model's answer as an iterable: the model waits for whoever reads. Left early, the call is aborted. */
export async function* streamOf(
  model: Pick<ChatModel, 'stream'>,
  request: ChatRequest,
  signal: AbortSignal = forever,
): AsyncGenerator<ModelEvent, undefined> {
  const left = new AbortController();
  const { readable, writable } = new TransformStream<ModelEvent, ModelEvent>();
  const writer = writable.getWriter();
  const streaming = model.stream(request, AbortSignal.any([signal, left.signal]), (event) =>
    // Whoever left hears nothing more.
    writer.write(event).catch(() => undefined),
  );
  streaming.then(() => writer.close()).catch((error: unknown) => writer.abort(error));
  try {
    yield* readable;
  } finally {
    left.abort(new Error('nobody reads on'));
    await streaming.catch(() => undefined);
  }
  return undefined;
}

/** All events of an answer. */
export async function collect(...call: Parameters<typeof streamOf>): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of streamOf(...call)) events.push(event);
  return events;
}

/** The text of a stream's deltas. */
export function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}
