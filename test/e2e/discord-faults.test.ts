import { expect, test } from 'vitest';
import type { Script } from '../servers/openai/answers.ts';
import { byHand, failure, malformed, text } from '../servers/openai.ts';
import { setScene } from './discord-scene.ts';

const usageLimit =
  'You have reached your usage limit: see your usage dashboard and billing settings; help: help.openai.com';

test.each<{ readonly name: string; readonly scripts: readonly Script[]; readonly shown: RegExp }>([
  {
    name: 'a key that is not accepted',
    scripts: [failure(401, { code: 'invalid_api_key' })],
    shown: /^⚠️ The model's server did not accept Parley's key: .*OPENAI_API_KEY\.$/,
  },
  {
    name: 'a model that does not exist',
    scripts: [failure(404, { code: 'model_not_found' })],
    shown: /^⚠️ The model gpt-\S+ does not exist .*OPENAI_MODEL\.$/,
  },
  {
    name: 'a used-up quota',
    scripts: [failure(429, { code: 'insufficient_quota', type: 'insufficient_quota' })],
    shown: new RegExp(`^⚠️ ${usageLimit}$`),
  },
  {
    name: 'a rate limit that lasts',
    scripts: [failure(429, { code: 'rate_limit_exceeded', headers: { 'retry-after': '120' } })],
    shown: /^⚠️ The model is getting too many questions .* try again in about 2 minutes\.$/,
  },
  {
    name: 'a server that is down',
    scripts: [failure(503, { headers: { 'x-should-retry': 'false' } })],
    shown: /^⚠️ The model's server is not working at the moment: [^\n]+$/,
  },
  {
    name: 'a stream that makes no sense',
    scripts: [malformed('Half of an')],
    shown: /^Half of an\n+⚠️ The answer was cut off in the middle[^\n]+$/,
  },
  {
    name: 'an answer of which a filter took the rest',
    scripts: [text('Half of an', { finishReason: 'content_filter' })],
    shown: /^Half of an\n+⚠️ [^\n]*content filter[^\n]+$/,
  },
  {
    name: 'an answer that became too long',
    scripts: [text('Half of an', { finishReason: 'length' })],
    shown: /^Half of an\n+⚠️ [^\n]*length limit[^\n]+$/,
  },
  { name: 'an empty answer', scripts: [text('')], shown: /^⚠️ The model gave an empty answer[^\n]+$/ },
])('$name becomes one sentence, and the conversation goes on', async ({ scripts, shown }) => {
  const scene = await setScene();
  scene.openai.script(...scripts);
  const question = scene.mention('hello');
  const [answer] = await scene.untilShown(question, shown);
  expect(answer!.content).not.toMatch(/demo|stand-in fault|sk-/);
  expect(scene.openai.requests).toHaveLength(1);
  scene.discord.say(scene.maria, question.id, 'again, please');
  await scene.untilShown(question, 'echo: maria: again, please');
  expect((await scene.prompt(1))[0]).toBe('user: maria: hello');
  expect(scene.answers(question)).toHaveLength(2);
});

test('a connection that breaks in the middle leaves what was said, with one sentence under it', async () => {
  const scene = await setScene();
  const hand = byHand();
  scene.openai.script(hand);
  const question = scene.mention('hello');
  await hand.write('Half of an');
  await scene.untilShown(question, 'Half of an');
  await hand.destroy();
  await scene.untilShown(question, /^Half of an\n+⚠️ The answer was cut off in the middle[^\n]+$/);
  scene.discord.say(scene.maria, question.id, 'go on');
  await scene.untilShown(question, 'echo: maria: go on');
  expect(await scene.prompt(1)).toContain('assistant: Half of an');
  expect(scene.answers(question)).toHaveLength(2);
});

test('what is said during an answer waits, and is answered next, together', async () => {
  const scene = await setScene();
  const { discord, openai, maria, tom } = scene;
  const hand = byHand();
  openai.script(hand);
  const question = scene.mention('first');
  await hand.write('The first answer');
  await scene.untilShown(question, 'The first answer');
  discord.say(tom, question.id, 'second');
  discord.say(maria, question.id, 'thrid');
  const third = discord.messages(question.id).at(-1)!;
  discord.editMessage(third.id, 'third');
  const dropped = discord.say(maria, question.id, 'never mind');
  discord.deleteMessage(dropped.id);
  // The gateway keeps order: when this is answered, all of the above was taken in.
  discord.command(maria, discord.dm(maria).id, 'help');
  await scene.untilShown(discord.dm(maria), /I am Parley/);
  await hand.finish();
  await scene.untilShown(question, /^echo/);
  expect(await scene.prompt(1)).toEqual([
    'user: maria: first',
    'assistant: The first answer',
    'user: tom: second',
    'user: maria: third',
  ]);
  expect(openai.requests).toHaveLength(2);
});

test('a question that is deleted while it is answered stops the model; nobody else notices', async () => {
  const scene = await setScene();
  const { discord, openai, tom } = scene;
  const hand = byHand();
  const other = byHand();
  openai.script(hand, other);
  const question = scene.mention('to be deleted');
  await hand.write('It goes like this:');
  await scene.untilShown(question, 'It goes like this:');
  const direct = discord.dm(tom);
  discord.say(tom, direct.id, 'meanwhile');
  await other.write('I am');
  await scene.untilShown(direct, 'I am');
  discord.deleteMessage(question.id);
  await (await openai.request(0)).aborted;
  await scene.untilShown(question, /^It goes like this:\n+⏹️ The question was deleted[^\n]+$/);
  await other.write(' still here.');
  await other.finish();
  await scene.untilShown(direct, 'I am still here.');
});

test.each(['the answer', 'the thread', 'the channel'] as const)(
  'an answer ends quietly when %s is deleted while it is written',
  async (what) => {
    const scene = await setScene();
    const { world, discord, openai, maria, channel } = scene;
    const hand = byHand();
    openai.script(hand);
    const question = scene.mention('hello');
    await hand.write('It goes like this:');
    const [answer] = await scene.untilShown(question, 'It goes like this:');
    if (what === 'the answer') discord.deleteMessage(answer!.id);
    else discord.deleteChannel(what === 'the thread' ? question.id : channel.id);
    if (what === 'the channel') discord.deleteChannel(question.id);
    await hand.write(' first you take a number of things, and then you put them together.');
    await (await openai.request(0)).aborted;
    await world.status.until('the place of a reply is gone');
    const direct = discord.dm(maria);
    discord.say(maria, direct.id, 'are you well?');
    await scene.untilShown(direct, 'echo: are you well?');
    expect(world.status.text).not.toContain('"level":"error"');
    expect(scene.answers(direct)).toHaveLength(1);
  },
);
