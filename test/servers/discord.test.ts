import { once } from 'node:events';
import {
  type ChatInputCommandInteraction,
  Events,
  GatewayIntentBits,
  type Message,
  MessageFlags,
} from 'discord.js';
import { expect, test } from 'vitest';
import { call, createClient, login, startForTest } from './discord/testing.ts';

test('logs in and sees its guilds and permissions', async () => {
  const discord = await startForTest();
  const guild = discord.guild('Team');
  const open = discord.channel({ guild });
  const closed = discord.channel({ guild, deny: ['CREATE_PUBLIC_THREADS'] });
  const client = await login(discord);
  expect(client.user.id).toBe(discord.bot.id);
  expect(client.guilds.cache.get(guild.id)?.name).toBe('Team');
  const may = (id: string) => {
    const channel = client.channels.cache.get(id);
    if (!channel || channel.isDMBased()) throw new Error('The channel is not known.');
    return channel.permissionsFor(client.user)?.has('CreatePublicThreads');
  };
  expect([may(open.id), may(closed.id)]).toEqual([true, false]);
  const updated = once(client, Events.ChannelUpdate);
  discord.permit(open.id, { deny: ['CREATE_PUBLIC_THREADS'] });
  await updated;
  expect(may(open.id)).toBe(false);
});

test('receives a mention, replies and edits the reply', async () => {
  const discord = await startForTest();
  const client = await login(discord);
  const ann = discord.user('ann');
  const channel = discord.channel();
  client.on(Events.MessageCreate, async (message) => {
    if (message.author.bot || !message.mentions.has(client.user)) return;
    const reply = await message.reply('Hello');
    await reply.edit('Hello ann @everyone');
  });
  const question = discord.say(ann, channel.id, 'hi', { mentions: 'bot' });
  const reply = await discord.untilMessage(channel.id, ({ content }) => content === 'Hello ann @everyone');
  expect(reply.versions.map(({ content }) => content)).toEqual(['Hello', 'Hello ann @everyone']);
  expect(reply.reference?.messageId).toBe(question.id);
  expect(reply.author).toEqual(discord.bot);
  expect(discord.pings).toEqual([{ kind: 'reply', target: ann.id, messageId: reply.id, cause: 'create' }]);
});

test('hears of its own messages, of edits and of deletions', async () => {
  const discord = await startForTest();
  const channel = discord.channel();
  const client = await login(discord);
  const own = once(client, Events.MessageCreate);
  await call(discord, 'POST', `/channels/${channel.id}/messages`, { content: 'mine', tts: false });
  expect((await own)[0]).toMatchObject({ content: 'mine', author: { id: discord.bot.id } });
  const created = once(client, Events.MessageCreate);
  const said = discord.say(discord.user('ann'), channel.id, 'one');
  await created;
  const edited = once(client, Events.MessageUpdate);
  discord.editMessage(said.id, 'two');
  expect((await edited)[1].content).toBe('two');
  const deleted = once(client, Events.MessageDelete);
  discord.deleteMessage(said.id);
  expect((await deleted)[0].id).toBe(said.id);
  const gone = once(client, Events.ChannelDelete);
  discord.deleteChannel(channel.id);
  expect((await gone)[0].id).toBe(channel.id);
});

test('opens a thread and answers in it', async () => {
  const discord = await startForTest();
  const client = await login(discord);
  const channel = discord.channel();
  const types: number[] = [];
  const followedUp = new Promise<Message>((resolve) => {
    client.on(Events.MessageCreate, async (message) => {
      types.push(message.type);
      if (message.content === 'and then?') resolve(message);
      if (message.channel.isThread() || message.author.bot) return;
      const thread = await message.startThread({ name: 'A question' });
      await thread.send('Answer');
    });
  });
  const question = discord.say(discord.user('ann'), channel.id, 'hi', { mentions: 'bot' });
  const thread = await discord.until(() => discord.threads[0]);
  await discord.untilMessage(thread.id, ({ content }) => content === 'Answer');
  discord.say(discord.user('bob'), thread.id, 'and then?');
  expect((await followedUp).channelId).toBe(thread.id);
  expect(thread).toMatchObject({ id: question.id, parentId: channel.id, name: 'A question' });
  expect(discord.messages(channel.id)[0]?.thread).toBe(thread);
  // The thread's first message is Discord's own, and not listed as something that was said.
  expect(types).toEqual([0, 21, 0, 0]);
  expect(discord.messages(thread.id).map(({ content }) => content)).toEqual(['Answer', 'and then?']);
});

