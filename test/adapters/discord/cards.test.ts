import sharp from 'sharp';
import { afterEach, expect, test, vi } from 'vitest';
import type { CardFile, CardView } from '../../../src/core/picture-ports.ts';
import type { CommandCall, ReplyAddress } from '../../../src/core/ports.ts';
import type { SeenMessage, StandInDiscord } from '../../servers/discord/types.ts';
import { type Connected, connect, createAdapter, startStandIn } from './harness.ts';

afterEach(() => void vi.useRealTimers());

const drawing: CardView = { text: 'Drawing…', files: [], buttons: [] };
const opening = { key: 'card', attempt: 1, beside: false };

function view(text: string, files: readonly CardFile[] = [], buttons = 2): CardView {
  const numbers = Array.from({ length: buttons }, (_, at) => at + 1);
  return {
    text,
    files,
    buttons: numbers.map((at) => ({ label: `B${at}`, command: 'image', options: { at: String(at) } })),
  };
}

async function picture(colour: string): Promise<CardFile> {
  const create = { width: 24, height: 16, channels: 3, background: colour } as const;
  return toFile(`otter ${colour}.png`, new Uint8Array(await sharp({ create }).png().toBuffer()));
}

function toFile(name: string, bytes: Uint8Array): CardFile {
  return { name, mediaType: 'image/png', bytes, description: `About ${name}`, final: true };
}

/** A card as the answer to a question in a direct channel, without a connection to the gateway. */
async function setUp(options: Parameters<typeof startStandIn>[0] = {}) {
  const discord = await startStandIn(options);
  const maria = discord.user('maria');
  const place = discord.dm(maria);
  const adapter = createAdapter(discord);
  const message = discord.say(maria, place.id, 'draw').id;
  const data = { mode: 'here', channel: place.id, message, author: maria.id, self: discord.bot.id };
  const surface = adapter.platform.card!({ thread: `discord:${place.id}`, data });
  const card = () => discord.messages(place.id).at(-1)!;
  return { discord, maria, place, ...adapter, surface, card };
}

/** The files of the newest calls that wrote a message, by their names. */
function sent(discord: StandInDiscord) {
  return discord.requests
    .filter(({ method, path }) => method !== 'GET' && /messages/.test(path))
    .map(({ files = [] }) => files.map(({ filename }) => filename));
}

test('pictures come with their names, sizes and descriptions; buttons five in a row', async () => {
  const { surface, card } = await setUp();
  await surface.open(view('An otter', [await picture('red')], 10), opening);
  expect(card()).toMatchObject({
    content: 'An otter',
    attachments: [
      {
        filename: 'otter_red.png',
        contentType: 'image/png',
        description: 'About otter red.png',
        width: 24,
        height: 16,
      },
    ],
    allowedMentions: { parse: [] },
    flags: 4,
  });
  const rows = card().components as readonly { components: readonly { style: number; label: string }[] }[];
  expect(rows.map(({ components }) => components.map(({ label }) => label))).toEqual([
    ['B1', 'B2', 'B3', 'B4', 'B5'],
    ['B6', 'B7', 'B8', 'B9', 'B10'],
  ]);
  expect(rows.flatMap(({ components }) => components).every(({ style }) => style === 2)).toBe(true);
});

test('a person sees each preview in the place of the one before, then the pictures', async () => {
  const { surface, card } = await setUp();
  const message = await surface.open(drawing, opening);
  const [rough, better, done] = [await picture('pink'), await picture('red'), await picture('darkred')];
  await surface.replace(message, { ...drawing, files: [rough] });
  await surface.replace(message, { ...drawing, files: [better] });
  await surface.replace(message, view('An otter', [done]));
  const versions = card().versions.map(({ content, files, components }) => [
    content,
    files.map(({ filename }) => filename),
    components.length,
  ]);
  expect(versions).toEqual([
    ['Drawing…', [], 0],
    ['Drawing…', ['otter_pink.png'], 0],
    ['Drawing…', ['otter_red.png'], 0],
    ['An otter', ['otter_darkred.png'], 1],
  ]);
});

test('a file that is shown already is not sent again', async () => {
  const { discord, surface, card } = await setUp();
  const [red, blue] = [await picture('red'), await picture('blue')];
  const message = await surface.open(view('One', [red]), opening);
  const [kept] = card().attachments;
  await surface.replace(message, view('Two', [{ ...red, bytes: new Uint8Array(red.bytes) }, blue]));
  expect(card().attachments.map(({ filename }) => filename)).toEqual(['otter_red.png', 'otter_blue.png']);
  expect(card().attachments[0]!.id).toBe(kept!.id);
  await surface.replace(message, view('Described', [{ ...red, description: 'Better words' }]));
  expect(card().attachments).toMatchObject([{ id: kept!.id, description: 'Better words' }]);
  expect(sent(discord)).toEqual([['otter red.png'], ['otter blue.png'], []]);
});

