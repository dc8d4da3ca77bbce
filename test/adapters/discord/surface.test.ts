import { expect, test } from 'vitest';
import type { OpenOptions, ReplyAddress, ReplySurface } from '../../../src/core/ports.ts';
import type { DiscordChannel, DiscordUser, StandInDiscord } from '../../servers/discord/types.ts';
import { createAdapter, startStandIn } from './harness.ts';

const view = (text: string) => ({ text, shown: '' });
const page = (index = 0, changes: Partial<OpenOptions> = {}) => ({
  index,
  key: `reply-${index}`,
  attempt: 1,
  whole: false,
  ...changes,
});
const messageRung = (surface: ReplySurface) => surface.rungs.find(({ name }) => name === 'message')!;

/** Surfaces work from data alone: nothing here connects to the gateway. */
async function setUp(options: Parameters<typeof startStandIn>[0] = {}) {
  const discord = await startStandIn(options);
  const channel = discord.channel();
  const maria = discord.user('maria');
  return { discord, channel, maria, ...createAdapter(discord) };
}

/** The address of a question that is put in a channel. */
function ask(
  discord: StandInDiscord,
  author: DiscordUser,
  channel: DiscordChannel,
  mode: 'open-thread' | 'reply' | 'here',
): ReplyAddress {
  const message = discord.say(author, channel.id, 'a question').id;
  const thread = `discord:${mode === 'here' ? channel.id : message}` as const;
  const data = { mode, channel: channel.id, message, author: author.id, self: discord.bot.id };
  return { thread, data: mode === 'open-thread' ? { ...data, title: 'A question' } : data };
}

test('the first call opens the thread, once, and the reply grows in it', async () => {
  const { discord, channel, maria, platform } = await setUp();
  const address = ask(discord, maria, channel, 'open-thread');
  const surface = platform.surface(address);
  const [rung] = surface.rungs;
  const [, opened] = await Promise.all([surface.indicator?.show(), surface.open(rung!, view('One'), page())]);
  await surface.grow(opened, view('One two'));
  await surface.close(opened, view('One two three.'));
  const second = await surface.open(rung!, view('And more.'), page(1, { whole: true }));

  const [thread] = discord.threads;
  expect(thread).toMatchObject({ id: address.data.message, name: 'A question', parentId: channel.id });
  expect(discord.threads).toHaveLength(1);
  expect(discord.typing.map(({ channelId }) => channelId)).toEqual([thread!.id]);
  const [first, last] = discord.messages(thread!.id).filter(({ author }) => author.id === discord.bot.id);
  expect(first!.versions.map(({ content }) => content)).toEqual(['One', 'One two', 'One two three.']);
  expect(last).toMatchObject({ id: second.id, content: 'And more.' });
  expect(opened).toEqual({ id: first!.id, rung: 'message' });
  expect(discord.requests.filter(({ route }) => route.endsWith('/threads'))).toHaveLength(1);
});

test('another process finds the thread that is there, and edits without opening any', async () => {
  const { discord, channel, maria, platform } = await setUp();
  const address = ask(discord, maria, channel, 'open-thread');
  const before = platform.surface(address);
  const opened = await before.open(messageRung(before), view('One'), page());
  const after = createAdapter(discord).platform.surface(address);
  await after.close(opened, view('One, interrupted.'));
  await after.open(messageRung(after), view('Two'), page(1));
  expect(discord.threads).toHaveLength(1);
  const own = discord.messages(discord.threads[0]!.id).filter(({ author }) => author.bot);
  expect(own.map(({ content }) => content)).toEqual(['One, interrupted.', 'Two']);
});

test.each([
  { status: 403, code: 50013 },
  { status: 400, code: 160006 },
  { status: 400, code: 50024 },
])('where no thread can be opened ($code) the answer is a reply in the channel', async ({ status, code }) => {
  const { discord, channel, maria, platform } = await setUp();
  const address = ask(discord, maria, channel, 'open-thread');
  discord.fail({ path: /\/threads$/, status, body: { code, message: 'No' } });
  const surface = platform.surface(address);
  const opened = await surface.open(messageRung(surface), view('Here then'), page());
  const reply = discord.messages(channel.id).at(-1);
  expect(reply).toMatchObject({ content: 'Here then', reference: { messageId: address.data.message } });
  // Also a process that was not there finds the page again.
  await platform.surface(address).close(opened, view('Here then.'));
  expect(reply!.content).toBe('Here then.');
});

test('a thread that was opened but can not be written in is given up for the channel', async () => {
  const { discord, channel, maria, platform } = await setUp();
  discord.permit(channel.id, { deny: ['SEND_MESSAGES_IN_THREADS'] });
  const surface = platform.surface(ask(discord, maria, channel, 'open-thread'));
  await surface.open(messageRung(surface), view('Here then'), page());
  expect(discord.messages(channel.id).at(-1)!.content).toBe('Here then');
});

