import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** How a model speaks. */
export interface Speech {
  /** Tokens of each answer. */
  readonly tokens: number;
  /** Milliseconds between two tokens; 0: as fast as they are taken. */
  readonly gapMs: number;
}

/** A model that streams numbered tokens and remembers when it said each. */
export interface CountingModel {
  readonly url: string;
  /** When each token of an answer was said, by the number that its question holds. */
  saidAt(answer: number): Float64Array | undefined;
  /** Before a load: forgets, and speaks like this from now on. */
  speak(speech: Speech): void;
  close(): Promise<void>;
}

/** All tokens are equally long, so that a reader can find them whatever they are wrapped in: ` t000042`. */
export function tokenOf(number: number): string {
  return ` t${String(number).padStart(6, '0')}`;
}

/** Starts the model on a port of its own. */
export async function startCountingModel(): Promise<CountingModel> {
  let speech: Speech = { tokens: 1, gapMs: 0 };
  let said = new Map<number, Float64Array>();

  async function answer(number: number, response: ServerResponse): Promise<void> {
    const { tokens, gapMs } = speech;
    const times = new Float64Array(tokens);
    said.set(number, times);
    const startedAt = performance.now();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let index = 0; index < tokens; index++) {
      const early = startedAt + index * gapMs - performance.now();
      if (gapMs > 0 && early > 0) await wait(early);
      times[index] = performance.now();
      if (!response.write(chunk({ content: tokenOf(index) }))) {
        await new Promise<void>((resolve) => response.once('drain', resolve));
      }
      // One packet for each token, as models send them; and everybody gets their turn.
      if (gapMs === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
  }

  const server = createServer((incoming, response) => {
    incoming.setEncoding('utf8');
    let body = '';
    incoming.on('data', (text: string) => {
      body += text;
    });
    incoming.on('end', () => void answer(Number(/answer (\d+)\b(?!.*answer \d)/s.exec(body)?.[1]), response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    saidAt: (number) => said.get(number),
    speak(next) {
      speech = next;
      said = new Map();
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** As OpenAI sends it. */
function chunk(delta: object, finish: string | null = null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'any', choices })}\n\n`;
}