test('a message opens an archived thread again that the client does not know', async () => {
  const discord = await startForTest();
  const ann = discord.user('ann');
  const thread = discord.openThread(ann, discord.channel().id, 'old');
  discord.setThread(thread.id, { archived: true });
  const client = await login(discord);
  expect(client.channels.cache.has(thread.id)).toBe(false);
  const heard = once(client, Events.MessageCreate);
  discord.say(ann, thread.id, 'still there?');
  expect((await heard)[0].channel.isThread()).toBe(true);
  expect(thread.archived).toBe(false);
});

test.each([4000, 'abrupt'] as const)('resumes after %s with what it missed', async (code) => {
  const discord = await startForTest();
  const client = await login(discord);
  const channel = discord.channel();
  const heard: string[] = [];
  client.on(Events.MessageCreate, ({ content }) => heard.push(content));
  discord.say(discord.user('ann'), channel.id, 'before');
  await once(client, Events.MessageCreate);
  const raw: string[] = [];
  client.on(Events.Raw, ({ t, d }) => raw.push(`${t} ${d.content ?? ''}`.trim()));
  discord.gateway.drop({ code, repeat: 1 });
  discord.say(discord.user('bob'), channel.id, 'meanwhile');
  const [, replayed] = await once(client, Events.ShardResume);
  expect(heard).toEqual(['before', 'meanwhile']);
  expect(raw).toEqual(['MESSAGE_CREATE before', 'MESSAGE_CREATE meanwhile', 'RESUMED']);
  expect(replayed).toBe(2);
  expect(discord.gateway).toMatchObject({ connected: 1, identifies: 1, resumes: 1 });
});

test('a forgotten session starts anew and misses what was said', async () => {
  const discord = await startForTest();
  // The usual throttle waits 5 s between two session starts.
  const buildIdentifyThrottler = async () => ({ waitForIdentify: async () => {} });
  const client = await login(discord, { ws: { buildIdentifyThrottler } });
  const channel = discord.channel();
  const heard: string[] = [];
  client.on(Events.MessageCreate, ({ content }) => heard.push(content));
  discord.gateway.drop({ resumable: false });
  discord.say(discord.user('ann'), channel.id, 'unheard');
  await discord.until(() => discord.gateway.identifies === 2 && discord.gateway.connected === 1);
  discord.say(discord.user('ann'), channel.id, 'heard');
  await once(client, Events.MessageCreate);
  expect(heard).toEqual(['heard']);
});

test('events that are held arrive in order once released', async () => {
  const discord = await startForTest();
  const client = await login(discord);
  const channel = discord.channel();
  const heard: string[] = [];
  client.on(Events.MessageCreate, ({ content }) => heard.push(content));
  discord.gateway.hold();
  const ann = discord.user('ann');
  for (const text of ['1', '2', '3']) discord.say(ann, channel.id, text);
  // A round trip: an event that had been sent would be here by now.
  await client.rest.get('/users/@me');
  expect(heard).toEqual([]);
  discord.gateway.release();
  while (heard.length < 3) await once(client, Events.MessageCreate);
  expect(heard).toEqual(['1', '2', '3']);
});

test('a command is deferred, edited and followed up', async () => {
  const discord = await startForTest();
  const client = await login(discord);
  const options = [{ type: 3, name: 'question', description: 'What to ask' }];
  await client.application.commands.set([{ name: 'ask', description: 'Asks', options }]);
  expect(discord.registered).toMatchObject({ writes: 1, commands: [{ name: 'ask' }] });
  const channel = discord.channel();
  client.on(Events.InteractionCreate, async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    await interaction.deferReply();
    await interaction.editReply(`You asked ${interaction.options.getString('question')}`);
    await interaction.followUp({ content: 'Anything else?', flags: MessageFlags.Ephemeral });
  });
  const asked = discord.command(discord.user('ann'), channel.id, 'ask', { question: 'why' });
  await discord.until(() => asked.followUps.length === 1);
  const [answer, followUp] = discord.messages(channel.id);
  expect(asked).toMatchObject({ answer: { type: 5 }, missed: false, ephemeral: false, original: answer?.id });
  expect(answer?.versions.map(({ content }) => content)).toEqual(['You asked why']);
  expect(followUp).toMatchObject({ content: 'Anything else?', ephemeral: true });
});

