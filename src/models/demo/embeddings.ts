import type { EmbeddingModel } from '../../core/ports.ts';
import { estimateTokens } from './tokens.ts';

/**
 * The embeddings that are there where no model is set up: unit vectors of 64 numbers, always the same for the same
 * text, near each other where texts share words or parts of words. What words mean it does not know.
 */
export function createDemoEmbeddings(): EmbeddingModel {
  return {
    id: 'demo',
    async embed(texts, signal) {
      signal.throwIfAborted();
      const inputTokens = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
      return { vectors: texts.map(toVector), inputTokens };
    },
  };
}

function toVector(text: string): readonly number[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const vector = new Array<number>(dimensions).fill(0);
  for (const word of words) {
    add(vector, word, 1);
    for (const part of toParts(word)) add(vector, part, partWeight);
  }
  // Nothing to go by (or, by a rare chance, nothing left of it): the text as it stands.
  if (lengthOf(vector) < 1e-9) add(vector, `=${text}`, 1);
  const length = lengthOf(vector);
  return vector.map((number) => number / length);
}

/** Runs of three letters, the edges of the word included: `cat` and `cats` have most of them in common. */
function toParts(word: string): string[] {
  const letters = Array.from(` ${word} `);
  return letters.slice(2).map((_, index) => letters.slice(index, index + 3).join(''));
}

/** Each feature has a place and a sign of its own; two that share a place cancel out as often as they add up. */
function add(vector: number[], feature: string, weight: number): void {
  const hash = hashOf(feature);
  const place = hash % dimensions;
  vector[place] = vector[place]! + (hash >= 0x8000_0000 ? -weight : weight);
}

/** FNV-1a, with the last step of MurmurHash3, without which short texts differ in too few bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function lengthOf(vector: readonly number[]): number {
  return Math.hypot(...vector);
}

const dimensions = 64;
const partWeight = 0.5;
