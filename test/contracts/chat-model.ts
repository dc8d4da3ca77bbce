import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChatMessage, ChatModel, ModelEvent } from '../../src/core/ports.ts';

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
      const events = await collect(fixture.model.stream({ messages }, forever));
      const deltas = events.slice(0, -1);
      expect(deltas.length).toBeGreaterThan(1);
      for (const delta of deltas)
        expect(delta).toMatchObject({ type: 'text-delta', text: expect.stringMatching(/./s) });
      expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
    });

    test('says the same in one piece', async () => {
      const streamed = textOf(await collect(fixture.model.stream({ messages }, forever)));
      const whole = await fixture.model.complete({ messages }, forever);
      expect(whole).toMatchObject({ text: streamed, reason: 'stop' });
    });

    test('takes a prompt of one message, without a persona, and the id of the person', async () => {
      const request = { messages: [{ role: 'user', text: 'Hello' }], endUser: 'a1b2c3' } as const;
      expect(textOf(await collect(fixture.model.stream(request, forever)))).not.toBe('');
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
        expect(textOf(await collect(fixture.model.stream(request, forever)))).not.toBe('');
      }
    });

    test('answers several calls at once, each its own', async () => {
      const ask = (text: string) => fixture.model.stream({ messages: [{ role: 'user', text }] }, forever);
      const answers = await Promise.all(
        ['apples', 'pears'].map(async (word) => textOf(await collect(ask(word)))),
      );
      expect(answers[0]).toContain('apples');
      expect(answers[1]).toContain('pears');
    });

    test('an abort before the start ends both calls with its reason', async () => {
      const reason = new Error('too late');
      const signal = AbortSignal.abort(reason);
      await expect(collect(fixture.model.stream({ messages }, signal))).rejects.toBe(reason);
      await expect(fixture.model.complete({ messages }, signal)).rejects.toBe(reason);
    });

    test('an abort while the model is awaited ends the stream with its reason, and the work stops', async () => {
      const controller = new AbortController();
      const reason = new Error('a person pressed stop');
      const iterator = fixture.model.stream({ messages }, controller.signal)[Symbol.asyncIterator]();
      await iterator.next();
      const next = drain(iterator);
      controller.abort(reason);
      await expect(next).rejects.toBe(reason);
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
      await fixture.stopped?.();
    });

    test('an abort between two reads ends the stream with its reason', async () => {
      const controller = new AbortController();
      const reason = new Error('a person pressed stop');
      const iterator = fixture.model.stream({ messages }, controller.signal)[Symbol.asyncIterator]();
      await iterator.next();
      controller.abort(reason);
      await expect(iterator.next()).rejects.toBe(reason);
      await fixture.stopped?.();
    });

    test('whoever stops reading stops the work', async () => {
      for await (const event of fixture.model.stream({ messages }, forever)) {
        expect(event.type).toBe('text-delta');
        break;
      }
      await fixture.stopped?.();
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

/** All events of a stream. */
export async function collect(stream: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** The text of a stream's deltas. */
export function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}

async function drain(iterator: AsyncIterator<ModelEvent>): Promise<void> {
  while ((await iterator.next()).done !== true);
}
