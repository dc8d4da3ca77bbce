import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { collect, streamOf } from '../fakes/model-events.ts';
import { byHand, failure, stall, text } from '../servers/openai.ts';
import { forever, request, useOpenAi } from './openai-fixture.ts';

const openAi = useOpenAi();

describe('patience', () => {
  // Our own timers alone: what the client and the server do on the wire goes on in real time.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  const silent = { code: 'timed-out', notice: expect.stringMatching(/sent nothing for 60 seconds/) };

  test('ends before the first words', async () => {
    openAi.server.script(stall());
    const failing = expect(collect(openAi.createModel(), request)).rejects.toMatchObject(silent);
    const { aborted } = await openAi.server.request(0);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(openAi.server.requests[0]!.isAborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await failing;
    await aborted;
    expect(openAi.server.requests).toHaveLength(1);
  });

  test('ends in the middle', async () => {
    const answer = byHand();
    openAi.server.script(answer);
    const stream = streamOf(openAi.createModel(), request);
    void answer.write('The first half');
    await stream.next();
    const failing = expect(stream.next()).rejects.toMatchObject(silent);
    await vi.advanceTimersByTimeAsync(60_000);
    await failing;
    await openAi.server.requests[0]!.aborted;
  });

  test('is not used up by a reader who takes their time', async () => {
    openAi.server.script(text('one two', { chunkSize: 4 }));
    const words: string[] = [];
    for await (const event of streamOf(openAi.createModel(), request)) {
      if (event.type === 'text-delta') words.push(event.text);
      await vi.advanceTimersByTimeAsync(100_000);
    }
    expect(words).toEqual(['one ', 'two']);
  });

  test('ends for the whole answer, however lively it is', async () => {
    const answer = byHand();
    openAi.server.script(answer);
    const stream = streamOf(openAi.createModel(), request);
    for (let word = 0; word < 12; word += 1) {
      void answer.write('word ');
      expect(await stream.next()).toMatchObject({ value: { text: 'word ' } });
      if (word < 11) await vi.advanceTimersByTimeAsync(50_000);
    }
    const failing = expect(stream.next()).rejects.toMatchObject({
      code: 'timed-out',
      notice: expect.stringMatching(/longer than 10 minutes/),
    });
    await vi.advanceTimersByTimeAsync(50_000);
    await failing;
    await openAi.server.requests[0]!.aborted;
  });

  test('ends for an answer in one piece', async () => {
    openAi.server.script(stall());
    const failing = expect(openAi.createModel().complete(request, forever)).rejects.toMatchObject({
      code: 'timed-out',
    });
    const { aborted } = await openAi.server.request(0);
    await vi.advanceTimersByTimeAsync(599_999);
    expect(openAi.server.requests[0]!.isAborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await failing;
    await aborted;
  });
});

test('an answer with its reason is whole, however long the server is silent then', async () => {
  const answer = byHand();
  openAi.server.script(answer);
  const events = collect(openAi.createModel({ idleTimeoutMs: 500 }), request);
  await answer.write('All of it.');
  await answer.reason('stop');
  expect(await events).toEqual([
    { type: 'text-delta', text: 'All of it.' },
    { type: 'finish', reason: 'stop' },
  ]);
  await openAi.server.requests[0]!.aborted;
});

describe('abort', () => {
  test('while the server is silent', async () => {
    openAi.server.script(stall());
    const controller = new AbortController();
    const reason = { stop: 'plain object' };
    const events = collect(openAi.createModel(), request, controller.signal);
    const { aborted } = await openAi.server.request(0);
    controller.abort(reason);
    await expect(events).rejects.toBe(reason);
    await aborted;
  });

  test('of an answer in one piece', async () => {
    openAi.server.script(stall());
    const controller = new AbortController();
    const reason = new Error('stop');
    const asking = openAi.createModel().complete(request, controller.signal);
    const { aborted } = await openAi.server.request(0);
    controller.abort(reason);
    await expect(asking).rejects.toBe(reason);
    await aborted;
  });

  test('while it waits to ask again', async () => {
    openAi.server.script(failure(500));
    const controller = new AbortController();
    const reason = new Error('stop');
    const retrying = Promise.withResolvers<void>();
    const ignore = () => undefined;
    const logger = { debug: ignore, info: ignore, error: ignore, warn: () => retrying.resolve() };
    const model = openAi.createModel({ retryDelayMs: 60_000, logger });
    const events = collect(model, request, controller.signal);
    await retrying.promise;
    controller.abort(reason);
    await expect(events).rejects.toBe(reason);
    expect(openAi.server.requests).toHaveLength(1);
  });
});
