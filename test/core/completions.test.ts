import { expect, it, vi } from 'vitest';
import { createCompletions } from '../../src/core/completions.ts';
import { ParleyError } from '../../src/core/errors.ts';
import type { ChatModel, ChatRequest, Completion, ModelEvent } from '../../src/core/ports.ts';
import { createInstruments } from '../fakes/instruments.ts';
import { createFakeModel } from '../fakes/model.ts';
import { collect, streamOf } from '../fakes/model-events.ts';

const forever = new AbortController().signal;
const usage = { inputTokens: 20, outputTokens: 5, cachedTokens: 4 };
const request: ChatRequest = {
  messages: [
    { role: 'system', text: 'Answer in rhymes.' },
    { role: 'user', text: 'hello' },
  ],
  endUser: 'a1b2',
};

/** A model that answers `Hi there.`, or fails. */
function setUp({ persona = 'You are Parley.', failure = undefined as unknown } = {}) {
  const requests: ChatRequest[] = [];
  const events: readonly ModelEvent[] = [
    { type: 'text-delta', text: 'Hi ' },
    { type: 'text-delta', text: 'there.' },
    { type: 'finish', reason: 'length', usage },
  ];
  const completion: Completion = { text: 'Hi there.', reason: 'length', usage };
  const model: ChatModel = {
    ...createFakeModel(),
    id: 'rhyming',
    async stream(asked, signal, listen) {
      requests.push(asked);
      signal.throwIfAborted();
      if (failure !== undefined) throw failure;
      for (const event of events) await listen(event);
    },
    async complete(asked, signal) {
      requests.push(asked);
      signal.throwIfAborted();
      if (failure !== undefined) throw failure;
      return completion;
    },
  };
  const instruments = createInstruments();
  const completions = createCompletions({ model, persona, ...instruments });
  return { completions, requests, events, completion, ...instruments };
}

it('passes the model through, with the persona before what the caller says', async () => {
  const { completions, requests, events, completion } = setUp();
  expect(completions.id).toBe('rhyming');
  expect(await collect(completions, request)).toEqual(events);
  expect(await completions.complete(request, forever)).toEqual(completion);
  const dressed = {
    messages: [{ role: 'system', text: 'You are Parley.' }, ...request.messages],
    endUser: 'a1b2',
  };
  expect(requests).toEqual([dressed, dressed]);
});

it('adds nothing where there is no persona', async () => {
  const { completions, requests } = setUp({ persona: ' \n' });
  await completions.complete(request, forever);
  expect(requests).toEqual([request]);
});

it('counts what was used', async () => {
  const { completions, counters } = setUp();
  await collect(completions, request);
  await completions.complete(request, forever);
  expect(counters.snapshot()).toEqual({
    'completion.complete': 2,
    'model.calls': 2,
    'model.input-tokens': 40,
    'model.output-tokens': 10,
  });
});

it.each([
  [new ParleyError('rate-limited', 'Too many.'), 'rate-limited'],
  [new Error('unheard of'), 'unexpected'],
])('logs and counts %s, and throws it', async (failure, code) => {
  const { completions, counters, logger } = setUp({ failure });
  await expect(collect(completions, request)).rejects.toBe(failure);
  await expect(completions.complete(request, forever)).rejects.toBe(failure);
  expect(counters.snapshot()).toEqual({ [`completion.failed.${code}`]: 2 });
  expect(logger.lines).toEqual(
    Array(2).fill({ level: 'warn', message: 'a completion failed', fields: { error: failure } }),
  );
});

it('takes an abort by the caller for no failure', async () => {
  const { completions, counters, logger } = setUp();
  const reason = new Error('the client has gone');
  const signal = AbortSignal.abort(reason);
  await expect(collect(completions, request, signal)).rejects.toBe(reason);
  await expect(completions.complete(request, signal)).rejects.toBe(reason);
  expect(counters.snapshot()).toEqual({ 'completion.stopped': 2 });
  expect(logger.lines).toEqual([]);
});

it('passes each delta on before the next is there, and makes the model wait for who listens', async () => {
  const model = createFakeModel();
  const completions = createCompletions({ model, persona: '', ...createInstruments() });
  const events = streamOf(completions, request);
  const first = events.next();
  const call = await model.called(1);
  call.say('Hi');
  expect(await first).toEqual({ done: false, value: { type: 'text-delta', text: 'Hi' } });
  const taken: string[] = [];
  const gate = Promise.withResolvers<void>();
  const waited = completions.stream(request, forever, async (event) => {
    taken.push(event.type);
    await gate.promise;
  });
  const second = await model.called(2);
  second.say('Hi');
  second.finish();
  await vi.waitFor(() => expect(taken).toEqual(['text-delta']));
  gate.resolve();
  await waited;
  expect(taken).toEqual(['text-delta', 'finish']);
  await events.return(undefined);
  expect(call.signal.aborted).toBe(true);
});
