import { expect, test } from 'vitest';
import { setScene } from './discord-scene.ts';

test('what is said while the gateway is away is answered afterwards, and what it repeats is answered once', async () => {
  const scene = await setScene();
  const { world, discord, openai, maria, tom, channel } = scene;
  discord.gateway.drop({ code: 'abrupt' });
  const question = scene.mention('did you miss me?');
  discord.command(tom, discord.dm(tom).id, 'help');
  await scene.untilShown(question, 'echo: maria: did you miss me?');
  await scene.untilShown(discord.dm(tom), /I am Parley/);
  expect(discord.gateway.resumes).toBe(1);

  discord.gateway.drop({ repeat: 10 });
  await discord.until(() => discord.gateway.resumes === 2);
  discord.say(maria, question.id, 'and now?');
  await scene.untilShown(question, 'echo: maria: and now?');
  expect(openai.requests).toHaveLength(2);
  expect(scene.answers(discord.dm(tom))).toHaveLength(1);

  // The same message once more, to a process that never had it.
  const answer = await fetch(`${discord.url}/v10/channels/${channel.id}/messages/${question.id}`, {
    headers: { Authorization: `Bot ${discord.token}` },
  });
  const message = (await answer.json()) as Record<string, unknown>;
  await world.restart();
  discord.gateway.dispatch('MESSAGE_CREATE', { ...message, guild_id: channel.guildId });
  discord.say(maria, question.id, 'and at last?');
  await scene.untilShown(question, 'echo: maria: and at last?');
  expect(openai.requests).toHaveLength(3);
});

test('events that make no sense are dropped and counted, and touch nobody', async () => {
  const scene = await setScene();
  const { parley, discord, channel, maria } = scene;
  const nonsense = [
    null,
    {},
    [],
    'text',
    { id: 1 },
    { channel_id: channel.id, author: null },
    { mentions: 7 },
  ];
  const types = ['MESSAGE_CREATE', 'MESSAGE_UPDATE', 'MESSAGE_DELETE', 'INTERACTION_CREATE', 'THREAD_CREATE'];
  for (const type of types) for (const data of nonsense) discord.gateway.dispatch(type, data);
  discord.gateway.dispatch('NO_SUCH_EVENT', { id: '1' });
  const question = scene.mention('still alive?');
  await scene.untilShown(question, 'echo: maria: still alive?');
  discord.say(maria, question.id, 'really?');
  await scene.untilShown(question, 'echo: maria: really?');
  expect(discord.gateway.identifies).toBe(1);
  expect(discord.gateway.resumes).toBe(0);
  const counts = parley.counters.snapshot();
  const dropped = (counts['discord.dropped.malformed'] ?? 0) + (counts['discord.handler-failed'] ?? 0);
  expect(dropped).toBeGreaterThan(types.length);
});

test('without the Message Content Intent mentions, direct messages and commands work, and the loss is said at the start', async () => {
  const scene = await setScene({}, (discord) => discord.gateway.refuseIntents());
  const { world, discord, openai, maria, channel } = scene;
  expect(world.status.text).toMatch(
    /^Discord: connected as .*Message Content Intent is off: replies in threads/m,
  );
  const question = scene.mention('hello');
  await scene.untilShown(question, 'echo: maria: hello');
  discord.say(maria, question.id, 'Parley can not read this');
  discord.say(maria, question.id, 'but this', { mentions: 'bot' });
  await scene.untilShown(question, 'echo: maria: but this');
  discord.say(maria, discord.dm(maria).id, 'and this');
  await scene.untilShown(discord.dm(maria), 'echo: and this');
  discord.command(maria, channel.id, 'ask', { question: 'and that?' });
  await scene.untilShown(channel, 'echo: maria: and that?');
  expect(openai.requests).toHaveLength(4);
});

const long = 'word '.repeat(1200).trim();

test.each<{
  readonly name: string;
  readonly said: string;
  readonly file?: string;
  readonly asked?: string;
  readonly shown: string | RegExp;
}>([
  { name: 'an emoji alone', said: '🤷🏽‍♀️', asked: '🤷🏽‍♀️', shown: 'echo: 🤷🏽‍♀️' },
  { name: 'Windows line ends', said: 'one\r\ntwo\r\rthree', asked: 'one\ntwo\n\nthree', shown: /three$/ },
  { name: '6,000 characters', said: long, asked: long, shown: /word$/ },
  { name: 'a mention and nothing else', said: '', shown: /^What can I do for you\?/ },
  {
    name: 'a file of an unknown type alone',
    said: '',
    file: 'data.xyz',
    shown: /^⚠️ “data\.xyz” [^\n]+\.$/,
  },
  {
    name: 'a question with a file',
    said: 'what is this?',
    file: 'data.xyz',
    asked: 'what is this?\n\n[Attached, but not readable for you: data.xyz (application/x-unknown)]',
    shown: /\n+⚠️ “data\.xyz” [^\n]+\.$/,
  },
])('$name is answered', async ({ said, file, asked, shown }) => {
  const scene = await setScene();
  const { discord, maria, openai } = scene;
  const direct = discord.dm(maria);
  const attachments =
    file === undefined
      ? []
      : [{ filename: file, contentType: 'application/x-unknown', content: Buffer.from([0, 1, 2, 3]) }];
  discord.say(maria, direct.id, said, { mentions: 'bot', attachments });
  await scene.untilShown(direct, shown);
  expect(openai.requests).toHaveLength(asked === undefined ? 0 : 1);
  if (asked !== undefined) expect(await scene.prompt(0)).toEqual([`user: ${asked}`]);
});
