import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { type FieldError, Problem } from './problems.ts';

/**
 * The body of a request, as its schema has it.
 * @throws Problem 415, 413, 408, or 400 with what is wrong and where
 */
export async function readJson<Schema extends z.ZodType>(
  incoming: IncomingMessage,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = await readText(incoming, 'application/json', mostJsonBytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Problem(400, `Send valid JSON: ${toSentence(why)}`, { cause: error });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap(toFieldErrors);
  throw new Problem(400, toDetail(errors), { errors });
}

/**
 * The text of a request's body, which has to be of this type.
 * @param mostBytes of the whole body
 * @throws Problem 415, 413, 408, 400
 */
export async function readText(incoming: IncomingMessage, type: string, mostBytes: number): Promise<string> {
  const { 'content-type': given = '', 'content-encoding': encoding = 'identity' } = incoming.headers;
  if (given.split(';', 1)[0]?.trim().toLowerCase() !== type)
    throw new Problem(415, `Send the body as ${type}, and say so in Content-Type.`);
  if (encoding.toLowerCase() !== 'identity') throw new Problem(415, 'Send the body without compression.');
  const bytes = await readBytes(incoming, mostBytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Problem(400, 'Send the body in UTF-8.', { cause: error });
  }
}

async function readBytes(incoming: IncomingMessage, mostBytes: number): Promise<Buffer> {
  if (Number(incoming.headers['content-length'] ?? 0) > mostBytes) throw tooLarge(mostBytes);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(tooLate()), patienceMs);
  try {
    return await Promise.race([gather(incoming, mostBytes), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function gather(incoming: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      size += chunk.length;
      if (size > mostBytes) throw tooLarge(mostBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, 'The request broke off before it was whole: send it again.', { cause: error });
  }
  return Buffer.concat(chunks);
}

function tooLarge(mostBytes: number): Problem {
  return new Problem(413, `Send at most ${mostBytes.toLocaleString('en')} bytes.`, {
    // The rest of it is not read.
    headers: { connection: 'close' },
  });
}

function tooLate(): Problem {
  return new Problem(408, 'The request took too long to arrive: send it again.', {
    headers: { connection: 'close' },
  });
}

function toFieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'invalid_union' && issue.message === wordless) {
    const closest = issue.errors.reduce((best, errors) => (errors.length <= best.length ? errors : best));
    return closest.flatMap((inner) => toFieldErrors({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }];
  return issue.keys.map((key) => ({
    path: [...path, key].join('.'),
    message: 'unknown field: leave it out',
  }));
}

function toDetail(errors: readonly FieldError[]): string {
  const [first] = errors;
  if (first === undefined) return 'Send a body that the description at /openapi.json allows.';
  return first.path === ''
    ? toSentence(`Correct the body: ${first.message}`)
    : toSentence(`Correct ${first.path.slice(0, 100)}: ${first.message}`);
}

function toSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What is said of a union that has no words of its own: those of the member that fits best say more. */
const wordless = 'Invalid input';
const mostJsonBytes = 1_000_000;
/** What has not come by then holds memory for nothing. */
const patienceMs = 30_000;
