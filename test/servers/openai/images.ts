import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type FailureAnswer, failure } from './answers.ts';
import type { Form } from './forms.ts';

/** The body of a request for pictures, as far as tests look at it; of a form all values are text. */
export interface ImageBody {
  readonly model: string;
  readonly prompt: string;
  readonly n?: number | string;
  readonly size?: string;
  readonly quality?: string;
  readonly background?: string;
  readonly output_format?: string;
  readonly response_format?: string;
  readonly stream?: boolean | string;
  readonly partial_images?: number | string;
  readonly safety_identifier?: string;
}

/** Tokens as the images endpoints call them. */
export interface WireImageUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** How the stand-in draws. */
export interface ImagesOptions {
  /** Previews before a picture, where they are asked for. @default as many as are asked for */
  readonly partials?: number;
  /** False: answers in one piece, whatever was asked for. @default true */
  readonly streams?: boolean;
  /** Fields that it does not know: whoever sends one gets a 400 that names it. @default none */
  readonly refuses?: readonly string[];
  /** Sends the address of the picture unless `response_format` is `b64_json`; `always`: even then. @default false */
  readonly links?: boolean | 'always';
  /** What is sent in place of a picture in base64. @default the picture */
  readonly base64?: string;
  /** `null`: none. @default 10 tokens in, 100 out */
  readonly usage?: WireImageUsage | null;
}

/** A picture, drawn as the options say: for one request. */
export interface ImageAnswer extends ImagesOptions {
  readonly kind: 'image';
}

/** A picture that the test sends piece by piece: see {@link imageByHand}. */
export interface HandImageAnswer {
  readonly kind: 'hand-image';
  take(writer: ImageWriter): void;
}

/** What a request for pictures can be told to get. */
export type ImageScript = ImageAnswer | HandImageAnswer | FailureAnswer;

/** Puts one picture on the wire. */
export interface ImageWriter {
  partial(index?: number): Promise<void>;
  completed(usage?: WireImageUsage): Promise<void>;
  /** An error in the stream, which then ends. */
  error(error: Readonly<Record<string, unknown>>): Promise<void>;
  raw(bytes: string): Promise<void>;
  end(): Promise<void>;
  destroy(): Promise<void>;
}

/** A picture that the test sends piece by piece. Every call waits for the request to be there. */
export interface HandImage extends HandImageAnswer, ImageWriter {
  /** Resolves once the request has arrived and the headers of the answer are out. */
  readonly asked: Promise<void>;
}

/** Draws a picture as the options say. */
export function image(options: ImagesOptions = {}): ImageAnswer {
  return { kind: 'image', ...options };
}

/** A picture that the test sends piece by piece, as a stream. */
export function imageByHand(): HandImage {
  const { promise, resolve } = Promise.withResolvers<ImageWriter>();
  return {
    kind: 'hand-image',
    take: resolve,
    asked: promise.then(() => undefined),
    partial: async (index) => (await promise).partial(index),
    completed: async (usage) => (await promise).completed(usage),
    error: async (error) => (await promise).error(error),
    raw: async (bytes) => (await promise).raw(bytes),
    end: async () => (await promise).end(),
    destroy: async () => (await promise).destroy(),
  };
}

/** A request for a picture, as it came. */
export interface ImageCall {
  readonly body: ImageBody;
  readonly form?: Form;
  /** How many came before it: no two pictures are the same. */
  readonly number: number;
}

