import { expect, test } from 'vitest';
import type { KeyValue } from '../../../src/core/ports.ts';
import type { StandInDiscord } from '../../servers/discord/types.ts';
import { type Connected, connect } from './harness.ts';

/** Says something to Parley in a channel; once it is in, everything said there before has been dealt with. */
async function settle({ discord, inbox }: Connected, channelId: string): Promise<void> {
  const marker = `marker ${discord.requests.length} ${inbox.messages.length}`;
  discord.say(discord.user('marker'), channelId, `<@${discord.bot.id}> ${marker}`);
  await inbox.untilMessage(marker);
}

/** Texts that came in, without the markers. */
const texts = ({ inbox }: Connected) =>
  inbox.messages.map(({ text }) => text).filter((text) => !text.startsWith('marker'));

/** Posts as Parley does, outside of any reply. */
async function postAsBot(discord: StandInDiscord, channelId: string, content: string, replyTo?: string) {
  const response = await fetch(`${discord.url}/v10/channels/${channelId}/messages`, {
    method: 'POST',
    headers: { Authorization: `Bot ${discord.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content, ...(replyTo ? { message_reference: { message_id: replyTo } } : {}) }),
  });
  return ((await response.json()) as { id: string }).id;
}

test('a mention in a channel is passed on, with a thread of its own', async () => {
  const { discord, inbox } = await connect();
  const channel = discord.channel();
  const maria = discord.user('maria');
  const said = discord.say(maria, channel.id, `Hey <@${discord.bot.id}> what is **teal**?`);
  const message = await inbox.untilMessage('Hey what is **teal**?');
  expect(message).toEqual({
    id: `discord:${said.id}`,
    thread: `discord:${said.id}`,
    author: { id: maria.id, name: 'maria' },
    text: 'Hey what is **teal**?',
    attachments: [],
    to: 'parley',
    shared: true,
    replyTo: {
      thread: `discord:${said.id}`,
      data: {
        mode: 'open-thread',
        channel: channel.id,
        message: said.id,
        author: maria.id,
        self: discord.bot.id,
        title: 'Hey what is teal?',
      },
    },
  });
});

/** A message as Discord sends it, of a kind that the stand-in has no acts for. */
const rawMessage = (id: string, channelId: string, guildId: string, content: string) => ({
  id,
  channel_id: channelId,
  guild_id: guildId,
  type: 0,
  author: { id: '70', username: 'maria' },
  content,
  mentions: [] as object[],
  mention_roles: [] as string[],
  mention_everyone: false,
  attachments: [],
});

test.each([
  { kind: 'an announcement channel', type: 5, mode: 'open-thread' },
  { kind: 'the chat of a voice channel', type: 2, mode: 'reply' },
])('in $kind a mention is answered by $mode', async ({ type, mode }) => {
  const { discord, inbox } = await connect();
  const guild = discord.guild();
  const place = { id: '6000', type, guild_id: guild.id, name: 'place', permission_overwrites: [] };
  discord.gateway.dispatch('CHANNEL_CREATE', place);
  const mentions = [{ id: discord.bot.id, username: 'parley' }];
  const content = `<@${discord.bot.id}> hello`;
  discord.gateway.dispatch('MESSAGE_CREATE', { ...rawMessage('6001', '6000', guild.id, content), mentions });
  expect((await inbox.untilMessage('hello')).replyTo.data.mode).toBe(mode);
});

test('the first message of a forum post is in its own thread', async () => {
  const { discord, inbox } = await connect();
  const guild = discord.guild();
  const forum = { id: '6000', type: 15, guild_id: guild.id, name: 'forum', permission_overwrites: [] };
  discord.gateway.dispatch('CHANNEL_CREATE', { ...forum, available_tags: [] });
  const post = { id: '6001', type: 11, guild_id: guild.id, parent_id: '6000', name: 'post', owner_id: '70' };
  discord.gateway.dispatch('THREAD_CREATE', { ...post, newly_created: true });
  discord.gateway.dispatch('MESSAGE_CREATE', rawMessage('6002', '6001', guild.id, 'hello'));
  expect((await inbox.untilMessage('hello')).replyTo.data).toMatchObject({ mode: 'here', starterIn: '6001' });
});

test('the role that Discord made for Parley means Parley', async () => {
  const { discord, inbox } = await connect();
  const channel = discord.channel();
  const role = {
    id: '6000',
    name: 'parley',
    managed: true,
    tags: { bot_id: discord.bot.id },
    permissions: '0',
  };
  discord.gateway.dispatch('GUILD_ROLE_CREATE', { guild_id: channel.guildId, role });
  const message = rawMessage('6001', channel.id, channel.guildId!, '<@&6000> hello');
  discord.gateway.dispatch('MESSAGE_CREATE', { ...message, mention_roles: ['6000'] });
  expect(await inbox.untilMessage('hello')).toMatchObject({ to: 'parley' });
});

test('the name in the server is the name that counts', async () => {
  const { discord, inbox } = await connect();
  const channel = discord.channel();
  const maria = discord.user('maria');
  const event = {
    ...rawMessage('5000', channel.id, channel.guildId!, `<@${discord.bot.id}> hello`),
    author: { id: maria.id, username: 'maria', global_name: 'Maria' },
    member: { nick: 'La Maria', roles: [] },
    mentions: [{ id: discord.bot.id, username: 'parley' }],
  };
  discord.gateway.dispatch('MESSAGE_CREATE', event);
  expect((await inbox.untilMessage('hello')).author).toEqual({ id: maria.id, name: 'La Maria' });
});

test('with replies in the channel a mention is answered there', async () => {
  const { discord, inbox } = await connect({ adapter: { replies: 'channel' } });
  const channel = discord.channel();
  const said = discord.say(discord.user('maria'), channel.id, `<@${discord.bot.id}>: hello`);
  expect(await inbox.untilMessage('hello')).toMatchObject({
    thread: `discord:${said.id}`,
    replyTo: { data: { mode: 'reply', channel: channel.id, message: said.id } },
  });
});

test.each(['CREATE_PUBLIC_THREADS', 'SEND_MESSAGES_IN_THREADS'] as const)(
  'without the permission %s a mention is answered in the channel',
  async (permission) => {
    const { discord, inbox } = await connect();
    const channel = discord.channel({ deny: [permission] });
    discord.say(discord.user('maria'), channel.id, `<@${discord.bot.id}> hello`);
    expect((await inbox.untilMessage('hello')).replyTo.data.mode).toBe('reply');
  },
);

test('a person who asks where Parley may not write is told so once, by direct message', async () => {
  const connected = await connect();
  const { discord, counters, until } = connected;
  const mute = discord.channel({ deny: ['SEND_MESSAGES', 'SEND_MESSAGES_IN_THREADS'] });
  const maria = discord.user('maria');
  discord.say(maria, mute.id, `<@${discord.bot.id}> hello`);
  discord.say(maria, mute.id, `<@${discord.bot.id}> hello?`);
  const direct = discord.dm(maria);
  const notice = await discord.untilMessage(direct.id, () => true);
  expect(notice.content).toBe(
    `About <#${mute.id}>: I am not allowed to write there: an admin of the server has to give me the ` +
      'permissions View Channel, Send Messages and Send Messages in Threads.',
  );
  await until(() => counters.snapshot()['discord.dropped.no-permission'] === 2);
  discord.permit(mute.id, { allow: ['SEND_MESSAGES'] });
  await settle(connected, mute.id);
  expect(discord.messages(direct.id)).toHaveLength(1);
  expect(texts(connected)).toEqual([]);
});

test('a direct message that cannot be delivered is logged and counted', async () => {
  const { discord, counters, log, until } = await connect();
  discord.fail({ path: /^\/users\/@me\/channels$/, status: 403, body: { code: 50007, message: 'Cannot' } });
  const mute = discord.channel({ deny: ['SEND_MESSAGES', 'SEND_MESSAGES_IN_THREADS'] });
  discord.say(discord.user('maria'), mute.id, `<@${discord.bot.id}> hello`);
  await until(() => log.some(({ message }) => message.includes('could not tell a person')));
  expect(counters.snapshot()).toMatchObject({ 'discord.notice-undelivered': 1 });
});

test('what concerns nobody here is not passed on', async () => {
  const connected = await connect();
  const { discord } = connected;
  const channel = discord.channel();
  const maria = discord.user('maria');
  const first = discord.say(maria, channel.id, 'good morning');
  discord.say(discord.user('tom'), channel.id, 'good morning!', { replyTo: first.id });
  discord.say(discord.otherBot('beep'), channel.id, `<@${discord.bot.id}> hello`);
  const shape = { channel_id: channel.id, guild_id: channel.guildId, mention_roles: [], attachments: [] };
  const mentions = [{ id: discord.bot.id, username: 'parley' }];
  const content = `<@${discord.bot.id}> hook`;
  const author = { id: '77', username: 'hook' };
  discord.gateway.dispatch('MESSAGE_CREATE', {
    ...shape,
    id: '1',
    type: 0,
    webhook_id: '77',
    author,
    content,
    mentions,
  });
  discord.gateway.dispatch('MESSAGE_CREATE', { ...shape, id: '2', type: 6, author, content, mentions });
  await settle(connected, channel.id);
  expect(texts(connected)).toEqual([]);
});

test('in a thread a message tells to whom it speaks', async () => {
  const connected = await connect();
  const { discord, inbox } = connected;
  const channel = discord.channel();
  const [maria, tom] = [discord.user('maria'), discord.user('tom')];
  const thread = discord.openThread(maria, channel.id, 'Plans');
  const own = await postAsBot(discord, thread.id, 'Hello, I am Parley.');
  const first = discord.say(maria, thread.id, 'to nobody');
  discord.say(maria, thread.id, 'to Tom', { mentions: [tom] });
  discord.say(tom, thread.id, 'to Maria', { replyTo: first.id, ping: false });
  discord.say(maria, thread.id, 'to myself', { replyTo: first.id, ping: false });
  discord.say(tom, thread.id, 'to Parley by reply', { replyTo: own, ping: false });
  discord.say(tom, thread.id, `to <@${discord.bot.id}> and Maria`, { mentions: [maria] });
  const everyone = rawMessage('5000', thread.id, channel.guildId!, 'to @everyone');
  discord.gateway.dispatch('MESSAGE_CREATE', { ...everyone, mention_everyone: true });
  await settle(connected, thread.id);
  expect(inbox.messages.slice(0, -1).map(({ to, text }) => [to, text])).toEqual([
    ['thread', 'to nobody'],
    ['others', '@tom to Tom'],
    ['others', 'to Maria'],
    ['thread', 'to myself'],
    ['parley', 'to Parley by reply'],
    ['parley', '@maria to and Maria'],
    ['others', 'to @everyone'],
  ]);
  for (const { thread: key, replyTo } of inbox.messages) {
    expect(key).toBe(`discord:${thread.id}`);
    expect(replyTo.data).toMatchObject({ mode: 'here', channel: thread.id, starterIn: channel.id });
  }
});

test('a direct message always speaks to Parley', async () => {
  const { discord, inbox } = await connect();
  const maria = discord.user('maria');
  const direct = discord.dm(maria);
  discord.say(maria, direct.id, 'hello you');
  expect(await inbox.untilMessage('hello you')).toMatchObject({
    thread: `discord:${direct.id}`,
    to: 'parley',
    shared: false,
    replyTo: { data: { mode: 'here', channel: direct.id } },
  });
});

test('a reply to any message of an answer goes on with its conversation', async () => {
  const { discord, inbox, platform } = await connect({ adapter: { replies: 'channel' } });
  const channel = discord.channel();
  const maria = discord.user('maria');
  const question = discord.say(maria, channel.id, `<@${discord.bot.id}> one`);
  const surface = platform.surface((await inbox.untilMessage('one')).replyTo);
  const view = { text: 'page', shown: '' };
  await surface.open(surface.rungs[0]!, view, { index: 0, key: 'a', attempt: 1, whole: true });
  const second = await surface.open(surface.rungs[0]!, view, { index: 1, key: 'b', attempt: 1, whole: true });
  discord.say(maria, channel.id, 'two', { replyTo: second.id });
  expect(await inbox.untilMessage('two')).toMatchObject({
    to: 'parley',
    thread: `discord:${question.id}`,
    replyTo: { data: { mode: 'reply' } },
  });
});

test('a reply to a message that the store does not know follows the replies up to their beginning', async () => {
  const { discord, inbox } = await connect({ adapter: { replies: 'channel' } });
  const channel = discord.channel();
  const maria = discord.user('maria');
  const root = discord.say(maria, channel.id, 'long ago', { silent: true });
  const one = await postAsBot(discord, channel.id, 'answer one', root.id);
  const again = discord.say(maria, channel.id, 'and?', { silent: true, replyTo: one });
  const two = await postAsBot(discord, channel.id, 'answer two', again.id);
  discord.say(maria, channel.id, 'go on', { replyTo: two, ping: false });
  expect(await inbox.untilMessage('go on')).toMatchObject({ to: 'parley', thread: `discord:${root.id}` });
});

test('without message content a reply that says nothing is counted, not passed on', async () => {
  const connected = await connect({ before: (discord) => discord.gateway.refuseIntents() });
  const { discord, counters } = connected;
  const channel = discord.channel();
  const own = await postAsBot(discord, channel.id, 'something of mine');
  discord.say(discord.user('maria'), channel.id, 'unseen', { replyTo: own, ping: false });
  await settle(connected, channel.id);
  expect(texts(connected)).toEqual([]);
  expect(counters.snapshot()).toMatchObject({ 'discord.dropped.no-content': 1 });
});

test('edits and deletions reach the conversation of their message', async () => {
  const { discord, inbox } = await connect();
  const channel = discord.channel();
  const maria = discord.user('maria');
  const said = discord.say(maria, channel.id, `<@${discord.bot.id}> helo`);
  await inbox.untilMessage('helo');
  discord.editMessage(said.id, `<@${discord.bot.id}> hello`);
  const ids = { thread: `discord:${said.id}`, messageId: `discord:${said.id}` };
  expect(await inbox.until(() => inbox.revised[0])).toEqual({ ...ids, text: 'hello' });
  discord.deleteMessage(said.id);
  expect(await inbox.until(() => inbox.withdrawn[0])).toEqual(ids);
});

test('an edit that leaves the text as it was is none', async () => {
  const connected = await connect();
  const { discord, inbox } = connected;
  const direct = discord.dm(discord.user('maria'));
  discord.say(discord.user('maria'), direct.id, 'look: https://example.org', { id: '900' });
  await inbox.untilMessage('look: https://example.org');
  const preview = { id: '900', channel_id: direct.id, content: 'look: https://example.org', embeds: [{}] };
  discord.gateway.dispatch('MESSAGE_UPDATE', preview);
  discord.gateway.dispatch('MESSAGE_UPDATE', { id: '900', channel_id: direct.id, embeds: [{}] });
  await settle(connected, direct.id);
  expect(inbox.revised).toEqual([]);
});

test('messages deleted together are each withdrawn, also those from before a restart', async () => {
  const { discord, inbox } = await connect();
  const channel = discord.channel();
  const thread = discord.openThread(discord.user('maria'), channel.id, 'Plans');
  discord.gateway.dispatch('MESSAGE_DELETE_BULK', {
    ids: ['801', '802'],
    channel_id: thread.id,
    guild_id: channel.guildId,
  });
  await inbox.until(() => inbox.withdrawn[3]);
  expect(inbox.withdrawn).toEqual([
    { thread: `discord:${thread.id}`, messageId: 'discord:801' },
    { thread: 'discord:801', messageId: 'discord:801' },
    { thread: `discord:${thread.id}`, messageId: 'discord:802' },
    { thread: 'discord:802', messageId: 'discord:802' },
  ]);
});

test('files are named', async () => {
  const { discord, inbox } = await connect();
  const maria = discord.user('maria');
  const attachments = [{ filename: 'a.png', contentType: 'image/png', size: 12 }];
  discord.say(maria, discord.dm(maria).id, 'see this', { attachments });
  expect((await inbox.untilMessage('see this')).attachments).toEqual([
    { name: 'a.png', mediaType: 'image/png', bytes: 12, source: expect.anything() },
  ]);
});

test('the order of a channel is kept, whatever has to be looked up', async () => {
  const { discord, inbox } = await connect();
  const channel = discord.channel();
  const maria = discord.user('maria');
  const root = discord.say(maria, channel.id, 'long ago', { silent: true });
  const own = await postAsBot(discord, channel.id, 'answer', root.id);
  const slow = discord.fail({ method: 'GET', path: new RegExp(root.id), hang: true });
  discord.say(maria, channel.id, 'first', { replyTo: own, ping: false });
  discord.say(maria, channel.id, `<@${discord.bot.id}> second`);
  await discord.until(() => slow.hanging === 1);
  expect(inbox.messages).toEqual([]);
  slow.release();
  await inbox.untilMessage('second');
  expect(inbox.messages.map(({ text }) => text)).toEqual(['first', 'second']);
});

test('a malformed event is counted, and the next one is taken', async () => {
  const connected = await connect();
  const { discord, counters } = connected;
  const channel = discord.channel();
  discord.gateway.dispatch('MESSAGE_CREATE', null);
  discord.gateway.dispatch('MESSAGE_CREATE', { channel_id: channel.id, content: 'x' });
  discord.gateway.dispatch('MESSAGE_UPDATE', { id: 7 });
  discord.gateway.dispatch('MESSAGE_DELETE_BULK', { channel_id: channel.id });
  discord.gateway.dispatch('INTERACTION_CREATE', { type: 2 });
  discord.gateway.dispatch('CHANNEL_UPDATE', 'nonsense');
  await settle(connected, channel.id);
  const { 'discord.dropped.malformed': malformed = 0, 'discord.handler-failed': failed = 0 } =
    counters.snapshot();
  expect(malformed + failed).toBeGreaterThanOrEqual(4);
});

test('after a lost connection what was said meanwhile is passed on', async () => {
  const { discord, inbox } = await connect();
  const maria = discord.user('maria');
  const direct = discord.dm(maria);
  discord.gateway.drop();
  const said = discord.say(maria, direct.id, 'are you there?');
  expect((await inbox.untilMessage('are you there?')).id).toBe(`discord:${said.id}`);
  expect(discord.gateway.resumes).toBe(1);
});

test('what is said until the end is taken in: nobody would deliver it again', async () => {
  const { discord, inbox, platform } = await connect();
  const maria = discord.user('maria');
  const direct = discord.dm(maria);
  await platform.stop();
  discord.say(maria, direct.id, 'after');
  await inbox.untilMessage('after');
  const command = discord.command(maria, direct.id, 'help');
  await inbox.untilCommand('help');
  expect(command).toMatchObject({ answer: { type: 5 }, missed: false });
});

/** A store in which looking something up waits, and somebody whose reply waits for it with another behind it. */
async function lookUp() {
  const found = Promise.withResolvers<undefined>();
  const asked = Promise.withResolvers<void>();
  const store: KeyValue = {
    get() {
      asked.resolve();
      return found.promise;
    },
    set: async () => undefined,
    delete: async () => undefined,
    async *entries() {},
  };
  const connected = await connect({ adapter: { store } });
  const { discord } = connected;
  const channel = discord.channel();
  const maria = discord.user('maria');
  const own = await postAsBot(discord, channel.id, 'An answer');
  discord.say(maria, channel.id, 'and then?', { replyTo: own });
  discord.say(maria, channel.id, `<@${discord.bot.id}> and after that?`);
  await asked.promise;
  return { ...connected, found };
}

test('the end waits for what is just being taken in, and for what waits behind it', async () => {
  const { platform, inbox, found } = await lookUp();
  const closing = platform.close();
  found.resolve(undefined);
  await closing;
  expect(inbox.messages.map(({ text }) => text)).toEqual(['and then?', 'and after that?']);
});

test('the end does not wait for ever, and nothing is taken in behind it', async () => {
  const { platform, inbox, found, until, counters } = await lookUp();
  await platform.close();
  expect(inbox.messages).toEqual([]);
  found.resolve(undefined);
  await until(() => counters.snapshot()['discord.dropped.closed'] === 1);
});