test('a thread refused for a moment is waited for, for long is not', async () => {
  const { discord, channel, maria, platform } = await setUp();
  const limited = (retry_after: number) =>
    discord.fail({ path: /\/threads$/, status: 429, body: { message: 'slow', retry_after, global: false } });
  const surface = platform.surface(ask(discord, maria, channel, 'open-thread'));
  limited(2);
  const threads = `discord:channel:${channel.id}:threads`;
  expect(messageRung(surface).scopes.open.map(({ id }) => id)).toContain(threads);
  await expect(surface.open(messageRung(surface), view('x'), page())).rejects.toMatchObject({
    fault: 'rate-limited',
    retryAfterMs: 2000,
    scope: threads,
  });
  limited(240);
  await surface.open(messageRung(surface), view('Here then'), page());
  expect(discord.messages(channel.id).at(-1)!.content).toBe('Here then');
  expect(messageRung(surface).scopes.open.map(({ id }) => id)).toEqual([
    `discord:channel:${channel.id}:create`,
    'discord:global',
  ]);
});

test('in the channel the first page is a reply that pings the person who asked, and nothing else pings', async () => {
  const { discord, channel, maria, platform, store } = await setUp();
  const tom = discord.user('tom');
  const address = ask(discord, maria, channel, 'reply');
  const surface = platform.surface(address);
  const text = `<@${tom.id}> <@&1> @everyone @here`;
  const first = await surface.open(messageRung(surface), view(text), page());
  await surface.grow(first, view(`${text} more`));
  await surface.close(first, view(`${text} most`));
  const second = await surface.open(messageRung(surface), view(text), page(1));
  expect(discord.pings).toEqual([{ kind: 'reply', target: maria.id, messageId: first.id, cause: 'create' }]);
  const [one, two] = discord.messages(channel.id).slice(-2);
  expect(one!.reference?.messageId).toBe(address.data.message);
  expect(two!.reference).toBeUndefined();
  // Suppresses link previews.
  expect([one!.flags & 4, two!.flags & 4]).toEqual([4, 4]);
  expect(await store.get(`discord:page:${second.id}`)).toBe(address.thread);
});

test('in threads and direct channels nothing is remembered: the channel tells the conversation', async () => {
  const { discord, maria, platform, store } = await setUp();
  const surface = platform.surface(ask(discord, maria, discord.dm(maria), 'here'));
  const opened = await surface.open(messageRung(surface), view('Hello'), page());
  expect(await store.get(`discord:page:${opened.id}`)).toBeUndefined();
});

test.each([
  { name: 'deleted', meanwhile: 'delete' },
  { name: 'history unreadable', meanwhile: 'deny' },
])('a question that can not be replied to ($name) is answered all the same', async ({ meanwhile }) => {
  const { discord, channel, maria, platform } = await setUp();
  const address = ask(discord, maria, channel, 'reply');
  if (meanwhile === 'delete') discord.deleteMessage(address.data.message!);
  else discord.permit(channel.id, { deny: ['READ_MESSAGE_HISTORY'] });
  const surface = platform.surface(address);
  await surface.open(messageRung(surface), view('Answer'), page());
  expect(discord.messages(channel.id).at(-1)).toMatchObject({ content: 'Answer' });
});

test.each([
  { name: 'cut connection', fault: { destroy: true } },
  { name: '502', fault: { status: 502 } },
])('a post whose answer was lost ($name) is found again, with the newer text', async ({ fault }) => {
  const { discord, maria, platform } = await setUp();
  const direct = discord.dm(maria);
  const surface = platform.surface(ask(discord, maria, direct, 'here'));
  discord.fail({ method: 'POST', path: /messages$/, afterActing: true, ...fault });
  await expect(surface.open(messageRung(surface), view('One'), page())).rejects.toMatchObject({
    fault: 'unknown',
  });
  const opened = await surface.open(
    messageRung(surface),
    view('One two'),
    page(0, { attempt: 2, whole: true }),
  );
  const own = discord.messages(direct.id).filter(({ author }) => author.bot);
  expect(own).toHaveLength(1);
  expect(own[0]).toMatchObject({ id: opened.id, content: 'One two' });
});

test('a page that is there but can not yet be brought up to date is opened again, not taken for a refused post', async () => {
  const { discord, maria, platform } = await setUp();
  const direct = discord.dm(maria);
  const surface = platform.surface(ask(discord, maria, direct, 'here'));
  await surface.open(messageRung(surface), view('One'), page());
  discord.fail({ method: 'PATCH', status: 429, body: { message: 'slow', retry_after: 30, global: false } });
  const again = () => surface.open(messageRung(surface), view('One two'), page(0, { attempt: 2 }));
  await expect(again()).rejects.toMatchObject({ fault: 'unknown', scope: undefined });
  await again();
  const own = discord.messages(direct.id).filter(({ author }) => author.bot);
  expect(own.map(({ content }) => content)).toEqual(['One two']);
});

