import { expect, onTestFinished, test } from 'vitest';
import { createClients } from '../../../src/adapters/slack/clients.ts';
import { createQuestions } from '../../../src/adapters/slack/question.ts';
import { createInstruments, startStandIn } from './harness.ts';

/** Questions to a Slack whose clock, and so its limit of one post a second, runs 20 times as fast. */
async function begin(options: { paceMs: number; patienceMs?: number }) {
  const start = Date.now();
  const slack = await startStandIn({ now: () => start + (Date.now() - start) * 20 });
  const { botToken, apiUrl } = slack;
  const { write: client } = createClients({ botToken, apiUrl, logger: createInstruments().logger });
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const questions = createQuestions({ client, signal: stopping.signal, ...options });
  const { id: channel } = slack.channel();
  const ask = (count: number, place = channel) =>
    Array.from({ length: count }, (_, index) =>
      questions.post({ channel: place, asker: 'Ann', text: `question ${index}` }),
    );
  const posted = (place = channel) => slack.messages(place).map(({ text }) => text);
  return { slack, stopping, channel, ask, posted };
}

const asked = (count: number) =>
  Array.from({ length: count }, (_, index) => `*Ann* asked: question ${index}`);

test('many questions at once in a channel are posted in order, none of them too fast', async () => {
  const { slack, ask, posted } = await begin({ paceMs: 60 });
  const times = await Promise.all(ask(20));
  expect(posted()).toEqual(asked(20));
  expect(times).toEqual(slack.messages().map(({ ts }) => ts));
  expect(slack.refused).toEqual({});
});

test('a question that Slack does not take for the moment is asked again, and the ones behind it wait', async () => {
  const { slack, ask, posted } = await begin({ paceMs: 60 });
  slack.fail({ method: 'chat.postMessage', status: 429, headers: { 'retry-after': '0' }, times: 12 });
  await Promise.all(ask(2));
  expect(posted()).toEqual(asked(2));
});

test('another channel does not wait', async () => {
  const { slack, ask, posted } = await begin({ paceMs: 60_000, patienceMs: 1_000 });
  const { id: elsewhere } = slack.channel();
  await Promise.all([...ask(1), ...ask(1, elsewhere)]);
  expect([posted(), posted(elsewhere)]).toEqual([asked(1), asked(1)]);
});

test('a question whose turn does not come in time is turned away', async () => {
  const { ask, posted } = await begin({ paceMs: 100, patienceMs: 50 });
  const [first, second] = await Promise.allSettled(ask(2));
  expect([first?.status, second?.status]).toEqual(['fulfilled', 'rejected']);
  expect(posted()).toEqual(asked(1));
});

test('a stop turns away all that wait', async () => {
  const { stopping, ask, posted } = await begin({ paceMs: 60_000 });
  const [first, ...waiting] = ask(3);
  await first;
  stopping.abort();
  const outcomes = await Promise.allSettled(waiting);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(posted()).toEqual(asked(1));
});
