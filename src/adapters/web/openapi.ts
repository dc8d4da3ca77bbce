import { z } from 'zod';
import { pictureId, pressRequest } from './card-schemas.ts';
import { completion, completionError, completionRequest, modelList } from './completion-schemas.ts';
import { shownTypes } from './picture-routes.ts';
import * as schemas from './schemas.ts';

/** What one call takes and gives. */
interface Operation {
  readonly summary: string;
  readonly request?: z.ZodType;
  /** The body is a file, as it is, with its name in `X-Filename`. */
  readonly file?: true;
  /** By status; a schema or nothing for no body. */
  readonly responses: Readonly<Record<number, z.ZodType | undefined>>;
  /** The successful answer can also be a stream of events. */
  readonly streams?: string;
  /** The successful answer is a file of one of these types. */
  readonly gives?: readonly string[];
  /** Statuses of its problems. */
  readonly problems?: readonly number[];
  readonly open?: true;
}

const turnEvents = `The events \`turn\`, \`delta\`, \`card\`, \`notice\`, and at the end \`done\` or \`error\`; each has the id
\`<turn>.<position>\` and one line of JSON. Whoever sees \`turn\` shows the answer from empty.
A \`card\` is the newest view of the card with its number; whoever comes back gets the newest view of every card again.`;
const asking = [400, 404, 406, 409, 429, 502, 503];

/** Every call of the API, as `METHOD /path`. */
const operations: Readonly<Record<string, Operation>> = {
  'POST /api/conversations/{id}/messages': {
    summary: 'Ask. The answer goes on when the connection drops.',
    request: schemas.messageRequest,
    responses: { 200: schemas.answer },
    streams: turnEvents,
    problems: [400, 406, 409, 413, 415, 429, 502, 503],
  },
  'GET /api/conversations/{id}/stream': {
    summary:
      'The running answer, or the last one of the last five minutes; from `Last-Event-ID` on where it is of this turn.',
    responses: { 204: undefined },
    streams: turnEvents,
    problems: [400, 406],
  },
  'DELETE /api/conversations/{id}/turn': {
    summary: 'Stop the running answer.',
    responses: { 204: undefined },
    problems: [400, 404],
  },
  'GET /api/conversations': {
    summary: 'The newest conversations, at most 500.',
    responses: { 200: schemas.conversationList },
    problems: [502],
  },
  'GET /api/conversations/{id}': {
    summary: 'What was said. The question of a running answer is in it, the answer is not.',
    responses: { 200: schemas.conversation },
    problems: [400, 404, 502],
  },
  'PATCH /api/conversations/{id}': {
    summary: 'Change title or persona.',
    request: schemas.conversationChange,
    responses: { 200: schemas.conversationSummary },
    problems: [400, 404, 413, 415, 502],
  },
  'DELETE /api/conversations/{id}': {
    summary: 'Stop a running answer and forget the conversation.',
    responses: { 204: undefined },
    problems: [400, 404, 502],
  },
  'POST /api/conversations/{id}/clear': {
    summary: 'Forget what was said; title and persona stay.',
    responses: { 204: undefined },
    problems: [400, 404, 502],
  },
  'POST /api/conversations/{id}/undo': {
    summary: 'Drop the last question and its answer.',
    responses: { 200: schemas.undone },
    problems: [400, 404, 409, 502],
  },
  'POST /api/conversations/{id}/regenerate': {
    summary: 'Answer the last question anew.',
    responses: { 200: schemas.answer },
    streams: turnEvents,
    problems: asking,
  },
  'POST /api/conversations/{id}/presses': {
    summary: 'Press a button of a card. What it does is answered as a question is.',
    request: pressRequest,
    responses: { 200: schemas.answer },
    streams: turnEvents,
    problems: [400, 406, 409, 413, 415, 429, 502, 503],
  },
  'GET /api/pictures/{id}': {
    summary:
      'A file of a card, for whose it is; with `?download` it is to be saved. Pictures are kept for 30 days at most.',
    responses: { 304: undefined },
    gives: shownTypes,
    problems: [404],
  },
  'POST /api/uploads': {
    summary:
      'Send a file ahead of its question: as the body itself, at most as many bytes as /api/about says. It is kept for a day; of each person the newest 20 are.',
    file: true,
    responses: { 201: schemas.upload },
    problems: [400, 413, 415, 503],
  },
  'DELETE /api/uploads/{id}': {
    summary: 'Forget a file that was sent.',
    responses: { 204: undefined },
    problems: [404],
  },
  'POST /api/embeddings': {
    summary: 'Turn texts into vectors.',
    request: schemas.embeddingRequest,
    responses: { 200: schemas.embeddingAnswer },
    problems: [400, 413, 415, 429, 502, 503],
  },
  'GET /api/about': { summary: 'What this Parley is.', responses: { 200: schemas.about } },
  'POST /v1/chat/completions': {
    summary: 'As OpenAI’s, stateless. Settings that only tune the model have no effect.',
    request: completionRequest,
    responses: { 200: completion, 400: completionError, 429: completionError, 502: completionError },
    streams: 'Chunks as OpenAI’s, then `[DONE]`.',
  },
  'GET /v1/models': { summary: 'As OpenAI’s: the one model.', responses: { 200: modelList } },
  'GET /healthz': { summary: 'The process is up.', responses: { 200: schemas.health }, open: true },
  'GET /readyz': {
    summary: 'Whether the store answers and the platforms are connected.',
    responses: { 200: schemas.readiness, 503: schemas.readiness },
    open: true,
  },
};

