/** What the stand-in can be told to answer. Plain descriptions; `server.ts` plays them. */

import type { ToolCallsAnswer } from './tool-calls.ts';
import type { AnswerWriter } from './writers.ts';

/** A part of a message that is more than text. */
export type WirePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string; readonly detail?: string } };

/** The body of a chat completion request, as far as tests look at it. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly WireMessage[];
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean; readonly include_obfuscation?: boolean };
  readonly max_completion_tokens?: number;
  readonly safety_identifier?: string;
  readonly tools?: readonly WireTool[];
}

/** A tool that a model is offered. */
export interface WireTool {
  readonly type: string;
  readonly function: { readonly name: string; readonly description?: string; readonly parameters?: unknown };
}

/** A message of a prompt. */
export interface WireMessage {
  readonly role: string;
  /** Text, or parts where there are pictures: {@link wordsOf} and {@link picturesOf} read both. */
  readonly content: string | readonly WirePart[] | null;
  /** Of an assistant. */
  readonly tool_calls?: readonly unknown[];
  /** Of a tool. */
  readonly tool_call_id?: string;
}

/** The text of a message, its parts joined. */
export function wordsOf({ content }: WireMessage): string {
  if (content === null || typeof content === 'string') return content ?? '';
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** The pictures of a message, as they are after decoding. */
export function picturesOf({
  content,
}: WireMessage): readonly { readonly mediaType: string; readonly bytes: Buffer }[] {
  if (content === null || typeof content === 'string') return [];
  return content.flatMap((part) => {
    if (part.type !== 'image_url') return [];
    const [, mediaType = '', base64 = ''] = /^data:([^;]+);base64,(.*)$/.exec(part.image_url.url) ?? [];
    return [{ mediaType, bytes: Buffer.from(base64, 'base64') }];
  });
}

/** The body of an embeddings request. */
export interface EmbeddingsBody {
  readonly model: string;
  readonly input: string | readonly string[];
  readonly encoding_format?: 'float' | 'base64';
}

/** Tokens as the wire calls them. */
export interface WireUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cached_tokens?: number;
}

/** How a {@link text} is written. */
export interface TextOptions {
  /** Characters per chunk. @default 4 */
  readonly chunkSize?: number;
  /** Chunks per second. @default as fast as the socket takes them */
  readonly tokensPerSecond?: number;
  /** Milliseconds of silence before the first chunk. @default 0 */
  readonly firstAfterMs?: number;
  /** @default 'stop' */
  readonly finishReason?: string;
  /** @default counted from the characters */
  readonly usage?: WireUsage;
}

/** A whole answer. */
export interface TextAnswer extends TextOptions {
  readonly kind: 'text';
  readonly text: string;
}

/** A refusal by HTTP status. */
export interface FailureAnswer {
  readonly kind: 'failure';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; a string goes out as it is. */
  readonly body: unknown;
}

/** An answer that the test writes itself. It can be used for one request. */
export interface HandAnswer {
  readonly kind: 'hand';
  /** Called by the server when the request is there. */
  take(writer: AnswerWriter): void;
}

/** An answer that the test writes itself: see {@link byHand}. Every call waits for the request to be there. */
export interface Hand extends HandAnswer {
  /** Resolves once the request has arrived and the headers of the answer are out. */
  readonly asked: Promise<void>;
  /** One chunk with this text. */
  write(text: string): Promise<void>;
  /** One chunk of a refusal. */
  refuse(text: string): Promise<void>;
  /** The last chunks: reason, usage where it was asked for, `[DONE]`. */
  finish(reason?: string, usage?: WireUsage): Promise<void>;
  /** The chunk with the reason and nothing after it. */
  reason(reason: string): Promise<void>;
  /** An error object in the stream, which then ends. */
  error(error: Readonly<Record<string, unknown>>): Promise<void>;
  /** Any bytes. */
  raw(bytes: string): Promise<void>;
  /** Ends the body cleanly, without `[DONE]`. */
  end(): Promise<void>;
  /** Destroys the socket. */
  destroy(): Promise<void>;
}

/** One answer, or a way to make one from the request. */
export type Answer = TextAnswer | ToolCallsAnswer | FailureAnswer | HandAnswer;
export type Script = Answer | ((body: ChatBody) => Answer);

/** An answer with this text, streamed in chunks or whole, as the request asks. */
export function text(words: string, options: TextOptions = {}): TextAnswer {
  return { kind: 'text', text: words, ...options };
}

/** The parts of an error as OpenAI words it. */
export interface FailureOptions {
  readonly code?: string | number | null;
  readonly type?: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the error object: any JSON, or a string that goes out as it is. */
  readonly body?: unknown;
}

/** An HTTP error with an error object as OpenAI sends it. */
export function failure(status: number, options: FailureOptions = {}): FailureAnswer {
  const { code = null, type = 'invalid_request_error', message = `stand-in fault ${status}` } = options;
  const body = options.body ?? { error: { message, type, param: null, code } };
  return { kind: 'failure', status, headers: options.headers ?? {}, body };
}

/** An answer of which only the headers ever come. */
export function stall(): HandAnswer {
  return { kind: 'hand', take: () => undefined };
}

/** An answer whose second event is not JSON. */
export function malformed(firstWords = ''): HandAnswer {
  return {
    kind: 'hand',
    take(writer) {
      if (firstWords !== '') writer.write(firstWords);
      writer.raw('data: {"id": "chatcmpl-broken", "choices": [{"delta": oops\n\n');
    },
  };
}

/** An answer that the test writes piece by piece. */
export function byHand(): Hand {
  const { promise, resolve } = Promise.withResolvers<AnswerWriter>();
  const then = async (act: (writer: AnswerWriter) => void): Promise<void> => act(await promise);
  return {
    kind: 'hand',
    take: resolve,
    asked: promise.then(() => undefined),
    write: (words) => then((writer) => writer.write(words)),
    refuse: (words) => then((writer) => writer.refuse(words)),
    finish: (reason = 'stop', usage) => then((writer) => writer.finish(reason, usage)),
    reason: (reason) => then((writer) => writer.reason(reason)),
    error: (error) => then((writer) => writer.error(error)),
    raw: (bytes) => then((writer) => writer.raw(bytes)),
    end: () => then((writer) => writer.end()),
    destroy: () => then((writer) => writer.destroy()),
  };
}