test('files stand in the order of the view, even where that takes sending one again', async () => {
  const { discord, surface, card } = await setUp();
  const [red, blue, pink] = [await picture('red'), await picture('blue'), await picture('pink')];
  const names = () => card().attachments.map(({ filename }) => filename);
  const message = await surface.open(view('The second is there', [blue]), opening);
  await surface.replace(message, view('Both', [red, blue]));
  expect(names()).toEqual(['otter_red.png', 'otter_blue.png']);
  await surface.replace(message, view('Turned', [blue, red, pink]));
  expect(names()).toEqual(['otter_blue.png', 'otter_red.png', 'otter_pink.png']);
  await surface.replace(message, view('One left out', [blue, pink]));
  expect(names()).toEqual(['otter_blue.png', 'otter_pink.png']);
  expect(sent(discord)).toEqual([
    ['otter blue.png'],
    ['otter red.png', 'otter blue.png'],
    ['otter red.png', 'otter pink.png'],
    [],
  ]);
});

test('once nobody knows what a card shows, all its files are sent', async () => {
  const { discord, surface, card } = await setUp();
  const [red, blue] = [await picture('red'), await picture('blue')];
  const message = await surface.open(view('One', [red]), opening);
  discord.fail({ method: 'PATCH', destroy: true, afterActing: true });
  await expect(surface.replace(message, view('Other', [blue]))).rejects.toMatchObject({ fault: 'unknown' });
  await surface.replace(message, view('Both', [red, blue]));
  expect(card().attachments).toHaveLength(2);
  expect(sent(discord).at(-1)).toEqual(['otter red.png', 'otter blue.png']);
});

test('another process replaces all that a card shows', async () => {
  const { discord, place, maria, surface, card } = await setUp();
  const message = await surface.open(view('One', [await picture('red')]), opening);
  const data = { mode: 'here', channel: place.id, message: '1', author: maria.id, self: discord.bot.id };
  const other = createAdapter(discord).platform.card!({ thread: `discord:${place.id}`, data });
  await other.replace(message, view('Two', [await picture('red'), await picture('blue')]));
  expect(card().attachments).toHaveLength(2);
});