/** The OpenAPI 3.1 description, from the schemas that check the requests. @param guarded true where callers need a token */
export function createDescription(version: string, guarded: boolean): Record<string, unknown> {
  const components = new Map<string, unknown>();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [call, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = call.split(' ');
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: toOperation(operation, path, guarded, components),
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Parley', version, description: 'An assistant whose answers grow while it writes them.' },
    paths,
    components: {
      schemas: Object.fromEntries(components),
      ...(guarded && { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }),
    },
  };
}

function toOperation(operation: Operation, path: string, guarded: boolean, components: Map<string, unknown>) {
  const { summary, request, file, responses, streams, gives, problems = [], open } = operation;
  const json = (schema: z.ZodType, type = 'application/json') => ({
    [type]: { schema: toReference(schema, components) },
  });
  const entries = Object.entries(responses).map(([status, schema]) => {
    const content = schema === undefined ? {} : { content: json(schema) };
    return [status, { description: descriptionOf(Number(status)), ...content }] as const;
  });
  const answers: Record<string, { description: string; content?: Record<string, unknown> }> =
    Object.fromEntries(entries);
  if (streams !== undefined) {
    const text = { 'text/event-stream': { schema: { type: 'string', description: streams } } };
    answers[200] = { description: 'Done.', content: { ...answers[200]?.content, ...text } };
  }
  if (gives !== undefined) {
    const content = Object.fromEntries(gives.map((type) => [type, {}]));
    answers[200] = { description: 'Done.', content };
  }
  for (const status of guarded && open !== true ? [401, ...problems] : problems) {
    const content = json(schemas.problem, 'application/problem+json');
    answers[status] ??= { description: descriptionOf(status), content };
  }
  const idSchema = idSchemas[path.split('/')[2] ?? ''] ?? schemas.conversationId;
  const parameters = [
    ...(path.includes('{id}')
      ? [{ name: 'id', in: 'path', required: true, schema: toReference(idSchema, components) }]
      : []),
    ...(file ? [{ name: 'X-Filename', in: 'header', required: true, schema: fileName }] : []),
  ];
  return {
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(request && { requestBody: { required: true, content: json(request) } }),
    ...(file && { requestBody: { required: true, content: { '*/*': { schema: {} } } } }),
    responses: answers,
    ...(guarded && open !== true && { security: [{ token: [] }] }),
  };
}

/** A named schema is put among the components, once, and referred to; another one stands where it is used. */
function toReference(schema: z.ZodType, components: Map<string, unknown>): unknown {
  const json = JSON.stringify(z.toJSONSchema(schema, { io: 'input' })).replaceAll('#/$defs/', componentsPath);
  const { $schema: _, id, $defs = {}, ...described } = JSON.parse(json) as Described;
  for (const [name, { id: __, ...definition }] of Object.entries($defs)) components.set(name, definition);
  if (id === undefined) return described;
  components.set(id, described);
  return { $ref: `${componentsPath}${id}` };
}

/** A JSON schema, with the definitions that it refers to. */
interface Described extends Record<string, unknown> {
  readonly id?: string;
  readonly $defs?: Readonly<Record<string, Described>>;
}

const idSchemas: Readonly<Record<string, z.ZodType>> = { uploads: schemas.uploadId, pictures: pictureId };
const fileName = { type: 'string', description: 'Percent-encoded, in UTF-8.' };
const componentsPath = '#/components/schemas/';

function descriptionOf(status: number): string {
  return status < 300 ? 'Done.' : (descriptions[status] ?? 'Not now.');
}

const descriptions: Readonly<Record<number, string>> = {
  304: 'It has not changed.',
  400: 'Something in the request is wrong; `errors` says where.',
  401: 'The token is missing or wrong.',
  404: 'There is no such thing, or it belongs to somebody else.',
  406: 'The answer can not be given in an accepted type.',
  409: 'An answer of this conversation is being written.',
  413: 'The body is too large.',
  415: 'The body has another type.',
  429: 'Too much at once; `Retry-After` says when to come back.',
  502: 'The model or the store failed; `code` says how.',
  503: 'Parley is starting or ending.',
};
