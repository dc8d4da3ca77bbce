import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Recording, TranscriptionModel } from '../../src/core/ports.ts';

/** A model set up for the contract. */
export interface TranscriptionModelFixture {
  readonly model: TranscriptionModel;
  readonly close?: () => Promise<void>;
}

/** What every transcription model promises. */
export function describeTranscriptionModel(
  name: string,
  create: () => Promise<TranscriptionModelFixture>,
): void {
  describe(`transcription model: ${name}`, () => {
    let fixture: TranscriptionModelFixture;
    beforeEach(async () => {
      fixture = await create();
    });
    afterEach(async () => {
      await fixture.close?.();
    });

    const forever = new AbortController().signal;
    const recording: Recording = { name: 'voice.ogg', mediaType: 'audio/ogg', bytes: new Uint8Array(5_000) };

    test('gives words for a recording of any kind and size, trimmed', async () => {
      for (const one of [
        recording,
        { ...recording, mediaType: 'audio/mpeg', name: 'a.mp3', bytes: new Uint8Array(1) },
        { ...recording, mediaType: 'audio/ogg; codecs=opus', name: '', bytes: new Uint8Array(3_000_000) },
      ]) {
        const heard = await fixture.model.transcribe(one, forever);
        expect(heard).toMatch(/^\S.*\S$/s);
      }
    });

    test('hears several at once, each its own', async () => {
      const sizes = [10_000, 20_000];
      const heard = await Promise.all(
        sizes.map((size) => fixture.model.transcribe({ ...recording, bytes: new Uint8Array(size) }, forever)),
      );
      expect(heard[0]).not.toBe(heard[1]);
    });

    test('an abort before the start ends it with its reason', async () => {
      const reason = new Error('too late');
      await expect(fixture.model.transcribe(recording, AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    test('has a name', () => {
      expect(fixture.model.id).not.toBe('');
    });
  });
}
