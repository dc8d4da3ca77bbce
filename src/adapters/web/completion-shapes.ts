import { randomBytes } from 'node:crypto';
import { ParleyError } from '../../core/errors.ts';
import type { FinishReason, Usage } from '../../core/ports.ts';
import { Problem, problemHeaders, toProblem } from './problems.ts';

/** What all parts of one completion share. */
export interface CompletionHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

/** A head for an answer that begins now. */
export function createHead(model: string): CompletionHead {
  return {
    id: `chatcmpl-${randomBytes(12).toString('base64url')}`,
    created: Math.floor(Date.now() / 1_000),
    model,
  };
}

/** A whole completion. */
export function toCompletion(head: CompletionHead, text: string, reason: FinishReason, usage?: Usage) {
  const message = { role: 'assistant', content: text, refusal: null };
  return {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: toFinishReason(reason) }],
    ...(usage && { usage: toWireUsage(usage) }),
  };
}

/** Writes the chunks of a streamed completion, each as an event. */
export function createChunks(head: CompletionHead, withUsage: boolean) {
  // With usage asked for, OpenAI names it in every chunk.
  const blank = withUsage ? { usage: null } : {};
  const chunk = (delta: unknown, reason: string | null) =>
    toEvent({
      ...{ id: head.id, object: 'chat.completion.chunk', created: head.created, model: head.model },
      ...{ choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }], ...blank },
    });
  // All but the text is the same in every delta.
  const [before = '', after = ''] = chunk({ content: '\u0000' }, null).split('"\\u0000"');
  return {
    first: chunk({ role: 'assistant', content: '', refusal: null }, null),
    delta: (text: string) => `${before}${JSON.stringify(text)}${after}`,
    last(reason: FinishReason, usage: Usage | undefined): string {
      const end = chunk({}, toFinishReason(reason));
      const { id, created, model } = head;
      const counted = { id, object: 'chat.completion.chunk', created, model, choices: [] };
      const usageChunk = withUsage && usage ? toEvent({ ...counted, usage: toWireUsage(usage) }) : '';
      return `${end}${usageChunk}data: [DONE]\n\n`;
    },
  };
}

/** An error in the middle of a stream, as an event. */
export function toErrorEvent(error: unknown): string {
  return toEvent(toErrorBody(toProblem(error) ?? unforeseen()));
}

/** An error as OpenAI's interface tells it: as a response with its status. */
export function toErrorResponse(error: unknown): Response {
  const problem = toProblem(error) ?? unforeseen();
  const status = error instanceof ParleyError ? (statuses[error.code] ?? 502) : problem.status;
  return new Response(JSON.stringify(toErrorBody(problem)), {
    status,
    headers: { 'content-type': 'application/json', ...problemHeaders(problem) },
  });
}

/** OpenAI's words for what went wrong with a model, where it has some. */
const codes: Readonly<Record<string, string>> = {
  'rate-limited': 'rate_limit_exceeded',
  'usage-limit': 'insufficient_quota',
  'context-too-long': 'context_length_exceeded',
  refused: 'content_filter',
};

const statuses: Readonly<Record<string, number>> = {
  'rate-limited': 429,
  'usage-limit': 429,
  'context-too-long': 400,
  refused: 400,
  'model-unavailable': 503,
  'timed-out': 504,
};

function toErrorBody({ status, detail, options }: Problem) {
  const { code, errors } = options;
  const type =
    status < 500 && status !== 429 ? 'invalid_request_error' : status === 429 ? 'requests' : 'server_error';
  const isRequest = code !== undefined && statuses[code] === 400;
  return {
    error: {
      message: detail,
      type: isRequest ? 'invalid_request_error' : type,
      param: errors?.[0]?.path || null,
      code: code === undefined ? null : (codes[code] ?? code),
    },
  };
}

function unforeseen(): Problem {
  return new Problem(500, 'Something went wrong on our side: please try again.');
}

function toEvent(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function toFinishReason(reason: FinishReason): string {
  return reason === 'filtered' ? 'content_filter' : reason;
}

function toWireUsage({ inputTokens, outputTokens, cachedTokens }: Usage) {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}
