import { afterEach, expect, test, vi } from 'vitest';
import type { OpenOptions, ReplySurface } from '../../../src/core/ports.ts';
import type { SeenInteraction } from '../../servers/discord/types.ts';
import { type Connected, commands, connect, createAdapter } from './harness.ts';

afterEach(() => void vi.useRealTimers());

const view = (text: string) => ({ text, shown: '' });
const page = (index = 0, changes: Partial<OpenOptions> = {}) => ({
  index,
  key: `reply-${index}`,
  attempt: 1,
  whole: false,
  ...changes,
});
const rungNames = (surface: ReplySurface) => surface.rungs.map(({ name }) => name);

/** Calls `/ask` in a channel and gives what the adapter made of it. */
async function askIn({ discord, inbox, platform }: Connected, channelId: string) {
  const maria = discord.user('maria');
  const interaction = discord.command(maria, channelId, 'ask', { question: 'What is teal?' });
  const call = await inbox.untilCommand('ask');
  return { maria, interaction, call, surface: platform.surface(call.replyTo) };
}

const original = ({ discord }: Connected, { channelId, original: id }: SeenInteraction) =>
  discord.messages(channelId).find((message) => message.id === id);

test('a command in a channel is acknowledged at once and begins a conversation', async () => {
  const connected = await connect();
  const { discord } = connected;
  const channel = discord.channel();
  const { maria, interaction, call } = await askIn(connected, channel.id);
  expect(interaction).toMatchObject({ answer: { type: 5 }, missed: false, ephemeral: false });
  expect(call).toMatchObject({
    id: `discord:${interaction.id}`,
    name: 'ask',
    options: { question: 'What is teal?' },
    author: { id: maria.id, name: 'maria' },
    shared: true,
    replyTo: { thread: `discord:${interaction.id}` },
  });
  expect(call).not.toHaveProperty('conversation');
});

test('in a thread and in a direct channel a command belongs to the conversation there', async () => {
  const connected = await connect();
  const { discord, inbox } = connected;
  const channel = discord.channel();
  const maria = discord.user('maria');
  const thread = discord.openThread(maria, channel.id, 'Plans');
  discord.command(maria, thread.id, 'ask', { question: 'here?' });
  expect(await inbox.untilCommand('ask')).toMatchObject({
    conversation: `discord:${thread.id}`,
    shared: true,
    replyTo: { thread: `discord:${thread.id}`, data: { starterIn: channel.id } },
  });
  const direct = discord.dm(maria);
  discord.command(maria, direct.id, 'help');
  expect(await inbox.untilCommand('help')).toMatchObject({
    conversation: `discord:${direct.id}`,
    shared: false,
    replyTo: { thread: `discord:${direct.id}` },
  });
});

test('the answer grows in the place of "is thinking…" and goes on in follow-ups', async () => {
  const connected = await connect();
  const { discord } = connected;
  const channel = discord.channel();
  const { interaction, surface } = await askIn(connected, channel.id);
  expect(rungNames(surface)).toEqual(['interaction']);
  expect(surface.indicator).toBeUndefined();
  const [rung] = surface.rungs;
  expect(rung!.scopes.open).toEqual(rung!.scopes.grow);
  expect(rung!.scopes.open[0]!.id).toMatch(/^discord:webhook:[0-9a-f]{16}$/);
  expect(rung!.scopes.open[0]!.id).not.toContain(interaction.token);
  const first = await surface.open(rung!, view('Teal <@1> @everyone'), page());
  await surface.grow(first, view('Teal is'));
  await surface.close(first, view('Teal is a colour.'));
  const second = await surface.open(rung!, view('More <@1>'), page(1));
  await surface.close(second, view('More of it <@1>.'));
  const shown = original(connected, interaction)!;
  expect(first).toEqual({ id: shown.id, rung: 'interaction' });
  expect(shown.versions.map(({ content }) => content)).toEqual([
    'Teal <@1> @everyone',
    'Teal is',
    'Teal is a colour.',
  ]);
  expect(interaction.followUps).toEqual([second.id]);
  expect(discord.pings).toEqual([]);
});

