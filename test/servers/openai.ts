import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type Answer,
  type ChatBody,
  type FailureAnswer,
  failure,
  type HandAnswer,
  type Script,
  type TextAnswer,
  text,
  wordsOf,
} from './openai/answers.ts';
import { answerEmbeddings, type EmbeddingsOptions } from './openai/embeddings.ts';
import type { Form } from './openai/forms.ts';
import { answerImage, type ImageBody, type ImageScript, type ImagesOptions, image } from './openai/images.ts';
import { type OpenAiRequest, recordRequest } from './openai/requests.ts';
import { type ToolCallsAnswer, toDeltas } from './openai/tool-calls.ts';
import { answerTranscription } from './openai/transcriptions.ts';
import { type AnswerWriter, createWriter } from './openai/writers.ts';

export { byHand, failure, malformed, picturesOf, stall, text, wordsOf } from './openai/answers.ts';
export { image, imageByHand } from './openai/images.ts';
export { toolCalls } from './openai/tool-calls.ts';

/** Options of {@link startOpenAi}. */
export interface OpenAiOptions {
  /** Answers whatever was not scripted. @default `echo: ` and the last user message, in a few chunks */
  readonly answer?: Script;
  readonly embeddings?: EmbeddingsOptions;
  /** What is said in a recording. @default `heard` and its size in bytes */
  readonly transcript?: (form: Form) => string;
  /** How pictures are drawn that were not scripted. */
  readonly images?: ImagesOptions;
  /** With it, another bearer key gets a 401. @default any key is taken */
  readonly apiKey?: string;
  /** Listed by `GET /models`; with it, other models get a 404. @default any model is taken */
  readonly models?: readonly string[];
}

/** A running stand-in. */
export interface OpenAiServer {
  /** Base URL to give to a client; ends in `/v1`. */
  readonly url: string;
  /** All requests so far, oldest first. */
  readonly requests: readonly OpenAiRequest[];
  /** The request of this number (from 0), as soon as it has arrived. */
  request(index: number): Promise<OpenAiRequest>;
  /** Answers for the chat requests to come, one each, in order. */
  script(...scripts: readonly Script[]): void;
  /** What the requests for embeddings to come get in place of vectors, one each, in order. */
  scriptEmbeddings(...answers: readonly (FailureAnswer | HandAnswer)[]): void;
  /** As {@link scriptEmbeddings}, for transcriptions. */
  scriptTranscriptions(...answers: readonly (FailureAnswer | HandAnswer)[]): void;
  /** What the requests for pictures to come get, made or changed, one each, in order. */
  scriptImages(...answers: readonly ImageScript[]): void;
  close(): Promise<void>;
}

/**
 * An OpenAI-compatible server on an ephemeral port of 127.0.0.1: `POST /v1/chat/completions`, streamed and whole,
 * `POST /v1/embeddings`, `POST /v1/audio/transcriptions`, `POST /v1/images/generations` and `/edits` (streamed and whole), and
 * `GET /v1/models`. Answers are scripted; requests are recorded.
 */
