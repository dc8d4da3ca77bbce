import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EmbeddingModel } from '../../src/core/ports.ts';

/** A model set up for the contract. */
export interface EmbeddingModelFixture {
  readonly model: EmbeddingModel;
  readonly close?: () => Promise<void>;
}

/** What every embedding model promises. */
export function describeEmbeddingModel(name: string, create: () => Promise<EmbeddingModelFixture>): void {
  describe(`embedding model: ${name}`, () => {
    let fixture: EmbeddingModelFixture;
    beforeEach(async () => {
      fixture = await create();
    });
    afterEach(async () => {
      await fixture.close?.();
    });

    const forever = new AbortController().signal;
    const texts = ['The cat sat on the mat.', 'größe 频道 🧵', '', '\n', 'x'.repeat(5_000), '!?'];

    test('gives one unit vector for each text, in their order, and counts the tokens', async () => {
      const { vectors, inputTokens } = await fixture.model.embed(texts, forever);
      expect(vectors).toHaveLength(texts.length);
      for (const vector of vectors) {
        expect(vector.every(Number.isFinite)).toBe(true);
        expect(vector).toHaveLength(vectors[0]!.length);
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      }
      expect(inputTokens).toBeGreaterThan(1_000);
      for (const [index, text] of texts.entries())
        expect((await fixture.model.embed([text], forever)).vectors).toEqual([vectors[index]]);
    });

    test('gives different texts different vectors', async () => {
      const { vectors } = await fixture.model.embed(texts, forever);
      expect(new Set(vectors.map((vector) => vector.join())).size).toBe(texts.length);
    });

    test('gives nothing for nothing', async () => {
      expect(await fixture.model.embed([], forever)).toEqual({ vectors: [], inputTokens: 0 });
    });

    test('gives plain data', async () => {
      const embeddings = await fixture.model.embed(['one', 'two'], forever);
      expect(JSON.parse(JSON.stringify(embeddings))).toEqual(embeddings);
    });

    test('an abort before the start ends it with its reason', async () => {
      const reason = new Error('too late');
      await expect(fixture.model.embed(texts, AbortSignal.abort(reason))).rejects.toBe(reason);
      await expect(fixture.model.embed([], AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    test('has a name', () => {
      expect(fixture.model.id).not.toBe('');
    });
  });
}