test('a reply to the answer of a command goes on with its conversation', async () => {
  const connected = await connect();
  const { discord, inbox } = connected;
  const channel = discord.channel();
  const { maria, interaction, surface } = await askIn(connected, channel.id);
  const first = await surface.open(surface.rungs[0]!, view('Teal.'), page(0, { whole: true }));
  discord.say(maria, channel.id, 'and cyan?', { replyTo: first.id });
  expect(await inbox.untilMessage('and cyan?')).toMatchObject({
    to: 'parley',
    thread: `discord:${interaction.id}`,
    replyTo: { data: { mode: 'reply' } },
  });
});

test('what only the caller sees stays with the caller', async () => {
  const connected = await connect();
  const { discord, inbox, platform } = connected;
  const channel = discord.channel();
  const interaction = discord.command(discord.user('maria'), channel.id, 'help');
  const surface = platform.surface((await inbox.untilCommand('help')).replyTo);
  expect(rungNames(surface)).toEqual(['interaction']);
  const first = await surface.open(surface.rungs[0]!, view('I can'), page());
  await surface.close(first, view('I can help.'));
  await surface.open(surface.rungs[0]!, view('A lot.'), page(1, { whole: true }));
  expect(interaction.ephemeral).toBe(true);
  const shown = discord.messages(channel.id);
  expect(shown.map(({ content, ephemeral }) => [content, ephemeral])).toEqual([
    ['I can help.', true],
    ['A lot.', true],
  ]);
});

test('an answer that outlives the interaction goes on as messages', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const connected = await connect();
  const { discord } = connected;
  const channel = discord.channel();
  const { interaction, surface } = await askIn(connected, channel.id);
  const [rung] = surface.rungs;
  const first = await surface.open(rung!, view('One'), page());
  vi.setSystemTime(Date.now() + 14 * 60_000);
  expect(rung!.scopes.open.map(({ id }) => id)).toEqual([
    `discord:channel:${channel.id}:create`,
    'discord:global',
  ]);
  expect(rung!.scopes.grow.map(({ id }) => id)).toEqual([
    `discord:channel:${channel.id}:edit`,
    'discord:global',
  ]);
  await surface.grow(first, view('One two'));
  await surface.open(rung!, view('Three'), page(1));
  expect(original(connected, interaction)!.content).toBe('One two');
  expect(discord.messages(channel.id).at(-1)!.content).toBe('Three');
  expect(discord.requests.at(-1)!.path).toBe(`/channels/${channel.id}/messages`);
});

test('a token that Discord no longer takes is left at once', async () => {
  const connected = await connect({ discord: { interactionLifetimeMs: 0 } });
  const { discord } = connected;
  const channel = discord.channel();
  vi.useFakeTimers({ toFake: ['Date'] });
  const { surface } = await askIn(connected, channel.id);
  vi.setSystemTime(Date.now() + 1000);
  const first = await surface.open(surface.rungs[0]!, view('One'), page());
  await surface.grow(first, view('One two'));
  expect(discord.messages(channel.id).at(-1)).toMatchObject({ content: 'One two', ephemeral: false });
  expect(discord.requests.filter(({ path }) => path.startsWith('/webhooks'))).toHaveLength(1);
});

test('an edit whose token ends in between is made with the bot’s own', async () => {
  const connected = await connect();
  const { discord } = connected;
  const { interaction, surface } = await askIn(connected, discord.channel().id);
  const first = await surface.open(surface.rungs[0]!, view('One'), page());
  discord.fail({ path: /^\/webhooks/, status: 401, body: { code: 50027, message: 'Invalid Webhook Token' } });
  await surface.close(first, view('One two.'));
  expect(original(connected, interaction)!.content).toBe('One two.');
});

