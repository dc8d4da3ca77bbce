import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';

/**
 * `fetch` over Node's own HTTP client, for what is called often: half the processor time of the built-in one where each token
 * of a model comes in a packet of its own, and no limit of 5 minutes until an answer begins. The body is text; no redirect is
 * followed.
 */

/** Thrown where a server ends its answer without having said that it is complete. */
export class EndedEarlyError extends Error {
  override readonly name = 'EndedEarlyError';
}

/** A successful answer whose body is to be read from `incoming`: what costs is the web stream that it is not. */
export class StreamedResponse extends Response {
  readonly incoming: IncomingMessage;

  constructor(incoming: IncomingMessage) {
    super(null, toInit(incoming));
    this.incoming = incoming;
  }
}

/** For answers that are streamed: a success is a {@link StreamedResponse}, a failure an ordinary response. */
export async function fetchStream(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const incoming = await ask(input, init);
  const { statusCode = 0 } = incoming;
  return statusCode >= 200 && statusCode < 300 ? new StreamedResponse(incoming) : readWhole(incoming);
}

/** For answers in one piece. */
export async function fetchWhole(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  return readWhole(await ask(input, init));
}

async function ask(
  input: string | URL | Request,
  { method = 'GET', headers, body, signal }: RequestInit = {},
): Promise<IncomingMessage> {
  const url = new URL(input instanceof Request ? input.url : input);
  const options: RequestOptions = {
    method,
    headers: Object.fromEntries(new Headers(headers)),
    ...(signal && { signal }),
  };
  const answered = Promise.withResolvers<IncomingMessage>();
  const request = url.protocol === 'https:' ? requestSecure : requestPlain;
  request(url, options, answered.resolve).on('error', answered.reject).end(body);
  return answered.promise;
}

async function readWhole(incoming: IncomingMessage): Promise<Response> {
  const text = await readText(incoming, mostCharacters);
  // A fault of the server's that asking again would not mend.
  if (text === undefined) return new Response('The answer was too long.', { status: 422 });
  return new WholeResponse(text.replace(/^\uFEFF/, ''), toInit(incoming));
}

/** An answer whose text is there already, for those readers of a body that are named here: the streams through which a response is read otherwise cost more than the rest. */
class WholeResponse extends Response {
  override readonly text: () => Promise<string>;
  override readonly json: () => Promise<unknown>;
  override readonly arrayBuffer: () => Promise<ArrayBuffer>;

  constructor(text: string, init: ResponseInit) {
    super(null, init);
    this.text = async () => text;
    this.json = async () => JSON.parse(text);
    this.arrayBuffer = async () => new TextEncoder().encode(text).buffer;
  }
}

/**
 * The text of an answer; `undefined` where it is longer than so many characters.
 * @throws EndedEarlyError where the connection breaks in the middle
 */
export async function readText(incoming: IncomingMessage, most: number): Promise<string | undefined> {
  let text = '';
  try {
    for await (const chunk of incoming.setEncoding('utf8')) {
      text += chunk;
      if (text.length > most) return undefined;
    }
  } catch (cause) {
    throw new EndedEarlyError('The answer broke off.', { cause });
  }
  return text;
}

function toInit({ statusCode = 0, headers }: IncomingMessage): ResponseInit {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  return { status: statusCode, headers: pairs };
}

const mostCharacters = 50_000_000;
