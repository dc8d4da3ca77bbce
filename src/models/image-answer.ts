import type { IncomingMessage } from 'node:http';
import { addAbortSignal } from 'node:stream';
import { EndedEarlyError, readText } from '../core/http-fetch.ts';
import type { ImageUsage } from '../core/picture-ports.ts';
import type { Picture } from '../core/ports.ts';
import { toChunk } from './chat-chunk.ts';
import type { Deadline } from './deadline.ts';
import { readEvents, type ServerEvent } from './event-stream.ts';
import { decodePicture, LinkedPictureError } from './picture-bytes.ts';

/** What a server sends of one picture: previews, then the picture. */
export type ImageAnswer =
  | { readonly type: 'preview'; readonly picture: Picture }
  | { readonly type: 'picture'; readonly picture: Picture; readonly usage?: ImageUsage };

/** A picture on the wire, whole or as an event. Compatible servers leave out fields that OpenAI's types promise. */
interface WireImage {
  readonly type?: string;
  readonly b64_json?: string | null;
  readonly url?: string | null;
  readonly usage?: Readonly<Record<string, unknown>> | null;
}

/**
 * Reads the answer to a request for one picture, streamed or in one piece, whichever the server chose.
 * @throws LinkedPictureError; EndedEarlyError where no picture came; Error where what came is none
 */
export async function* readImageAnswer(
  incoming: IncomingMessage,
  deadline: Deadline,
): AsyncGenerator<ImageAnswer> {
  const { signal } = deadline;
  if (!incoming.headers['content-type']?.startsWith('text/event-stream')) {
    const text = await readText(addAbortSignal(signal, incoming), mostCharacters);
    deadline.relax();
    if (text === undefined) throw new Error('The answer was too long.');
    const { data, usage } = toChunk<{ readonly data?: readonly WireImage[] } & WireImage>({ data: text });
    yield toFinal({ ...data?.[0], ...(usage && { usage }) });
    return;
  }
  for await (const event of eventsOf(incoming, signal)) {
    deadline.relax();
    signal.throwIfAborted();
    const image = toChunk<WireImage>(event);
    const type = image.type ?? event.event ?? '';
    if (type.endsWith('.completed')) {
      yield toFinal(image);
      return;
    }
    const picture = type.endsWith('.partial_image') ? decodePicture(image.b64_json ?? '') : undefined;
    // A preview that can't be read is no loss.
    if (picture !== undefined) yield { type: 'preview', picture };
    deadline.expect();
  }
  signal.throwIfAborted();
  throw new EndedEarlyError('The server ended its answer without a picture.');
}

/** The events as an iterable: megabytes each, so that the server waits for whoever reads. Left early, it ends the connection. */
async function* eventsOf(incoming: IncomingMessage, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const { readable, writable } = new TransformStream<ServerEvent, ServerEvent>();
  const writer = writable.getWriter();
  const reading = readEvents(incoming, signal, (event) => writer.write(event), bounds);
  reading
    .then(() => writer.close())
    .catch((error: unknown) => writer.abort(error))
    .catch(() => undefined);
  try {
    yield* readable;
  } finally {
    incoming.destroy();
  }
}

function toFinal({ b64_json, url, usage }: WireImage): ImageAnswer {
  const base64 = b64_json || (url?.startsWith('data:') ? url : undefined);
  if (base64 === undefined && url) throw new LinkedPictureError('The server sent a link.');
  const picture = decodePicture(base64 ?? '');
  if (picture === undefined) throw new Error('The server sent something that is no PNG, JPEG or WebP.');
  const counted = toUsage(usage ?? {});
  return { type: 'picture', picture, ...(counted && { usage: counted }) };
}

function toUsage({
  input_tokens: inputTokens,
  output_tokens: outputTokens,
}: Readonly<Record<string, unknown>>): ImageUsage | undefined {
  if (typeof inputTokens !== 'number' || typeof outputTokens !== 'number') return undefined;
  return { inputTokens, outputTokens };
}

/** Characters of an answer with a picture of 50 MB in base64. */
const mostCharacters = 51_000_000;
const bounds = { longestEvent: mostCharacters, mostWaiting: 4 };