test('a follow-up whose answer was lost is found again, not doubled', async () => {
  const connected = await connect();
  const { discord } = connected;
  const channel = discord.channel();
  const { interaction, surface } = await askIn(connected, channel.id);
  const [rung] = surface.rungs;
  await surface.open(rung!, view('First page'), page());
  discord.fail({ method: 'POST', path: /^\/webhooks/, afterActing: true, destroy: true });
  await expect(surface.open(rung!, view('Second'), page(1))).rejects.toMatchObject({ fault: 'unknown' });
  const second = await surface.open(rung!, view('Second page'), page(1, { attempt: 2 }));
  expect(interaction.followUps).toEqual([second.id]);
  expect(discord.messages(channel.id).at(-1)!.content).toBe('Second page');
});

test('a follow-up whose answer was lost is not looked for among the answers to others', async () => {
  const connected = await connect();
  const { discord, inbox, platform } = connected;
  const channel = discord.channel();
  const { surface } = await askIn(connected, channel.id);
  const [rung] = surface.rungs;
  await surface.open(rung!, view('A first part'), page());
  discord.command(discord.user('tom'), channel.id, 'ask', { question: 'and tom?' });
  await inbox.until(() => inbox.commands.length === 2);
  const other = platform.surface(inbox.commands[1]!.replyTo);
  await other.open(other.rungs[0]!, view('The'), page(0, { key: 'other' }));
  discord.fail({ method: 'POST', path: /^\/webhooks/, status: 503 });
  const next = 'The next part';
  await expect(surface.open(rung!, view(next), page(1))).rejects.toMatchObject({ fault: 'unknown' });
  await surface.open(rung!, view(next), page(1, { attempt: 2 }));
  const shown = discord.messages(channel.id).map(({ content }) => content);
  expect(shown).toEqual(['A first part', 'The', 'The next part']);
});

test('after a restart the follow-ups of before are found again in their order', async () => {
  const connected = await connect({ discord: { limits: { webhook: { calls: 50, perMs: 5000 } } } });
  const { discord } = connected;
  const { interaction, surface, call } = await askIn(connected, discord.channel().id);
  const [rung] = surface.rungs;
  for (const index of [0, 1, 2]) await surface.open(rung!, view(`old ${index}`), page(index));
  const later = createAdapter(discord).platform.surface(call.replyTo);
  for (const index of [0, 1, 2])
    await later.open(later.rungs[0]!, view(`new ${index}`), page(index, { attempt: 2 }));
  expect(interaction.followUps).toHaveLength(2);
  const shown = discord.messages(interaction.channelId).map(({ content }) => content);
  expect(shown).toEqual(['new 0', 'new 1', 'new 2']);
});

test('where Parley may not look, a follow-up is posted again', async () => {
  const connected = await connect();
  const { discord } = connected;
  const channel = discord.channel({ deny: ['VIEW_CHANNEL', 'SEND_MESSAGES'] });
  const { interaction, surface } = await askIn(connected, channel.id);
  const [rung] = surface.rungs;
  await surface.open(rung!, view('One'), page());
  discord.fail({ method: 'POST', path: /^\/webhooks/, status: 503 });
  await expect(surface.open(rung!, view('Two'), page(1))).rejects.toMatchObject({ fault: 'unknown' });
  const second = await surface.open(rung!, view('Two'), page(1, { attempt: 2 }));
  expect(interaction.followUps).toEqual([second.id]);
});

test.each([
  { name: 'a look-up', method: 'GET', path: /\/messages$/ },
  { name: 'an edit', method: 'PATCH', path: /^\/webhooks/ },
])('$name that is refused on the way closes no limit: the opening is repeated', async ({ method, path }) => {
  const connected = await connect();
  const { discord } = connected;
  const { interaction, surface } = await askIn(connected, discord.channel().id);
  const [rung] = surface.rungs;
  await surface.open(rung!, view('One'), page());
  discord.fail({ method: 'POST', path: /^\/webhooks/, afterActing: true, destroy: true });
  await expect(surface.open(rung!, view('Two'), page(1))).rejects.toMatchObject({ fault: 'unknown' });
  discord.fail({ method, path, status: 429, body: { message: 'slow', retry_after: 30, global: false } });
  const again = () => surface.open(rung!, view('Two more'), page(1, { attempt: 2 }));
  await expect(again()).rejects.toMatchObject({ fault: 'unknown', scope: undefined });
  const second = await again();
  expect(interaction.followUps).toEqual([second.id]);
  expect(discord.messages(interaction.channelId).at(-1)!.content).toBe('Two more');
});

