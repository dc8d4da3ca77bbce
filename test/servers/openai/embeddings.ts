import { createHash } from 'node:crypto';
import type { EmbeddingsBody } from './answers.ts';

/** How the stand-in makes vectors. */
export interface EmbeddingsOptions {
  /** @default 8 numbers that are the same for the same text */
  vector?(text: string): readonly number[];
  /** False: numbers are sent whatever encoding was asked for, as some compatible servers do. @default true */
  readonly base64?: boolean;
}

/** The answer of OpenAI's embeddings endpoint, shaped as it sends it; but last text first: the index counts. */
export function answerEmbeddings(body: EmbeddingsBody, options: EmbeddingsOptions = {}): unknown {
  const { vector = toVector, base64 = true } = options;
  const texts = [body.input].flat();
  const data = texts.map((text, index) => {
    const numbers = vector(text);
    const encoded = base64 && body.encoding_format === 'base64' ? toBase64(numbers) : numbers;
    return { object: 'embedding', index, embedding: encoded };
  });
  const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return { object: 'list', data: data.toReversed(), model: body.model, usage };
}

function toVector(text: string): readonly number[] {
  const bytes = [...createHash('sha256').update(text).digest().subarray(0, 8)];
  const length = Math.hypot(...bytes);
  return bytes.map((byte) => byte / length);
}

function toBase64(numbers: readonly number[]): string {
  return Buffer.from(new Float32Array(numbers).buffer).toString('base64');
}
