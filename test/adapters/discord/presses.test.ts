import { expect, test } from 'vitest';
import { forms, toButtonId } from '../../../src/core/buttons.ts';
import type { CardView } from '../../../src/core/picture-ports.ts';
import type { CommandSpec } from '../../../src/core/ports.ts';
import { createRecordingInbox } from '../../fakes/recording-inbox.ts';
import type { StandInDiscord } from '../../servers/discord/types.ts';
import { connect, createAdapter } from './harness.ts';

const image: CommandSpec = {
  name: 'image',
  description: 'Make pictures',
  options: [{ name: 'prompt', description: 'What the picture should show', required: true }],
  visibility: 'everyone',
};

const card: CardView = {
  text: 'An otter',
  files: [],
  buttons: [
    { label: 'Again', command: 'image', options: { do: 'again', of: '7' } },
    { label: 'Edit', command: 'image', options: { of: '7' }, asks: forms.edit },
  ],
};

const opening = { key: 'card', attempt: 1, beside: false };

/** Maria asked in a channel, and a card was shown there. */
async function setUp(mode: 'reply' | 'here' = 'reply') {
  const connected = await connect({ commands: [image] });
  const { discord, platform } = connected;
  const maria = discord.user('maria');
  const channel = mode === 'reply' ? discord.channel() : discord.dm(maria);
  const message = discord.say(maria, channel.id, 'draw').id;
  const data = { mode, channel: channel.id, message, author: maria.id, self: discord.bot.id };
  const thread = `discord:${mode === 'reply' ? message : channel.id}` as const;
  const shown = await platform.card!({ thread, data }).open(card, opening);
  return { ...connected, maria, channel, thread, shown };
}