test('a limit of the interaction is told as its own', async () => {
  const connected = await connect({ discord: { limits: { webhook: { calls: 1, perMs: 60_000 } } } });
  const { surface } = await askIn(connected, connected.discord.channel().id);
  const [rung] = surface.rungs;
  const first = await surface.open(rung!, view('One'), page());
  await expect(surface.grow(first, view('Two'))).rejects.toMatchObject({
    fault: 'rate-limited',
    scope: rung!.scopes.grow[0]!.id,
  });
});

test('also a refusal of everything closes a limit that the call counts against', async () => {
  const connected = await connect();
  const { surface } = await askIn(connected, connected.discord.channel().id);
  const [rung] = surface.rungs;
  connected.discord.fail({ path: /^\/webhooks/, status: 429, body: '<html>banned</html>' });
  await expect(surface.open(rung!, view('One'), page())).rejects.toMatchObject({
    fault: 'rate-limited',
    scope: rung!.scopes.open[0]!.id,
  });
});

test('an acknowledgement that fails is tried again, and one that came too late is counted', async () => {
  const connected = await connect();
  const { discord, inbox, counters, until } = connected;
  const channel = discord.channel();
  discord.fail({ path: /callback$/, afterActing: true, destroy: true });
  await askIn(connected, channel.id);
  discord.fail({ path: /callback$/, status: 404, body: { code: 10062, message: 'Unknown interaction' } });
  discord.command(discord.user('tom'), channel.id, 'help');
  await until(() => counters.snapshot()['discord.dropped.late-interaction'] === 1);
  expect(inbox.commands.map(({ name }) => name)).toEqual(['ask']);
});

test('a command that is no longer there is answered, to its caller alone', async () => {
  const { discord, counters } = await connect();
  const channel = discord.channel();
  const interaction = discord.command(discord.user('maria'), channel.id, 'old');
  const answer = await discord.untilMessage(channel.id, () => true);
  expect(answer).toMatchObject({ content: 'I no longer know this command. See /help.', ephemeral: true });
  expect(interaction.answer?.type).toBe(4);
  expect(counters.snapshot()).toMatchObject({ 'discord.dropped.unknown-command': 1 });
});

test('commands are registered for servers and direct messages, and only when they changed', async () => {
  const first = await connect();
  const { discord } = first;
  expect(discord.registered.writes).toBe(1);
  expect(discord.registered.commands.map(({ body }) => body)).toMatchObject([
    {
      name: 'ask',
      contexts: [0, 1],
      integration_types: [0],
      options: [{ type: 3, name: 'question', required: true, max_length: 6000 }],
    },
    { name: 'help' },
  ]);
  await connectAgain(first, commands);
  expect(discord.registered.writes).toBe(1);
  await connectAgain(first, [{ ...commands[0]!, description: 'Ask something' }, commands[1]!]);
  expect(discord.registered.writes).toBe(2);
  await connectAgain(first, commands.slice(0, 1));
  expect(discord.registered.commands.map(({ name }) => name)).toEqual(['ask']);
});

test('commands that can not be registered are logged, and Parley works without them', async () => {
  const { line, log } = await connect({
    before: (discord) =>
      discord.fail({ path: /\/commands$/, status: 403, body: { code: 50001, message: 'No' } }),
  });
  expect(line).toContain('connected as');
  expect(log.find(({ level }) => level === 'error')?.message).toContain('could not be registered');
});

async function connectAgain({ discord, inbox }: Connected, specs: typeof commands): Promise<void> {
  const { platform } = createAdapter(discord);
  await platform.start(inbox, specs);
  await platform.close();
}
