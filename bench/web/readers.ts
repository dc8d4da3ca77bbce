import { Agent, request } from 'node:http';
import type { CountingModel } from './model.ts';

/** What readers saw. */
export interface Reading {
  /** Milliseconds from the model's chunk to the reader's event, of every token, sorted. */
  readonly delays: Float64Array;
  /** Tokens that arrived once and in their order. */
  readonly tokens: number;
  readonly seconds: number;
}

/**
 * So many people ask at the same time and read until the end.
 * @param url where a question is posted to, for each reader
 * @throws where an answer does not come whole and in order
 */
export async function readAll(
  url: (reader: number) => string,
  readers: number,
  first: number,
  model: CountingModel,
): Promise<Reading> {
  const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });
  const startedAt = performance.now();
  const all = await Promise.all(
    Array.from({ length: readers }, (_, reader) => readOne(url(reader), first + reader, agent, model)),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  const delays = Float64Array.from(all.flat()).sort();
  return { delays, tokens: delays.length, seconds };
}

function readOne(url: string, number: number, agent: Agent, model: CountingModel): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    });
    asked.on('error', reject);
    asked.on('response', (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${url} answered ${answer.statusCode}`));
      const delays: number[] = [];
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('error', reject);
      answer.on('data', (text: string) => {
        const now = performance.now();
        const seen = rest + text;
        let end = 0;
        for (const match of seen.matchAll(/ t(\d{6})/g)) {
          if (Number(match[1]) !== delays.length)
            return reject(new Error(`token ${delays.length} is missing`));
          delays.push(now - (model.saidAt(number)?.[delays.length] ?? Number.NaN));
          end = match.index + match[0].length;
        }
        rest = seen.slice(Math.max(end, seen.length - 7));
      });
      answer.on('end', () => {
        const said = model.saidAt(number)?.length;
        if (delays.length === said) resolve(delays);
        else reject(new Error(`answer ${number} ended after ${delays.length} of ${said} tokens`));
      });
    });
    asked.end(JSON.stringify({ text: `answer ${number}` }));
  });
}