/** A message of the bot that Parley's memory knows nothing of. */
async function postAsBot({ url, token }: StandInDiscord, channelId: string, id: string): Promise<string> {
  const button = { type: 2, style: 2, label: 'Odd', custom_id: id };
  const response = await fetch(`${url}/v10/channels/${channelId}/messages`, {
    method: 'POST',
    headers: { authorization: `Bot ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'x', components: [{ type: 1, components: [button] }] }),
  });
  return ((await response.json()) as { id: string }).id;
}

test('a press is acknowledged at once and becomes a command of the card’s conversation, whoever pressed', async () => {
  const { discord, inbox, platform, channel, thread, shown } = await setUp();
  const tom = discord.user('tom');
  const pressed = discord.press(tom, shown.id, 'Again');
  const call = await inbox.untilCommand('image');
  expect(pressed).toMatchObject({ answer: { type: 5 }, missed: false, ephemeral: false });
  expect(call).toMatchObject({
    id: `discord:${pressed.id}`,
    options: { do: 'again', of: '7' },
    author: { id: tom.id, name: 'tom' },
    shared: true,
    conversation: thread,
    replyTo: { thread, data: { mode: 'interaction', channel: channel.id, author: tom.id } },
  });
  await platform.card!(call.replyTo).open({ ...card, text: 'Another' }, { ...opening, key: call.id });
  const texts = discord.messages(channel.id).map(({ content }) => content);
  expect(texts).toEqual(['draw', 'An otter', 'Another']);
  // The card that it came from stays as it was, and the new one belongs to the same conversation.
  discord.press(tom, pressed.original!, 'Again');
  await inbox.until(() => inbox.commands[1]?.conversation === thread);
});

test('a reply to a card goes on with its conversation', async () => {
  const { discord, inbox, maria, channel, thread, shown } = await setUp();
  discord.say(maria, channel.id, 'make it blue', { replyTo: shown.id });
  expect(await inbox.untilMessage('make it blue')).toMatchObject({ to: 'parley', thread });
});

test.each(['direct', 'thread'] as const)(
  'in a %s channel the channel tells the conversation',
  async (kind) => {
    const connected = await connect({ commands: [image] });
    const { discord, inbox } = connected;
    const maria = discord.user('maria');
    const parent = discord.channel();
    const place = kind === 'direct' ? discord.dm(maria) : discord.openThread(maria, parent.id, 'Otters');
    const id = await postAsBot(discord, place.id, 'image?do=again');
    discord.press(maria, id, 'Odd');
    const call = await inbox.untilCommand('image');
    const thread = `discord:${place.id}`;
    expect(call).toMatchObject({ conversation: thread, shared: kind === 'thread', replyTo: { thread } });
    expect(call.replyTo.data.starterIn).toBe(kind === 'thread' ? parent.id : undefined);
  },
);

test('buttons work after a restart, also where what was remembered is lost', async () => {
  const before = await setUp();
  const { discord, maria, thread, shown, platform } = before;
  await platform.close();
  const inbox = createRecordingInbox();
  // A new store: only the message that the card is a reply to tells where it belongs.
  const after = createAdapter(discord);
  await after.platform.start(inbox, [image]);
  discord.press(maria, shown.id, 'Again');
  expect(await inbox.untilCommand('image')).toMatchObject({ conversation: thread, options: { of: '7' } });
});

test('a card that nothing is known of begins a conversation of its own', async () => {
  const { discord, inbox, maria, channel } = await setUp();
  const id = await postAsBot(discord, channel.id, 'image?do=again');
  discord.press(maria, id, 'Odd');
  expect(await inbox.untilCommand('image')).toMatchObject({ conversation: `discord:${id}` });
});

test('a button that asks shows a form, and its words become an option', async () => {
  const { discord, inbox, maria, thread, shown } = await setUp();
  const pressed = discord.press(maria, shown.id, 'Edit');
  const modal = await discord.until(() => pressed.modal);
  const { edit } = forms;
  expect(modal).toEqual({
    customId: toButtonId({ command: 'image', options: { of: '7' }, asks: edit }),
    title: edit.title,
    inputs: [
      {
        customId: edit.option,
        label: edit.label,
        placeholder: edit.example,
        required: true,
        minLength: 0,
        maxLength: 4000,
        long: true,
      },
    ],
  });
  expect(inbox.commands).toEqual([]);
  const filled = discord.submit(pressed, { prompt: ' make it blue\n' });
  expect(await inbox.untilCommand('image')).toMatchObject({
    id: `discord:${filled.id}`,
    options: { of: '7', prompt: 'make it blue' },
    conversation: thread,
  });
  expect(filled.answer?.type).toBe(5);
});

test('a form that is made of labels is read, too', async () => {
  const { discord, inbox, maria, channel, shown } = await setUp();
  const pressed = discord.press(maria, shown.id, 'Edit');
  const { customId } = await discord.until(() => pressed.modal);
  // What the stand-in does not make itself, it takes no answer to.
  discord.fail({ path: /callback$/, status: 200 });
  const field = { type: 4, custom_id: 'prompt', value: 'blue' };
  discord.gateway.dispatch('INTERACTION_CREATE', {
    id: '77',
    application_id: discord.applicationId,
    type: 5,
    token: 'other',
    version: 1,
    channel: { id: channel.id, type: 0 },
    channel_id: channel.id,
    guild_id: channel.guildId,
    member: { user: { id: maria.id, username: 'maria', global_name: null }, roles: [] },
    data: { custom_id: customId, components: [{ type: 18, component: field }] },
  });
  expect(await inbox.untilCommand('image')).toMatchObject({
    id: 'discord:77',
    options: { of: '7', prompt: 'blue' },
    replyTo: { thread: 'discord:77' },
  });
});

test('what is not Parley’s is said to the presser alone', async () => {
  const { discord, inbox, counters, maria, channel } = await setUp();
  const ids = ['image', 'IMAGE?x=1', 'image?form=unknown', 'stop'];
  const odd = await Promise.all(ids.map((id) => postAsBot(discord, channel.id, id)));
  const presses = odd.map((id) => discord.press(maria, id, 'Odd'));
  await discord.until(() => presses.every(({ answer }) => answer?.type === 4));
  for (const { original } of presses) {
    expect(discord.messages(channel.id).find(({ id }) => id === original)).toMatchObject({
      content: 'This button no longer works.',
      ephemeral: true,
    });
  }
  expect(counters.snapshot()).toMatchObject({ 'discord.dropped.unknown-button': presses.length });
  expect(inbox.commands).toEqual([]);
});

test('an acknowledgement that fails is tried again, and one that came too late is counted', async () => {
  const { discord, inbox, counters, until, maria, shown } = await setUp();
  discord.fail({ path: /callback$/, afterActing: true, destroy: true });
  discord.press(maria, shown.id, 'Again');
  await inbox.untilCommand('image');
  discord.fail({ path: /callback$/, afterActing: true, destroy: true });
  const asked = discord.press(maria, shown.id, 'Edit');
  await discord.until(() => asked.modal);
  discord.fail({ path: /callback$/, status: 404, body: { code: 10062, message: 'Unknown interaction' } });
  discord.press(maria, shown.id, 'Again');
  await until(() => counters.snapshot()['discord.dropped.late-interaction'] === 1);
  expect(inbox.commands).toHaveLength(1);
});

test('a press that is delivered again has the same id', async () => {
  const { discord, inbox, maria, shown } = await setUp();
  discord.press(maria, shown.id, 'Again');
  await inbox.untilCommand('image');
  // The press, and the message that answered it.
  discord.gateway.drop({ repeat: 2 });
  await inbox.until(() => inbox.commands.length === 2);
  expect(inbox.commands[1]!.id).toBe(inbox.commands[0]!.id);
});