test('a command in a direct channel, and a button', async () => {
  const discord = await startForTest();
  const client = await login(discord);
  const ann = discord.user('ann');
  const called = once(client, Events.InteractionCreate);
  const asked = discord.command(ann, discord.dm(ann).id, 'ask');
  const [interaction] = (await called) as [ChatInputCommandInteraction];
  expect(interaction.inGuild()).toBe(false);
  const stop = { type: 2, style: 4, label: 'Stop', custom_id: 'stop' } as const;
  const components = [{ type: 1, components: [stop] }];
  const reply = await interaction.reply({ content: 'Here', components, withResponse: true });
  expect(reply.resource?.message?.id).toBe(asked.original);
  const pressed = once(client, Events.InteractionCreate);
  const press = discord.press(ann, asked.original!, 'stop');
  const [button] = await pressed;
  expect(button.customId).toBe('stop');
  await button.update('Stopped');
  expect(press.answer?.type).toBe(7);
  expect(discord.messages(discord.dm(ann).id).map(({ content }) => content)).toEqual(['Stopped']);
});

test('a direct message arrives and is answered', async () => {
  const discord = await startForTest();
  const client = await login(discord);
  const ann = discord.user('ann');
  const arrived = once(client, Events.MessageCreate);
  discord.say(ann, discord.dm(ann).id, 'hello');
  const [message] = (await arrived) as [Message<false>];
  expect(message.content).toBe('hello');
  const sent = await (await client.users.fetch(ann.id)).send('hello ann');
  expect(sent.channelId).toBe(discord.dm(ann).id);
  expect(discord.messages(sent.channelId)).toHaveLength(2);
});

test('without the content intent only mentions and direct messages can be read', async () => {
  const discord = await startForTest();
  discord.gateway.refuseIntents();
  const refused = createClient(discord);
  await expect(refused.login(discord.token)).rejects.toThrow('disallowed intents');
  const { Guilds, GuildMessages, DirectMessages } = GatewayIntentBits;
  const client = await login(discord, { intents: [Guilds, GuildMessages, DirectMessages] });
  const heard: string[] = [];
  client.on(Events.MessageCreate, ({ content }) => heard.push(content));
  const channel = discord.channel();
  const ann = discord.user('ann');
  discord.say(ann, channel.id, 'not for you');
  discord.say(ann, channel.id, 'for you', { mentions: 'bot' });
  discord.say(ann, discord.dm(ann).id, 'direct');
  while (heard.length < 3) await once(client, Events.MessageCreate);
  expect(heard).toEqual(['', `<@${discord.bot.id}> for you`, 'direct']);
  const { body } = await call(discord, 'GET', `/channels/${channel.id}/messages`);
  expect(body.map(({ content }: { content: string }) => content)).toEqual([heard[1], '']);
});

test('a wrong token is refused', async () => {
  const discord = await startForTest();
  await expect(createClient(discord).login('wrong')).rejects.toThrow('invalid token');
  const socket = new WebSocket(discord.url.replace('http', 'ws'));
  socket.onmessage = () => socket.send(JSON.stringify({ op: 2, d: { token: 'wrong', intents: 1 } }));
  const [closed] = await once(socket, 'close');
  expect(closed.code).toBe(4004);
});

test('the client waits out a 429', async () => {
  const discord = await startForTest({ limits: { message: { calls: 2, perMs: 1500 } } });
  const client = await login(discord);
  const channel = discord.channel();
  const sendable = await client.channels.fetch(channel.id);
  if (!sendable?.isSendable()) throw new Error('The channel is not known.');
  await sendable.send('1');
  await call(discord, 'POST', `/channels/${channel.id}/messages`, { content: '2' });
  await sendable.send('3');
  expect(discord.messages(channel.id).map(({ content }) => content)).toEqual(['1', '2', '3']);
  expect(discord.refused).toEqual({ user: 1, global: 0, shared: 0 });
});