test('a post whose answer was lost is found again by its nonce, and its files are not sent once more than needed', async () => {
  const { discord, place, surface, card } = await setUp();
  const files = [await picture('red')];
  discord.fail({ method: 'POST', destroy: true, afterActing: true });
  await expect(surface.open(view('An otter', files), opening)).rejects.toMatchObject({ fault: 'unknown' });
  const message = await surface.open(view('An otter', files), { ...opening, attempt: 2 });
  expect(discord.messages(place.id)).toHaveLength(2);
  expect(discord.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
  await surface.replace(message, view('The otter', files));
  expect(sent(discord).at(-1)).toEqual([]);
  expect(card()).toMatchObject({ content: 'The otter', attachments: [{ filename: 'otter_red.png' }] });
});

test('more than a call can carry goes in several, each with its limits', async () => {
  const { discord, place, surface, card } = await setUp();
  const files = [0, 1, 2, 3].map((at) => toFile(`${at}.bin`, new Uint8Array(9 * 2 ** 20).fill(at)));
  const whole = view('Large', files);
  const post = [`discord:channel:${place.id}:create`, 'discord:global'];
  const edit = [`discord:channel:${place.id}:edit`, 'discord:global'];
  expect(surface.scopes(whole).map(({ id }) => id)).toEqual([...post, ...edit]);
  const message = await surface.open(whole, opening);
  expect(sent(discord)).toEqual([
    ['0.bin', '1.bin'],
    ['2.bin', '3.bin'],
  ]);
  expect(card().attachments.map(({ filename }) => filename)).toEqual(['0.bin', '1.bin', '2.bin', '3.bin']);
  expect(surface.scopes(whole, message).map(({ id }) => id)).toEqual(edit);
  await surface.replace(message, view('Still large', files));
  expect(sent(discord).at(-1)).toEqual([]);
  expect(card().attachments).toHaveLength(4);
});

test('files that come in several calls are all there in the end, whatever goes wrong between them', async () => {
  const { discord, place, surface, card } = await setUp();
  const files = [0, 1, 2, 3].map((at) => toFile(`${at}.bin`, new Uint8Array(9 * 2 ** 20).fill(at)));
  discord.fail({ method: 'PATCH', status: 429, body: { message: 'slow', retry_after: 9, global: false } });
  // Part of it is posted: a refusal would mean that nothing is.
  const first = surface.open(view('Large', files), opening);
  await expect(first).rejects.toMatchObject({ fault: 'unknown' });
  await surface.open(view('Large', files), { ...opening, attempt: 2 });
  expect(discord.messages(place.id)).toHaveLength(2);
  expect(card().attachments.map(({ filename }) => filename)).toEqual(['0.bin', '1.bin', '2.bin', '3.bin']);
});

test('a card of which only a part was too large shows the smaller view that comes then', async () => {
  const { discord, place, surface, card } = await setUp();
  const files = [0, 1, 2].map((at) => toFile(`${at}.bin`, new Uint8Array(9 * 2 ** 20).fill(at)));
  discord.fail({ method: 'PATCH', status: 413, body: { code: 40005, message: 'Request entity too large' } });
  await expect(surface.open(view('Large', files), opening)).rejects.toMatchObject({ fault: 'too-long' });
  await surface.open(view('Small', [await picture('red')]), opening);
  expect(discord.messages(place.id)).toHaveLength(2);
  expect(card()).toMatchObject({ content: 'Small', attachments: [{ filename: 'otter_red.png' }] });
});

test.each([
  { name: 'in Discord’s words', body: { code: 40005, message: 'Request entity too large' } },
  { name: 'in a proxy’s', body: '<html>413</html>' },
])('files that are too large are told so, $name', async ({ body }) => {
  const { discord, surface } = await setUp();
  const message = await surface.open(drawing, opening);
  discord.fail({ method: 'PATCH', status: 413, body });
  const large = surface.replace(message, view('x', [await picture('red')]));
  await expect(large).rejects.toMatchObject({ fault: 'too-long' });
});

test('without Attach Files the card itself says what is missing', async () => {
  const { discord, surface: _, maria, platform } = await setUp();
  const channel = discord.channel({ deny: ['ATTACH_FILES'] });
  const question = discord.say(maria, channel.id, 'draw').id;
  const data = {
    mode: 'reply',
    channel: channel.id,
    message: question,
    author: maria.id,
    self: discord.bot.id,
  };
  const surface = platform.card!({ thread: `discord:${question}`, data });
  const message = await surface.open(drawing, opening);
  const replaced = surface.replace(message, view('An otter', [await picture('red')]));
  await expect(replaced).rejects.toMatchObject({
    fault: 'gone',
    notice: expect.stringContaining('Attach Files'),
  });
  expect(discord.messages(channel.id).at(-1)).toMatchObject({
    content: expect.stringContaining('Attach Files'),
    components: [],
  });
  expect(discord.messages(discord.dm(maria).id)).toHaveLength(1);
  // There is nothing yet that could say it: the person is told directly.
  const posted = surface.open(view('x', [await picture('red')]), { ...opening, key: 'other' });
  await expect(posted).rejects.toMatchObject({ fault: 'gone' });
  expect(discord.messages(discord.dm(maria).id).at(-1)!.content).toContain('Attach Files');
});

test('in a channel a card is a reply that pings nobody; one beside a text stands by itself', async () => {
  const { discord, maria, platform, store } = await setUp();
  const channel = discord.channel();
  const question = discord.say(maria, channel.id, 'draw').id;
  const data = {
    mode: 'reply',
    channel: channel.id,
    message: question,
    author: maria.id,
    self: discord.bot.id,
  };
  const address: ReplyAddress = { thread: `discord:${question}`, data };
  const first = await platform.card!(address).open(drawing, opening);
  const second = await platform.card!(address).open(drawing, { ...opening, key: 'two', beside: true });
  const [one, two] = discord.messages(channel.id).slice(-2);
  expect(one).toMatchObject({ id: first.id, reference: { messageId: question } });
  expect(two).toMatchObject({ id: second.id });
  expect(two!.reference).toBeUndefined();
  expect(discord.pings).toEqual([]);
  expect(await store.get(`discord:page:${second.id}`)).toBe(address.thread);
});

test('a card opens the thread of its question, and goes into the channel where that can not be written in', async () => {
  const { discord, maria, platform } = await setUp();
  const channel = discord.channel();
  const ask = () => {
    const message = discord.say(maria, channel.id, 'draw').id;
    const data = { mode: 'open-thread', title: 'Otters', channel: channel.id, message, author: maria.id };
    return platform.card!({ thread: `discord:${message}`, data: { ...data, self: discord.bot.id } });
  };
  const surface = ask();
  expect(surface.preparation?.scopes.map(({ id }) => id)).toContain(`discord:channel:${channel.id}:threads`);
  await surface.preparation?.run();
  const card = await surface.open(drawing, opening);
  await surface.replace(card, view('An otter'));
  const [thread] = discord.threads;
  expect(discord.messages(thread!.id).at(-1)).toMatchObject({ id: card.id, content: 'An otter' });
  discord.permit(channel.id, { deny: ['SEND_MESSAGES_IN_THREADS'] });
  const other = await ask().open(drawing, { ...opening, key: 'other', beside: true });
  expect(discord.messages(channel.id).at(-1)).toMatchObject({ id: other.id, content: 'Drawing…' });
});

// ---------------------------------------------------------------- as answers to commands

async function callImage(connected: Connected, channelId: string): Promise<CommandCall> {
  const { discord, inbox } = connected;
  discord.command(discord.user('maria'), channelId, 'ask', { question: 'an otter' });
  return inbox.untilCommand('ask');
}

const texts = (messages: readonly SeenMessage[]) => messages.map(({ content }) => content);

test('a card takes the place of "is thinking…" and is replaced by the interaction’s token alone', async () => {
  const connected = await connect();
  const { discord, platform } = connected;
  const channel = discord.channel({ deny: ['VIEW_CHANNEL', 'SEND_MESSAGES'] });
  const { replyTo } = await callImage(connected, channel.id);
  const surface = platform.card!(replyTo);
  const files = [await picture('red')];
  const limits = surface.scopes(drawing).map(({ id }) => id);
  expect(limits).toEqual([expect.stringMatching(/^discord:webhook:/)]);
  const card = await surface.open(drawing, opening);
  expect(surface.scopes(view('x', files), card).map(({ id }) => id)).toEqual(limits);
  await surface.replace(card, view('An otter', files));
  const shown = discord.messages(channel.id);
  expect(texts(shown)).toEqual(['An otter']);
  expect(shown[0]).toMatchObject({ id: card.id, attachments: [{ filename: 'otter_red.png' }] });
  expect(discord.buttons(card.id).map(({ label }) => label)).toEqual(['B1', 'B2']);
  expect(discord.requests.filter(({ path }) => path.startsWith('/channels'))).toEqual([]);
});

test('a card that outlives the interaction goes on as a message', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const connected = await connect();
  const { discord, platform } = connected;
  const channel = discord.channel();
  const { replyTo } = await callImage(connected, channel.id);
  const surface = platform.card!(replyTo);
  const card = await surface.open(drawing, opening);
  vi.setSystemTime(Date.now() + 14 * 60_000);
  await surface.replace(card, view('An otter', [await picture('red')]));
  expect(discord.messages(channel.id)).toMatchObject([{ content: 'An otter', attachments: [{}] }]);
  expect(discord.requests.at(-1)!.path).toBe(`/channels/${channel.id}/messages/${card.id}`);
});

