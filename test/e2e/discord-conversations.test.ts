import { expect, test } from 'vitest';
import { byHand, text } from '../servers/openai.ts';
import { setScene } from './discord-scene.ts';

test('a mention grows into an answer in a thread, which goes on without a mention, also after a restart', async () => {
  const scene = await setScene();
  const { world, discord, openai, maria, tom, channel } = scene;
  const hand = byHand();
  openai.script(hand, text('It is calm.'), text('Navy is darker.'));

  const question = scene.mention('what **is** teal?');
  await hand.asked;
  await discord.until(() => discord.typing.some(({ channelId }) => channelId === question.id));
  const parts = [
    'Teal',
    ' is a colour between blue and green, named after a bird',
    ' with a stripe like that.',
  ];
  await hand.write(parts[0]!);
  await scene.untilShown(question, parts[0]!);
  await hand.write(parts[1]!);
  await scene.untilShown(question, parts.slice(0, 2).join(''));
  await hand.write(parts[2]!);
  await hand.finish();
  const [answer] = await scene.untilShown(question, parts.join(''));
  expect(answer!.versions.length).toBeGreaterThanOrEqual(3);
  expect(discord.threads).toMatchObject([{ id: question.id, parentId: channel.id, name: 'what is teal?' }]);
  expect(discord.typing.every(({ at }) => at <= answer!.versions[0]!.at)).toBe(true);

  discord.say(maria, question.id, 'is it pretty?');
  await scene.untilShown(question, 'It is calm.');
  expect(await scene.prompt(1)).toEqual([
    'user: maria: what **is** teal?',
    `assistant: ${parts.join('')}`,
    'user: maria: is it pretty?',
  ]);

  await world.restart();
  discord.say(tom, question.id, 'and navy?');
  await scene.untilShown(question, 'Navy is darker.');
  expect((await scene.prompt(2)).slice(-2)).toEqual(['assistant: It is calm.', 'user: tom: and navy?']);
  expect(await scene.prompt(2)).toHaveLength(5);
  expect(scene.answers(channel)).toEqual([]);
  expect(openai.requests).toHaveLength(3);
});

test('a direct message needs no mention, and is remembered after a restart', async () => {
  const scene = await setScene();
  const { world, discord, maria } = scene;
  const direct = discord.dm(maria);
  discord.say(maria, direct.id, 'my favourite colour is teal');
  const [answer] = await scene.untilShown(direct, 'echo: my favourite colour is teal');
  expect(answer!.reference).toBeUndefined();
  await world.restart();
  discord.say(maria, direct.id, 'which one is it?');
  await scene.untilShown(direct, 'echo: which one is it?');
  expect(await scene.prompt(1)).toEqual([
    'user: my favourite colour is teal',
    'assistant: echo: my favourite colour is teal',
    'user: which one is it?',
  ]);
});

test('mentioned in the middle of a thread, Parley reads what was said above, and takes part from then on', async () => {
  const scene = await setScene();
  const { discord, maria, tom, channel } = scene;
  const start = discord.say(maria, channel.id, 'lunch on Friday?');
  const thread = discord.openThread(maria, channel.id, 'Lunch', start.id);
  discord.say(tom, thread.id, 'noodles, please');
  discord.say(maria, thread.id, `<@${discord.bot.id}> where do we go?`);
  await scene.untilShown(thread, 'echo: maria: where do we go?');
  const above = [
    'user: maria: lunch on Friday?',
    'user: tom: noodles, please',
    'user: maria: where do we go?',
  ];
  expect(await scene.prompt(0)).toEqual(above);

  // Said to somebody else: heard, and left alone.
  discord.say(maria, thread.id, 'you choose', { mentions: [tom] });
  discord.say(tom, thread.id, 'what is near?');
  await scene.untilShown(thread, /what is near/);
  expect(await scene.prompt(1)).toEqual([
    ...above,
    'assistant: echo: maria: where do we go?',
    'user: maria: @tom you choose',
    'user: tom: what is near?',
  ]);
  expect(scene.openai.requests).toHaveLength(2);
});

