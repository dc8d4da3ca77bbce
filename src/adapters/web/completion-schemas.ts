import { z } from 'zod';
import type { ChatMessage } from '../../core/ports.ts';

/** OpenAI's shapes, as far as Parley takes part in them. What only tunes the model is taken and has no effect. */

const textPart = z.looseObject({ type: z.literal('text'), text: z.string() });

const content = z.union([z.string(), z.array(textPart).min(1)], {
  error: 'send text: a string, or parts of the type text',
});

const message = z
  .looseObject({
    role: z.enum(['system', 'developer', 'user', 'assistant'], {
      error: 'use system, developer, user or assistant: Parley offers no tools',
    }),
    content,
  })
  .meta({ id: 'ChatMessage' });

/** `POST /v1/chat/completions`. */
export const completionRequest = z
  .looseObject({
    messages: z.array(message).min(1, 'send at least one message').max(2_000, 'send at most 2,000 messages'),
    model: z.string().optional().meta({ description: 'Any name; the model of this Parley answers.' }),
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
    n: z.literal(1, 'ask for one answer').nullish(),
    tools: z.array(z.unknown()).max(0, 'leave it out: Parley offers no tools').nullish(),
    functions: z.array(z.unknown()).max(0, 'leave it out: Parley offers no tools').nullish(),
    response_format: z.looseObject({ type: z.literal('text', 'use text') }).nullish(),
    logprobs: z.literal(false, 'leave it out').nullish(),
    user: z.string().max(1_000).nullish(),
    safety_identifier: z.string().max(1_000).nullish(),
  })
  .meta({ id: 'ChatCompletionRequest' });

const completionUsage = z
  .object({
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    total_tokens: z.int(),
    prompt_tokens_details: z.object({ cached_tokens: z.int() }),
  })
  .meta({ id: 'CompletionUsage' });

/** A whole completion. */
export const completion = z
  .object({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
        logprobs: z.null(),
        finish_reason: z.enum(['stop', 'length', 'content_filter']),
      }),
    ),
    usage: completionUsage.optional(),
  })
  .meta({ id: 'ChatCompletion' });

/** `GET /v1/models`. */
export const modelList = z
  .object({
    object: z.literal('list'),
    data: z.array(
      z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() }),
    ),
  })
  .meta({ id: 'ModelList' });

/** How OpenAI's interface tells an error. */
export const completionError = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .meta({ id: 'CompletionError' });

/** The messages of a request as a prompt has them. */
export function toMessages({ messages }: z.output<typeof completionRequest>): readonly ChatMessage[] {
  return messages.map(({ role, content: said }) => ({
    role: role === 'developer' ? 'system' : role,
    text: typeof said === 'string' ? said : said.map(({ text }) => text).join('\n'),
  }));
}
