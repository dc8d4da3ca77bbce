import { expect, test } from 'vitest';
import { connect } from './harness.ts';

test('mentioned in the middle of a thread, all above it is read, with its first message', async () => {
  const { discord, inbox, platform } = await connect();
  const channel = discord.channel();
  const [maria, tom] = [discord.user('maria'), discord.user('tom')];
  const starter = discord.say(maria, channel.id, 'Shall we paint it?');
  const thread = discord.openThread(maria, channel.id, 'Paint', starter.id);
  discord.say(tom, thread.id, `Yes, <@${maria.id}>!`, { mentions: [maria] });
  const files = [{ filename: 'wall.png', contentType: 'image/png' }];
  discord.say(maria, thread.id, 'Teal?', { attachments: files });
  discord.say(tom, thread.id, `<@${discord.bot.id}> what do you think?`);
  const { replyTo } = await inbox.untilMessage('what do you think?');
  discord.say(maria, thread.id, 'said after the question');
  expect(await platform.earlier!(replyTo)).toEqual([
    { author: { id: maria.id, name: 'maria' }, own: false, text: 'Shall we paint it?' },
    { author: { id: tom.id, name: 'tom' }, own: false, text: 'Yes, @maria!' },
    { author: { id: maria.id, name: 'maria' }, own: false, text: 'Teal?\n[file: wall.png]' },
  ]);
});

test('of a long thread the newest hundred are read, and its first message', async () => {
  const { discord, inbox, platform } = await connect();
  const channel = discord.channel();
  const maria = discord.user('maria');
  const starter = discord.say(maria, channel.id, 'How it began');
  const thread = discord.openThread(maria, channel.id, 'Long', starter.id);
  for (let line = 1; line <= 120; line += 1) discord.say(maria, thread.id, `line ${line}`);
  discord.say(maria, thread.id, `<@${discord.bot.id}> sum up`);
  const { replyTo } = await inbox.untilMessage('sum up');
  const said = (await platform.earlier!(replyTo)).map(({ text }) => text);
  expect([said[0], said[1], said.at(-1), said.length]).toEqual(['How it began', 'line 21', 'line 120', 101]);
});

test('a thread that was opened from no message is read without one', async () => {
  const { discord, inbox, platform } = await connect();
  const maria = discord.user('maria');
  const thread = discord.openThread(maria, discord.channel().id, 'Loose');
  discord.say(maria, thread.id, 'first');
  discord.say(maria, thread.id, `<@${discord.bot.id}> well?`);
  const { replyTo } = await inbox.untilMessage('well?');
  expect((await platform.earlier!(replyTo)).map(({ text }) => text)).toEqual(['first']);
});

test('a mention that replies to somebody brings what they said, and what that replied to', async () => {
  const { discord, inbox, platform } = await connect();
  const channel = discord.channel();
  const [maria, tom] = [discord.user('maria'), discord.user('tom')];
  const first = discord.say(maria, channel.id, 'Is it teal?');
  discord.say(maria, channel.id, 'something else');
  const second = discord.say(tom, channel.id, 'No, cyan.', { replyTo: first.id });
  discord.say(maria, channel.id, `<@${discord.bot.id}> who is right?`, { replyTo: second.id });
  const { replyTo, thread, id } = await inbox.untilMessage('who is right?');
  expect(thread).toBe(id);
  expect((await platform.earlier!(replyTo)).map(({ author, text }) => [author.name, text])).toEqual([
    ['maria', 'Is it teal?'],
    ['tom', 'No, cyan.'],
  ]);
});

test('what Parley said itself is marked, and an answer that is still empty is left out', async () => {
  const { discord, inbox, platform } = await connect();
  const maria = discord.user('maria');
  const thread = discord.openThread(maria, discord.channel().id, 'Plans');
  discord.command(maria, thread.id, 'ask', { question: 'one' });
  const first = platform.surface((await inbox.untilCommand('ask')).replyTo);
  await first.open(
    first.rungs[0]!,
    { text: 'Teal.', shown: '' },
    { index: 0, key: 'a', attempt: 1, whole: true },
  );
  discord.command(maria, thread.id, 'help');
  await inbox.untilCommand('help');
  discord.say(maria, thread.id, `<@${discord.bot.id}> and?`);
  const earlier = await platform.earlier!((await inbox.untilMessage('and?')).replyTo);
  expect(earlier).toMatchObject([{ own: true, text: 'Teal.' }]);
});

test('a command in a thread knows what was said above it', async () => {
  const { discord, inbox, platform } = await connect();
  const maria = discord.user('maria');
  const thread = discord.openThread(maria, discord.channel().id, 'Plans');
  discord.say(maria, thread.id, 'We paint it teal.');
  discord.command(maria, thread.id, 'ask', { question: 'which colour?' });
  const { replyTo } = await inbox.untilCommand('ask');
  expect((await platform.earlier!(replyTo)).map(({ text }) => text)).toEqual(['We paint it teal.']);
});

test('a direct channel and a fresh question in a channel have nothing before them', async () => {
  const { discord, inbox, platform } = await connect();
  const maria = discord.user('maria');
  const channel = discord.channel();
  discord.say(maria, channel.id, 'chatter');
  discord.say(maria, channel.id, `<@${discord.bot.id}> in the channel`);
  discord.say(maria, discord.dm(maria).id, 'long ago', { silent: true });
  discord.say(maria, discord.dm(maria).id, 'directly');
  for (const text of ['in the channel', 'directly']) {
    expect(await platform.earlier!((await inbox.untilMessage(text)).replyTo)).toEqual([]);
  }
});

test('where it can not be read it rejects, and nothing else happens', async () => {
  const { discord, inbox, platform } = await connect();
  const maria = discord.user('maria');
  const thread = discord.openThread(maria, discord.channel().id, 'Plans');
  discord.say(maria, thread.id, `<@${discord.bot.id}> hello`);
  const { replyTo } = await inbox.untilMessage('hello');
  discord.fail({
    method: 'GET',
    path: /messages/,
    status: 403,
    body: { code: 50001, message: 'Missing Access' },
  });
  await expect(platform.earlier!(replyTo)).rejects.toThrow('Missing Access');
});
