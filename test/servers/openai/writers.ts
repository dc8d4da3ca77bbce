import type { ServerResponse } from 'node:http';
import { type ChatBody, type WireUsage, wordsOf } from './answers.ts';

/** Puts an answer on the wire, streamed or whole. */
export interface AnswerWriter {
  write(text: string): void;
  refuse(text: string): void;
  /** One chunk with pieces of calls. */
  call(pieces: unknown): void;
  reason(reason: string): void;
  finish(reason: string, usage?: WireUsage): void;
  error(error: Readonly<Record<string, unknown>>): void;
  raw(bytes: string): void;
  end(): void;
  destroy(): void;
}

/** A writer in the form that the request asks for. `number` makes the ids of the answer. */
export function createWriter(body: ChatBody, response: ServerResponse, number: number): AnswerWriter {
  return body.stream === true ? streamed(body, response, number) : whole(body, response, number);
}

/** Server-sent events, shaped like those of api.openai.com. */
function streamed(body: ChatBody, response: ServerResponse, number: number): AnswerWriter {
  const withUsage = body.stream_options?.include_usage === true;
  // Put together once: a bench sends some ten thousand chunks a second.
  const head =
    `data: {"id":"chatcmpl-${number}","object":"chat.completion.chunk","created":${now()},` +
    `"model":${JSON.stringify(body.model)},"service_tier":"default","system_fingerprint":"fp_stand_in",`;
  const tail = withUsage ? ',"usage":null}\n\n' : '}\n\n';
  const chunk = (delta: string, reason: string) =>
    `${head}"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${reason}}]${tail}`;
  let chunks = 0;
  let begun = false;
  const begin = () => {
    if (!begun) response.write(chunk('{"role":"assistant","content":"","refusal":null}', 'null'));
    begun = true;
  };
  const delta = (field: string, value: unknown) => {
    begin();
    chunks += 1;
    response.write(chunk(`{"${field}":${JSON.stringify(value)}}`, 'null'));
  };
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'x-request-id': `req_${number}`,
  });
  response.flushHeaders();
  return {
    write: (text) => delta('content', text),
    refuse: (text) => delta('refusal', text),
    call: (pieces) => delta('tool_calls', pieces),
    reason: (reason) => void response.write(chunk('{}', JSON.stringify(reason))),
    finish(reason, usage) {
      begin();
      response.write(chunk('{}', JSON.stringify(reason)));
      if (withUsage) {
        const counted = JSON.stringify(toUsage(usage ?? guess(body, chunks)));
        response.write(`${head}"choices":[],"usage":${counted}}\n\n`);
      }
      response.end('data: [DONE]\n\n');
    },
    error: (error) => void response.end(`data: ${JSON.stringify({ error })}\n\n`),
    raw: (bytes) => void response.write(bytes),
    end: () => void response.end(),
    destroy: () => void response.socket?.destroy(),
  };
}

/** One JSON object, sent when the answer is finished. */
function whole(body: ChatBody, response: ServerResponse, number: number): AnswerWriter {
  let content = '';
  let refusal = '';
  let chunks = 0;
  response.setHeader('content-type', 'application/json');
  response.setHeader('x-request-id', `req_${number}`);
  response.flushHeaders();
  const finish = (reason: string, usage?: WireUsage) => {
    const message = {
      role: 'assistant',
      content: content === '' && refusal !== '' ? null : content,
      refusal: refusal === '' ? null : refusal,
      annotations: [],
    };
    response.end(
      JSON.stringify({
        id: `chatcmpl-${number}`,
        object: 'chat.completion',
        created: now(),
        model: body.model,
        choices: [{ index: 0, message, logprobs: null, finish_reason: reason }],
        usage: toUsage(usage ?? guess(body, chunks)),
        service_tier: 'default',
      }),
    );
  };
  return {
    write(text) {
      chunks += 1;
      content += text;
    },
    refuse(text) {
      chunks += 1;
      refusal += text;
    },
    // Nobody offers tools without streaming.
    call: () => undefined,
    reason: (reason) => finish(reason),
    finish,
    error: (error) => void response.end(JSON.stringify({ error })),
    // What is not JSON ends the answer here: nothing that follows could be read anyway.
    raw: (bytes) => void response.end(bytes),
    end: () => void response.end(),
    destroy: () => void response.socket?.destroy(),
  };
}

function guess(body: ChatBody, chunks: number): WireUsage {
  const characters = body.messages.reduce((sum, message) => sum + wordsOf(message).length, 0);
  return { prompt_tokens: Math.ceil(characters / 4), completion_tokens: chunks };
}

function toUsage({ prompt_tokens, completion_tokens, cached_tokens = 0 }: WireUsage) {
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