export async function startOpenAi(options: OpenAiOptions = {}): Promise<OpenAiServer> {
  const requests: OpenAiRequest[] = [];
  const waiting = new Map<number, PromiseWithResolvers<OpenAiRequest>>();
  const queue: Script[] = [];
  const embeddingsQueue: (FailureAnswer | HandAnswer)[] = [];
  const transcriptionsQueue: (FailureAnswer | HandAnswer)[] = [];
  const imagesQueue: ImageScript[] = [];
  const timers = new Set<NodeJS.Timeout>();

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      response.writeHead(500).end(`The stand-in failed: ${error}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await recordRequest(incoming, response);
    const number = requests.push(request) - 1;
    waiting.get(number)?.resolve(request);
    const route = `${request.method} ${request.path.split('?')[0]}`;
    if (options.apiKey !== undefined && request.headers.authorization !== `Bearer ${options.apiKey}`) {
      const message = 'Incorrect API key provided: sk-stand****-in. You can find your API key at …';
      return fail(response, failure(401, { code: 'invalid_api_key', message }));
    }
    if (route === 'GET /v1/models') return list(response);
    if (route === 'POST /v1/embeddings') return embed(request, response, number);
    if (route === 'POST /v1/audio/transcriptions') return transcribe(request, response, number);
    if (route === 'POST /v1/images/generations' || route === 'POST /v1/images/edits')
      return draw(request, response, number);
    if (route !== 'POST /v1/chat/completions') {
      return fail(response, failure(404, { message: `Invalid URL (${route})` }));
    }
    play(toAnswer(request.body), request, response, number);
  }

  function toAnswer(body: ChatBody): Answer {
    const script = unknownModel(body) ?? queue.shift() ?? options.answer ?? echo;
    return typeof script === 'function' ? script(body) : script;
  }

  function unknownModel({ model }: { readonly model: string }): FailureAnswer | undefined {
    if (options.models === undefined || options.models.includes(model)) return undefined;
    const message = `The model \`${model}\` does not exist or you do not have access to it.`;
    return failure(404, { code: 'model_not_found', message });
  }

  function embed(request: OpenAiRequest, response: ServerResponse, number: number): void {
    const { body } = request;
    const script = unknownModel(body) ?? embeddingsQueue.shift();
    if (script === undefined) {
      const vectors = answerEmbeddings({ ...body, input: body.input ?? [] }, options.embeddings);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(vectors));
    } else play(script, request, response, number);
  }

  function transcribe(request: OpenAiRequest, response: ServerResponse, number: number): void {
    const script = unknownModel(request.body) ?? transcriptionsQueue.shift();
    const answer = script ?? answerTranscription(request.form, options.transcript);
    if (answer.kind === 'transcript') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer.body));
    } else play(answer, request, response, number);
  }

  async function draw(request: OpenAiRequest, response: ServerResponse, number: number): Promise<void> {
    const { body, form } = request;
    const script = unknownModel(body) ?? imagesQueue.shift() ?? image(options.images);
    const asked = { ...body, ...form?.fields } as unknown as ImageBody;
    const refusal =
      script.kind === 'failure'
        ? script
        : await answerImage(script, { body: asked, number, ...(form && { form }) }, response);
    if (refusal !== undefined) fail(response, refusal);
  }

  function play(answer: Answer, request: OpenAiRequest, response: ServerResponse, number: number): void {
    if (answer.kind === 'failure') {
      fail(response, answer);
      return;
    }
    const writer = createWriter(request.body, response, number);
    if (answer.kind === 'hand') answer.take(writer);
    else if (answer.kind === 'tool-calls') callTools(answer, writer);
    else if (request.body.stream === true) writeText(answer, writer, request);
    else {
      writer.write(answer.text);
      writer.finish(answer.finishReason ?? 'stop', answer.usage);
    }
  }

  function callTools(answer: ToolCallsAnswer, writer: AnswerWriter): void {
    if (answer.text !== undefined) writer.write(answer.text);
    for (const pieces of toDeltas(answer)) writer.call(pieces);
    writer.finish(answer.finishReason ?? 'tool_calls');
  }

  /** Writes at the asked pace. Chunks that are late go out together, so that the pace holds under load. */
  function writeText(answer: TextAnswer, writer: AnswerWriter, request: OpenAiRequest): void {
    const pieces = toPieces(answer.text, answer.chunkSize ?? 4);
    const interval = answer.tokensPerSecond === undefined ? 0 : 1000 / answer.tokensPerSecond;
    const start = performance.now() + (answer.firstAfterMs ?? 0);
    let next = 0;
    const step = () => {
      while (next < pieces.length && start + next * interval <= performance.now())
        writer.write(pieces[next++]!);
      if (next >= pieces.length) {
        writer.finish(answer.finishReason ?? 'stop', answer.usage);
        return;
      }
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          if (!request.isAborted) step();
        },
        Math.max(1, start + next * interval - performance.now()),
      );
      timers.add(timer);
    };
    step();
  }

  function list(response: ServerResponse): void {
    const data = (options.models ?? ['stand-in']).map((id) => ({
      id,
      object: 'model',
      created: 1_700_000_000,
      owned_by: 'stand-in',
    }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ object: 'list', data }));
  }

  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    request(index) {
      const there = requests[index];
      if (there !== undefined) return Promise.resolve(there);
      const pending = waiting.get(index) ?? Promise.withResolvers<OpenAiRequest>();
      waiting.set(index, pending);
      return pending.promise;
    },
    script: (...scripts) => void queue.push(...scripts),
    scriptEmbeddings: (...answers) => void embeddingsQueue.push(...answers),
    scriptTranscriptions: (...answers) => void transcriptionsQueue.push(...answers),
    scriptImages: (...answers) => void imagesQueue.push(...answers),
    async close() {
      for (const timer of timers) clearTimeout(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function fail(response: ServerResponse, answer: Extract<Answer, { kind: 'failure' }>): void {
  const isText = typeof answer.body === 'string';
  response.writeHead(answer.status, {
    'content-type': isText ? 'text/html' : 'application/json',
    'x-request-id': 'req_failed',
    ...answer.headers,
  });
  response.end(isText ? answer.body : JSON.stringify(answer.body));
}

function echo(body: ChatBody): Answer {
  const last = body.messages.findLast((message) => message.role === 'user');
  return text(`echo: ${last === undefined ? '' : wordsOf(last)}`);
}

/** Never cuts inside a surrogate pair: a chunk is valid JSON text. */
function toPieces(words: string, size: number): string[] {
  const letters = Array.from(words);
  const pieces: string[] = [];
  for (let at = 0; at < letters.length; at += size) pieces.push(letters.slice(at, at + size).join(''));
  return pieces;
}
