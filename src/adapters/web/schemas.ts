import { z } from 'zod';
import { card } from './card-schemas.ts';

/** What the API takes and gives. The same schemas check the requests and make `/openapi.json`. */

/** The id of a conversation; its client chooses it. */
export const conversationId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'use 1 to 64 letters, digits, - and _')
  .meta({ description: 'Chosen by the client.' });

const persona = z.string().max(8_000, 'write at most 8,000 characters').meta({
  description: 'A system prompt for the conversation in place of the configured one; empty removes it.',
});

/** The id of a file that was sent. */
export const uploadId = z.string().regex(/^[\w-]{1,64}$/, 'give the id of an upload');

const uploaded = z
  .strictObject({ upload: uploadId })
  .meta({ description: 'A file that was sent to /api/uploads.' });

const named = z
  .strictObject({
    name: z.string().trim().min(1, 'name the file').max(255, 'write at most 255 characters'),
    mediaType: z.string().max(127, 'write at most 127 characters').optional(),
    bytes: z.int().nonnegative().optional(),
  })
  .meta({ description: 'A file that is only mentioned: it can’t be read.' });

const mostAttachments = 16;
const tooMany = `attach at most ${mostAttachments} files`;

const wordlessRequest = z.strictObject({
  text: z.string().trim().max(0).optional(),
  attachments: z.array(uploaded).min(1).max(mostAttachments, tooMany),
  persona: persona.optional(),
});

const wordedRequest = z.strictObject({
  text: z
    .string()
    .trim()
    .min(1, 'write something: it is empty')
    .max(32_000, 'write at most 32,000 characters'),
  attachments: z
    .array(z.union([uploaded, named]))
    .max(mostAttachments, tooMany)
    .optional(),
  persona: persona.optional(),
});

/** A question: words, files, or both. */
export const messageRequest = z.union([wordlessRequest, wordedRequest]).meta({ id: 'MessageRequest' });

/** A file that was taken in. */
export const upload = z
  .object({
    id: z.string().meta({ description: 'For the attachments of a message; good for a day.' }),
    name: z.string(),
    mediaType: z.string().optional(),
    bytes: z.int(),
  })
  .meta({ id: 'Upload' });

const usage = z
  .object({ inputTokens: z.int(), outputTokens: z.int(), cachedTokens: z.int() })
  .meta({ id: 'Usage' });

/** A whole answer. */
export const answer = z
  .object({
    turn: z.string(),
    text: z.string(),
    notice: z.string().optional().meta({ description: 'What Parley says beside the answer.' }),
    cards: z
      .array(card)
      .optional()
      .meta({ description: 'Pictures that were made, with their captions and buttons.' }),
    end: z.enum(['complete', 'stopped']),
    usage: usage.optional(),
  })
  .meta({ id: 'Answer' });

const summary = {
  id: z.string(),
  title: z.string(),
  updatedAt: z.iso.datetime(),
  running: z.boolean(),
};

/** A person's conversations. */
export const conversationList = z
  .object({ conversations: z.array(z.object(summary)) })
  .meta({ id: 'ConversationList' });

/** A conversation as it is in the list, with its persona. */
export const conversationSummary = z
  .object({ ...summary, persona: z.string().optional() })
  .meta({ id: 'ConversationSummary' });

const turn = z.object({
  role: z.enum(['user', 'assistant']),
  text: z.string(),
  at: z.iso.datetime(),
  files: z
    .array(z.object({ name: z.string(), about: z.string().optional() }))
    .optional()
    .meta({ description: 'What came with a question, and what that is: `PDF, 30 pages`.' }),
  cards: z.array(card).optional().meta({ description: 'Of an answer: the pictures that it made.' }),
  end: z.enum(['complete', 'stopped', 'failed']).optional(),
});

/** A whole conversation. */
export const conversation = z
  .object({
    id: z.string(),
    title: z.string(),
    updatedAt: z.iso.datetime(),
    persona: z.string().optional(),
    turns: z.array(turn),
    running: z.object({ turn: z.string() }).nullable(),
  })
  .meta({ id: 'Conversation' });

/** What can be changed of a conversation. */
export const conversationChange = z
  .strictObject({
    title: z.string().trim().min(1, 'write a title').max(200, 'write at most 200 characters').optional(),
    persona: persona.optional(),
  })
  .meta({ id: 'ConversationChange' });

/** What an undo took away. */
export const undone = z.object({ question: z.string() }).meta({ id: 'Undone' });

const input = z.string().min(1, 'write something: it is empty');

/** Texts to turn into vectors. */
export const embeddingRequest = z
  .strictObject({
    input: z.union(
      [input, z.array(input).min(1, 'send at least one text').max(256, 'send at most 256 texts')],
      {
        error: 'send a text, or 1 to 256 texts, none of them empty',
      },
    ),
  })
  .meta({ id: 'EmbeddingRequest' });

/** Vectors, in the order of the texts. */
export const embeddingAnswer = z
  .object({
    model: z.string(),
    vectors: z.array(z.array(z.number())),
    usage: z.object({ inputTokens: z.int() }),
  })
  .meta({ id: 'EmbeddingAnswer' });

/** What this Parley is. */
export const about = z
  .object({
    model: z.string(),
    demo: z.boolean(),
    version: z.string(),
    commands: z.array(z.object({ name: z.string(), description: z.string() })),
    mostUploadBytes: z.int().meta({ description: 'Largest file that can be sent.' }),
    login: z.boolean().meta({ description: 'True where a log-in of this browser is in use.' }),
  })
  .meta({ id: 'About' });

/** The process is up. */
export const health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

/** Whether everything works that Parley needs. */
export const readiness = z
  .object({
    ready: z.boolean(),
    store: z.boolean(),
    platforms: z.array(z.object({ name: z.string(), ready: z.boolean() })),
  })
  .meta({ id: 'Readiness' });

/** RFC 9457. */
export const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'One sentence that says what to do.' }),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    code: z.string().optional(),
    text: z.string().optional().meta({ description: 'What was said until the answer failed.' }),
  })
  .meta({ id: 'Problem' });