/** Answers a request for a picture; a refusal is given back. */
export async function answerImage(
  script: Exclude<ImageScript, FailureAnswer>,
  call: ImageCall,
  response: ServerResponse,
): Promise<FailureAnswer | undefined> {
  if (script.kind === 'hand-image') {
    script.take(streamed(call, response));
    return undefined;
  }
  const { body, form } = call;
  const unknown = (script.refuses ?? []).find((field) => field in body);
  if (unknown !== undefined) return refuse(`Unknown parameter: '${unknown}'.`, unknown, 'unknown_parameter');
  const missing = faultOf(call);
  if (missing !== undefined) return missing;
  const { links = false, streams = true, base64, usage = { input_tokens: 10, output_tokens: 100 } } = script;
  const asked = `${body.stream}` === 'true' && streams;
  if (asked) {
    const writer = streamed(call, response, base64);
    const partials = Math.min(script.partials ?? 3, Number(body.partial_images ?? 0));
    for (let index = 0; index < partials; index += 1) await writer.partial(index);
    await writer.completed(usage ?? undefined);
    return undefined;
  }
  const byLink = links === 'always' || (links && body.response_format !== 'b64_json');
  const url = `http://127.0.0.1:9/${form === undefined ? 'made' : 'changed'}.png`;
  const data = [byLink ? { url } : { b64_json: base64 ?? (await draw(call, 'whole')) }];
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ created: 1_700_000_000, data, ...(usage && { usage }) }));
  return undefined;
}

function faultOf({ body, form }: ImageCall): FailureAnswer | undefined {
  if (body.prompt === undefined) return refuse("Missing required parameter: 'prompt'.", 'prompt');
  if (body.size !== undefined && body.size !== 'auto' && !/^\d+x\d+$/.test(body.size))
    return refuse(`Invalid value: '${body.size}'.`, 'size', 'invalid_value');
  if (form === undefined) return undefined;
  const images = (form.files ?? []).filter(({ field }) => field === 'image' || field === 'image[]');
  if (images.length === 0) return refuse("Missing required parameter: 'image'.", 'image');
  return images.every(({ name }) => /\.(png|jpe?g|webp)$/.test(name))
    ? undefined
    : refuse('Unsupported file', 'image');
}

function refuse(message: string, param: string, code = 'invalid_value'): FailureAnswer {
  return failure(400, { body: { error: { message, type: 'invalid_request_error', param, code } } });
}

function streamed(call: ImageCall, response: ServerResponse, base64?: string): ImageWriter {
  const prefix = call.form === undefined ? 'image_generation' : 'image_edit';
  const { size = 'auto', quality = 'auto', background = 'auto', output_format = 'png' } = call.body;
  const send = (event: Readonly<Record<string, unknown>>) => {
    const data = { ...event, created_at: 1_700_000_000, size, quality, background, output_format };
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'x-request-id': 'req_image',
  });
  response.flushHeaders();
  return {
    async partial(index = 0) {
      const b64_json = await draw(call, `partial ${index}`);
      send({ type: `${prefix}.partial_image`, b64_json, partial_image_index: index });
    },
    async completed(usage) {
      const b64_json = base64 ?? (await draw(call, 'whole'));
      send({ type: `${prefix}.completed`, b64_json, ...(usage && { usage }) });
      response.end();
    },
    async error(error) {
      response.end(`event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`);
    },
    raw: async (bytes) => void response.write(bytes),
    end: async () => void response.end(),
    destroy: async () => void response.socket?.destroy(),
  };
}

/** A small picture in the asked proportions and format: no two requests and no two states look the same. */
async function draw({ body, number }: ImageCall, state: string): Promise<string> {
  const [, width = '1024', height = '1024'] = /^(\d+)x(\d+)$/.exec(body.size ?? '') ?? [];
  const [r = 0, g = 0, b = 0] = createHash('sha256').update(`${body.prompt} ${number} ${state}`).digest();
  // Most tests draw nothing.
  const { default: sharp } = await import('sharp');
  const alpha = body.background === 'transparent' ? 0.5 : 1;
  const size = { width: toPixels(width), height: toPixels(height) };
  const drawn = sharp({ create: { ...size, channels: 4, background: { r, g, b, alpha } } });
  const { output_format: format = 'png' } = body;
  const bytes = await (format === 'jpeg'
    ? drawn.flatten().jpeg()
    : format === 'webp'
      ? drawn.webp()
      : drawn.png()
  ).toBuffer();
  return bytes.toString('base64');
}

function toPixels(side: string): number {
  return Math.max(1, Math.round(Number(side) / 16));
}