test.each(['before', 'after'] as const)(
  'a card that comes %s the first words leaves them their place',
  async (when) => {
    const connected = await connect();
    const { discord, platform } = connected;
    const channel = discord.channel();
    const { replyTo } = await callImage(connected, channel.id);
    const reply = platform.surface(replyTo);
    const surface = platform.card!(replyTo);
    const speak = () =>
      reply.open(
        reply.rungs[0]!,
        { text: 'Here it is.', shown: '' },
        { index: 0, key: 'r', attempt: 1, whole: true },
      );
    if (when === 'after') await speak();
    expect(surface.scopes(drawing, undefined, true).map(({ id }) => id)).toEqual([
      `discord:channel:${channel.id}:create`,
      'discord:global',
    ]);
    const card = await surface.open(drawing, { ...opening, beside: true });
    if (when === 'before') await speak();
    expect(surface.scopes(drawing, card).map(({ id }) => id)).toEqual([
      `discord:channel:${channel.id}:edit`,
      'discord:global',
    ]);
    await surface.replace(card, view('An otter', [await picture('red')]));
    expect(texts(discord.messages(channel.id))).toEqual(['Here it is.', 'An otter']);
  },
);

test('where Parley may not write itself, a card beside words is a further answer to the interaction', async () => {
  const connected = await connect({ discord: { limits: { webhook: { calls: 50, perMs: 5000 } } } });
  const { discord, platform } = connected;
  const channel = discord.channel({ deny: ['SEND_MESSAGES'] });
  const { replyTo } = await callImage(connected, channel.id);
  const surface = platform.card!(replyTo);
  discord.fail({ method: 'POST', path: /^\/webhooks/, destroy: true, afterActing: true });
  const beside = { ...opening, beside: true };
  await expect(surface.open(drawing, beside)).rejects.toMatchObject({ fault: 'unknown' });
  const card = await surface.open(drawing, { ...beside, attempt: 2 });
  await surface.replace(card, view('An otter', [await picture('red')]));
  expect(texts(discord.messages(channel.id))).toEqual(['…', 'An otter']);
  const reply = platform.surface(replyTo);
  const at = { key: 'r', attempt: 2, whole: true };
  const [rung] = reply.rungs;
  await reply.open(rung!, { text: 'Here it is.', shown: '' }, { ...at, index: 0 });
  // A page that is looked for is not taken for the card.
  await reply.open(rung!, { text: 'And more.', shown: '' }, { ...at, index: 1 });
  expect(texts(discord.messages(channel.id))).toEqual(['Here it is.', 'An otter', 'And more.']);
});