test('with DISCORD_REPLIES=channel the chain of replies is the conversation', async () => {
  const scene = await setScene({ environment: { DISCORD_REPLIES: 'channel' } });
  const { world, discord, openai, maria, tom, channel } = scene;
  openai.script(text('Teal.'), text('Navy.'), text('Red.'), text('Sure.'));
  const question = scene.mention('a colour?');
  const [teal] = await scene.untilShown(channel, 'Teal.');
  expect(teal!.reference?.messageId).toBe(question.id);

  discord.say(maria, channel.id, 'another?', { replyTo: teal!.id });
  const navy = (await scene.untilShown(channel, 'Navy.')).at(-1)!;
  await world.restart();
  discord.say(tom, channel.id, 'and a warm one?', { replyTo: navy.id, ping: false });
  await scene.untilShown(channel, 'Red.');
  expect(await scene.prompt(2)).toEqual([
    'user: maria: a colour?',
    'assistant: Teal.',
    'user: maria: another?',
    'assistant: Navy.',
    'user: tom: and a warm one?',
  ]);

  // A mention begins anew, with the message that it is a reply to.
  const remark = discord.say(tom, channel.id, 'the build is red');
  scene.mention('can you explain this?', { replyTo: remark.id });
  await scene.untilShown(channel, 'Sure.');
  expect(await scene.prompt(3)).toEqual([
    'user: tom: the build is red',
    'user: maria: can you explain this?',
  ]);
  expect(discord.threads).toEqual([]);
});

test.each(['CREATE_PUBLIC_THREADS', 'SEND_MESSAGES_IN_THREADS'] as const)(
  'where %s is missing, the answer is a reply in the channel',
  async (permission) => {
    const scene = await setScene();
    scene.discord.permit(scene.channel.id, { deny: [permission] });
    const question = scene.mention('hello');
    const [answer] = await scene.untilShown(scene.channel, 'echo: maria: hello');
    expect(answer!.reference?.messageId).toBe(question.id);
    expect(scene.discord.threads).toEqual([]);
  },
);

test('somebody whom Parley may not answer is told so once, in words, in a direct message', async () => {
  const scene = await setScene();
  const { world, discord, maria, tom, channel } = scene;
  discord.permit(channel.id, {
    deny: ['SEND_MESSAGES', 'SEND_MESSAGES_IN_THREADS', 'CREATE_PUBLIC_THREADS'],
  });
  scene.mention('hello?');
  const notice = /^About <#\d+>: I am not allowed to write there: .*Send Messages/;
  await scene.untilShown(discord.dm(maria), notice);
  await world.restart();
  scene.mention('hello??');
  discord.say(tom, channel.id, 'me too', { mentions: 'bot' });
  await scene.untilShown(discord.dm(tom), notice);
  expect(scene.answers(discord.dm(maria))).toHaveLength(1);
  expect(scene.answers(channel)).toEqual([]);
  expect(scene.openai.requests).toHaveLength(0);
});

test('other bots are ignored, and so is what Parley says itself and what is edited after its answer', async () => {
  const scene = await setScene();
  const { discord, channel, maria, openai } = scene;
  const other = discord.otherBot('other');
  discord.say(other, channel.id, 'hello you', { mentions: 'bot' });
  discord.say(discord.bot, channel.id, 'note to self', { mentions: 'bot' });
  const question = scene.mention('hello');
  await scene.untilShown(question, 'echo: maria: hello');
  discord.say(other, question.id, 'I am in this thread, too');
  discord.editMessage(question.id, `<@${discord.bot.id}> hello, hello`);
  discord.say(maria, question.id, 'still there?');
  await scene.untilShown(question, /still there/);
  expect(openai.requests).toHaveLength(2);
});