test('a 429 that is not Discord’s own is for everything', async () => {
  const { discord, maria, platform } = await setUp();
  const surface = platform.surface(ask(discord, maria, discord.dm(maria), 'here'));
  const body = '<html>error 1015: you are being rate limited</html>';
  discord.fail({ method: 'POST', status: 429, body, headers: { 'Retry-After': '7' } });
  await expect(surface.open(messageRung(surface), view('One'), page())).rejects.toMatchObject({
    fault: 'rate-limited',
    retryAfterMs: 7000,
    scope: 'discord:global',
  });
});

test('what Discord refuses is counted, whoever made the call', async () => {
  const { discord, channel, maria, platform, counters, until, log } = await setUp();
  const address = ask(discord, maria, channel, 'reply');
  const surface = platform.surface(address);
  discord.permit(channel.id, { deny: ['VIEW_CHANNEL'] });
  await surface.open(messageRung(surface), view('One'), page()).catch(() => undefined);
  expect(counters.snapshot()).toMatchObject({ 'discord.refused.403': 1 });
  discord.permit(channel.id, { allow: ['VIEW_CHANNEL'] });
  const limited = { message: 'slow', retry_after: 0.01, global: false };
  const headers = { 'Retry-After': '0.01', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset-After': '0.01' };
  discord.fail({ method: 'GET', status: 429, body: limited, headers });
  const data = { ...address.data, reference: address.data.message! };
  await platform.earlier?.({ ...address, data });
  await until(() => counters.snapshot()['discord.refused.429'] === 1);
  expect(log.some(({ message }) => message === 'Discord: rate limited, waiting')).toBe(true);
});

test('a call is sent once and told apart by the limit that refused it', async () => {
  const { discord, maria, platform } = await setUp();
  const direct = discord.dm(maria);
  const surface = platform.surface(ask(discord, maria, direct, 'here'));
  const opened = await surface.open(messageRung(surface), view('One'), page());
  const refuse = (body: object) => discord.fail({ method: 'PATCH', status: 429, body });
  refuse({ message: 'slow', retry_after: 1.25, global: false });
  await expect(surface.grow(opened, view('Two'))).rejects.toMatchObject({
    fault: 'rate-limited',
    retryAfterMs: 1250,
    scope: `discord:channel:${direct.id}:edit`,
  });
  refuse({ message: 'slow', retry_after: 0.3, global: true });
  await expect(surface.grow(opened, view('Two'))).rejects.toMatchObject({
    retryAfterMs: 300,
    scope: 'discord:global',
  });
  expect(discord.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(2);
});

test('the limits of the platform are reported, not waited out', async () => {
  const { discord, maria, platform } = await setUp({ limits: { message: { calls: 2, perMs: 60_000 } } });
  const direct = discord.dm(maria);
  const surface = platform.surface(ask(discord, maria, direct, 'here'));
  await surface.open(messageRung(surface), view('One'), page(0));
  await surface.open(messageRung(surface), view('Two'), page(1));
  const refused = surface.open(messageRung(surface), view('Three'), page(2));
  await expect(refused).rejects.toMatchObject({
    fault: 'rate-limited',
    scope: `discord:channel:${direct.id}:create`,
  });
  expect((await refused.catch((error) => error)).retryAfterMs).toBeGreaterThan(30_000);
});

test('replies in one channel do not wait for each other', async () => {
  const { discord, channel, maria, platform } = await setUp();
  const [slow, fast] = [0, 1].map(() => platform.surface(ask(discord, maria, channel, 'reply')));
  const first = await slow!.open(messageRung(slow!), view('slow'), page(0, { key: 'slow' }));
  const second = await fast!.open(messageRung(fast!), view('fast'), page(0, { key: 'fast' }));
  const fault = discord.fail({ method: 'PATCH', path: new RegExp(first.id), hang: true });
  const hanging = slow!.grow(first, view('slow, grown'));
  await discord.until(() => fault.hanging === 1);
  await fast!.grow(second, view('fast, grown'));
  expect(discord.messages(channel.id).at(-1)!.content).toBe('fast, grown');
  fault.release();
  await hanging;
});

test.each([
  { status: 404, code: 10003, fault: 'gone', notice: undefined },
  { status: 404, code: 10008, fault: 'gone', notice: undefined },
  { status: 403, code: 50001, fault: 'gone', notice: expect.stringContaining('permissions') },
  { status: 403, code: 50013, fault: 'gone', notice: expect.stringContaining('permissions') },
  { status: 400, code: 160005, fault: 'gone', notice: expect.stringContaining('locked') },
  { status: 400, code: 200000, fault: 'gone', notice: expect.stringContaining('AutoMod') },
  { status: 400, code: 50035, fault: 'gone', notice: undefined },
  { status: 400, code: 30046, fault: 'page-closed', notice: undefined },
  { status: 500, code: 0, fault: 'unknown', notice: undefined },
  { status: 408, code: 0, fault: 'unknown', notice: undefined },
])('$status with code $code is $fault', async ({ status, code, fault, notice }) => {
  const { discord, maria, platform } = await setUp();
  const surface = platform.surface(ask(discord, maria, discord.dm(maria), 'here'));
  const opened = await surface.open(messageRung(surface), view('One'), page());
  discord.fail({ method: 'PATCH', status, body: { code, message: 'No' } });
  await expect(surface.grow(opened, view('Two'))).rejects.toMatchObject({ fault, notice });
});

test('a page that is too long is told so', async () => {
  const { discord, maria, platform } = await setUp();
  const surface = platform.surface(ask(discord, maria, discord.dm(maria), 'here'));
  const rung = messageRung(surface);
  expect(rung.limit).toBe(2000);
  await surface.open(rung, view('x'.repeat(rung.limit)), page());
  const tooLong = surface.open(rung, view('x'.repeat(rung.limit + 1)), page(1));
  await expect(tooLong).rejects.toMatchObject({ fault: 'too-long' });
  // Counted as UTF-16 units, so that no way of counting finds more.
  expect(rung.width('👩‍🚀é')).toBe('👩‍🚀é'.length);
});

test('an archived thread is opened again for an edit; one that may not be is gone', async () => {
  const { discord, channel, maria, platform } = await setUp();
  const address = ask(discord, maria, channel, 'open-thread');
  const surface = platform.surface(address);
  const opened = await surface.open(messageRung(surface), view('One'), page());
  const thread = discord.threads[0]!;
  discord.setThread(thread.id, { archived: true });
  await surface.grow(opened, view('Two'));
  expect(thread.archived).toBe(false);
  expect(discord.messages(thread.id).at(-1)!.content).toBe('Two');
  discord.setThread(thread.id, { archived: true, locked: true });
  const path = new RegExp(`^/channels/${thread.id}$`);
  discord.fail({ method: 'PATCH', path, status: 403, body: { code: 50013, message: 'Missing Permissions' } });
  await expect(surface.grow(opened, view('Three'))).rejects.toMatchObject({
    fault: 'gone',
    notice: expect.stringContaining('archived'),
  });
});

test('a deleted message or channel ends the reply', async () => {
  const { discord, channel, maria, platform } = await setUp();
  const surface = platform.surface(ask(discord, maria, channel, 'reply'));
  const opened = await surface.open(messageRung(surface), view('One'), page());
  discord.deleteMessage(opened.id);
  await expect(surface.grow(opened, view('Two'))).rejects.toMatchObject({ fault: 'gone' });
  discord.deleteChannel(channel.id);
  await expect(surface.open(messageRung(surface), view('x'), page(1))).rejects.toMatchObject({
    fault: 'gone',
  });
  const never = platform.surface(ask(discord, maria, discord.channel(), 'open-thread'));
  discord.fail({ path: /\/threads$/, status: 404, body: { code: 10008, message: 'Unknown Message' } });
  await expect(never.open(messageRung(never), view('x'), page())).rejects.toMatchObject({ fault: 'gone' });
});

test('a person whose channel was closed to Parley is told by direct message', async () => {
  const { discord, channel, maria, platform } = await setUp();
  const surface = platform.surface(ask(discord, maria, channel, 'reply'));
  discord.permit(channel.id, { deny: ['SEND_MESSAGES'] });
  await expect(surface.open(messageRung(surface), view('x'), page())).rejects.toMatchObject({
    fault: 'gone',
  });
  expect(discord.messages(discord.dm(maria).id)[0]!.content).toContain('not allowed to write');
});

test('no call names a secret in its error', async () => {
  const { discord, maria, platform } = await setUp();
  const surface = platform.surface(ask(discord, maria, discord.dm(maria), 'here'));
  await discord.close();
  const error: Error = await surface.open(messageRung(surface), view('x'), page()).catch((thrown) => thrown);
  expect(error).toMatchObject({ fault: 'unknown' });
  expect(JSON.stringify([error.message, String(error.cause)])).not.toContain(discord.token);
});

test('an address of another platform is refused', async () => {
  const { platform } = await setUp();
  expect(() => platform.surface({ thread: 'slack:1', data: { channel: '1' } })).toThrow(TypeError);
});
