import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChatMessage, ChatModel } from '../../src/core/ports.ts';
import { collect, textOf } from '../fakes/model-events.ts';

/** A model set up for the contract. */
export interface ChatModelFixture {
  /** Answers at a pace that leaves time to abort: more than one delta, over at least 100 ms. */
  readonly model: ChatModel;
  /** Resolves once the work for the call that was just aborted has stopped, where that can be seen from outside. */
  readonly stopped?: () => Promise<void>;
  readonly close?: () => Promise<void>;
}

/** What every chat model promises. The models under test answer the same prompt with the same text. */
export function describeChatModel(name: string, create: () => Promise<ChatModelFixture>): void {
  describe(`chat model: ${name}`, () => {
    let fixture: ChatModelFixture;
    beforeEach(async () => {
      fixture = await create();
    });
    afterEach(async () => {
      await fixture.close?.();
    });

    const messages: readonly ChatMessage[] = [
      { role: 'system', text: 'You are brief.' },
      { role: 'user', text: 'Good morning' },
      { role: 'assistant', text: 'Good morning to you.' },
      { role: 'user', text: 'Ada: how are things today, all in all?' },
    ];
    const forever = new AbortController().signal;

    test('streams deltas with text in them, then finishes once', async () => {
      const events = await collect(fixture.model, { messages });
      const deltas = events.slice(0, -1);
      expect(deltas.length).toBeGreaterThan(1);
      for (const delta of deltas)
        expect(delta).toMatchObject({ type: 'text-delta', text: expect.stringMatching(/./s) });
      expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
    });

    test('says the same in one piece', async () => {
      const streamed = textOf(await collect(fixture.model, { messages }));
      const whole = await fixture.model.complete({ messages }, forever);
      expect(whole).toMatchObject({ text: streamed, reason: 'stop' });
    });

    test('takes a prompt of one message, without a persona, and the id of the person', async () => {
      const request = { messages: [{ role: 'user', text: 'Hello' }], endUser: 'a1b2c3' } as const;
      expect(textOf(await collect(fixture.model, request))).not.toBe('');
    });

    test('takes pictures with the words, and without', async () => {
      const bytes = Buffer.from(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGMAAQAABQABDQottAAAAABJRU5ErkJggg==',
        'base64',
      );
      for (const text of ['What is it?', '']) {
        const request = {
          messages: [{ role: 'user', text, pictures: [{ mediaType: 'image/png', bytes }] }],
        } as const;
        expect(textOf(await collect(fixture.model, request))).not.toBe('');
      }
    });

    test('answers several calls at once, each its own', async () => {
      const ask = (text: string) => collect(fixture.model, { messages: [{ role: 'user', text }] });
      const answers = await Promise.all(['apples', 'pears'].map(async (word) => textOf(await ask(word))));
      expect(answers[0]).toContain('apples');
      expect(answers[1]).toContain('pears');
    });

    test('an abort before the start ends both calls with its reason', async () => {
      const reason = new Error('too late');
      const signal = AbortSignal.abort(reason);
      await expect(collect(fixture.model, { messages }, signal)).rejects.toBe(reason);
      await expect(fixture.model.complete({ messages }, signal)).rejects.toBe(reason);
    });

    test('an abort while the model is awaited ends the stream with its reason, and the work stops', async () => {
      const controller = new AbortController();
      const reason = new Error('a person pressed stop');
      const heard = Promise.withResolvers<void>();
      let events = 0;
      const streaming = fixture.model.stream({ messages }, controller.signal, () => {
        events += 1;
        heard.resolve();
      });
      await heard.promise;
      const before = events;
      controller.abort(reason);
      await expect(streaming).rejects.toBe(reason);
      expect(events).toBe(before);
      await fixture.stopped?.();
    });

    test('an abort by the listener ends the stream with its reason, and nothing more is heard', async () => {
      const controller = new AbortController();
      const reason = new Error('a person pressed stop');
      let events = 0;
      const streaming = fixture.model.stream({ messages }, controller.signal, () => {
        events += 1;
        controller.abort(reason);
      });
      await expect(streaming).rejects.toBe(reason);
      expect(events).toBe(1);
      await fixture.stopped?.();
    });

    test('waits for a listener that takes its time, and says everything in order', async () => {
      const expected = textOf(await collect(fixture.model, { messages }));
      let text = '';
      let listening = 0;
      await fixture.model.stream({ messages }, forever, async (event) => {
        listening += 1;
        expect(listening).toBe(1);
        await new Promise(setImmediate);
        if (event.type === 'text-delta') text += event.text;
        listening -= 1;
      });
      expect(text).toBe(expected);
    });

    test('counts tokens: none in nothing, more in more, about a word each', () => {
      const { model } = fixture;
      expect(model.countTokens('')).toBe(0);
      const sentence = 'The quick brown fox jumps over the lazy dog. ';
      const once = model.countTokens(sentence);
      expect(once).toBeGreaterThanOrEqual(9);
      expect(once).toBeLessThanOrEqual(20);
      const tenTimes = model.countTokens(sentence.repeat(10));
      expect(tenTimes).toBeGreaterThan(once * 8);
      expect(tenTimes).toBeLessThanOrEqual(once * 10 + 1);
    });

    test('counts what looks like a control token, half a surrogate pair, and long runs of one letter', () => {
      const { model } = fixture;
      expect(model.countTokens('<|endoftext|><|im_start|>')).toBeGreaterThan(2);
      expect(model.countTokens('\ud83d')).toBeGreaterThan(0);
      for (const letter of ['a', ' ', '!', '\n', '漢', '😀']) {
        const started = performance.now();
        expect(model.countTokens(letter.repeat(50_000))).toBeGreaterThan(300);
        // It takes some 10 ms; without care it was 2 to 5 s.
        expect(performance.now() - started).toBeLessThan(1000);
      }
    });

    test('has room for a prompt and an answer', () => {
      const { id, contextTokens, outputTokens } = fixture.model;
      expect(id).not.toBe('');
      expect(outputTokens).toBeGreaterThan(0);
      expect(contextTokens).toBeGreaterThan(outputTokens);
    });
  });
}
