import { expect, test } from 'vitest';
import type { ChatBody, Script } from '../servers/openai/answers.ts';
import { byHand, failure, text, wordsOf } from '../servers/openai.ts';
import type { Fault } from '../servers/slack/types.ts';
import { type SlackScene, startScene } from './slack-scene.ts';

/** Calls of a reply; those to threads write streams, those to direct messages post and edit. */
const methods = {
  'chat.startStream': { kind: 'thread', opens: true },
  'chat.appendStream': { kind: 'thread', opens: false },
  'chat.stopStream': { kind: 'thread', opens: false },
  'chat.postMessage': { kind: 'direct', opens: true },
  'chat.update': { kind: 'direct', opens: false },
} as const;

test.each<[string, Fault]>([
  ['is refused, as there were too many', { status: 429, headers: { 'retry-after': '1' } }],
  ['meets a fault of the server, twice', { status: 503, times: 2 }],
  ['is cut off', {}],
  ['is carried out, but its answer is lost', { afterActing: true }],
])('a call of any kind %s: each answer is there, whole and once', async (_, fault) => {
  const hands = new Map(Object.keys(methods).map((method) => [method, byHand()]));
  const answer = ({ messages }: ChatBody) => hands.get(wordsOf(messages.at(-1)!).replace(/^maria: /, ''))!;
  const scene = await startScene('http', { openai: { answer } });
  const { slack } = scene;
  const cases = Object.entries(methods).map(([method, { kind, opens }]) => {
    const asker = slack.user('maria');
    return {
      ...{ method, kind, opens, asker },
      place: kind === 'direct' ? slack.dm(asker) : slack.channel(),
    };
  });
  type Case = (typeof cases)[number];

  async function open({ method, kind, asker, place }: Case): Promise<void> {
    slack.say(asker, place.id, method, { mention: kind === 'thread' });
    await hands.get(method)!.write(start);
    await slack.until(() => shownIn(scene, place.id).startsWith('One'));
  }

  async function goOn({ method, place }: Case): Promise<void> {
    const hand = hands.get(method)!;
    await hand.write(middle);
    if (method === 'chat.appendStream' || method === 'chat.update') await slack.until(() => struck(place.id));
    await hand.finish();
    await slack.until(() => shownIn(scene, place.id) === `${start}${middle}`, { timeoutMs: 15_000 });
  }

  /** True once the call that was to go wrong went wrong. */
  function struck(channel: string): boolean {
    return slack.calls.some(({ ok, args }) => ok === false && args.channel === channel);
  }

  // A limit that is closed for one is closed for all: so who has to begin undisturbed begins first.
  await Promise.all(cases.filter(({ opens }) => !opens).map(open));
  for (const { method, place } of cases) {
    slack.fail({ ...fault, method, where: ({ channel }) => channel === place.id });
  }
  await Promise.all(cases.filter(({ opens }) => opens).map(open));
  await Promise.all(cases.map(goOn));
  expect(cases.filter(({ place }) => !struck(place.id))).toEqual([]);
  // After a refusal a stop comes free every three seconds, and two streams may wait for one.
  await slack.until(() => slack.messages().every(({ streaming }) => !streaming), { timeoutMs: 15_000 });
  // What is still on its way is through when everything has stopped.
  await scene.parley.stop();
  expect(cases.map(({ place }) => shownIn(scene, place.id))).toEqual(cases.map(() => `${start}${middle}`));
  expect(scene.parley.counters.snapshot()).toMatchObject({ 'answer.complete': cases.length });
});

const start = 'One two ';
const middle = `${'and so on '.repeat(100)}and so forth.`;

test('where the model fails, what it said stays, one sentence says what to do, and nothing goes on thinking', async () => {
  const [cut, closed, filtered] = [byHand(), byHand(), byHand()];
  const scripts: Readonly<Record<string, readonly [Script, RegExp]>> = {
    'bad key': [
      failure(401, { code: 'invalid_api_key', message: 'Incorrect key sk-key-of-the-stand-in' }),
      /^⚠️ [^\n]*key[^\n]*$/i,
    ],
    'unknown model': [failure(404, { code: 'model_not_found' }), /^⚠️ [^\n]*model[^\n]*$/i],
    'used up': [
      failure(429, { code: 'insufficient_quota', type: 'insufficient_quota' }),
      /^⚠️ You have reached your usage limit: see your usage dashboard and billing settings; help: help\.openai\.com[^\n]*$/,
    ],
    'too many': [
      failure(429, { code: 'rate_limit_exceeded', headers: { 'retry-after': '120' } }),
      /^⚠️ [^\n]*2 minutes[^\n]*$/,
    ],
    'nothing said': [text(''), /^⚠️ The model gave an empty answer: please ask again\.$/],
    'cut off': [cut, /^Half an\n\n⚠️ [^\n]+$/],
    'closed early': [closed, /^Half an\n\n⚠️ [^\n]+$/],
    filtered: [filtered, /^Half an\n\n⚠️ [^\n]*content filter[^\n]*$/],
  };
  const answer = (body: ChatBody) => {
    const [script] = scripts[wordsOf(body.messages.at(-1)!).replace(/^maria: /, '')]!;
    return typeof script === 'function' ? script(body) : script;
  };
  const scene = await startScene('http', { openai: { answer } });
  const { slack, maria, replies } = scene;
  const asked = Object.entries(scripts).map(([name, [, expected]]) => {
    return { name, expected, said: slack.say(maria, slack.channel().id, name, { mention: true }) };
  });
  for (const hand of [cut, closed, filtered]) await hand.write('Half an');
  await slack.until(() => slack.messages().filter(({ text }) => text === 'Half an').length === 3);
  await cut.destroy();
  await closed.end();
  await filtered.finish('content_filter');
  await slack.until(() =>
    asked.every(({ said }) => replies(said).some(({ text, streaming }) => !streaming && text.includes('⚠️'))),
  );
  await scene.parley.stop();
  for (const { name, expected, said } of asked) {
    expect(
      replies(said).map(({ text }) => text),
      name,
    ).toEqual([expect.stringMatching(expected)]);
    expect(slack.status(said.channel, said.ts), name).toBeUndefined();
  }
  expect(slack.messages().every(({ text }) => !text.includes('sk-'))).toBe(true);
});

/** All that Parley shows in a channel, pages joined. */
function shownIn({ slack }: SlackScene, channel: string): string {
  const shown = slack.messages(channel).filter(({ botId, deleted }) => botId !== undefined && !deleted);
  return shown.map(({ text }) => text.trim()).join(' ');
}
