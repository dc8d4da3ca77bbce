import { expect, it } from 'vitest';
import type { Attachment, CommandSpec, FetchOptions } from '../../../src/core/ports.ts';
import type { AttachedFile, DiscordOptions, StandInDiscord } from '../../servers/discord/types.ts';
import { startStranger } from '../stranger.ts';
import { connect, createAdapter, startStandIn } from './harness.ts';

const notes: AttachedFile = {
  filename: 'notes.txt',
  contentType: 'text/plain',
  content: 'Remember the milk.',
};

/** Maria sends files in her direct channel. */
async function send(files: readonly AttachedFile[], options: DiscordOptions = {}) {
  const connected = await connect({ discord: options });
  const { discord, inbox, platform } = connected;
  const maria = discord.user('maria');
  const dm = discord.dm(maria);
  const said = discord.say(maria, dm.id, 'look', { attachments: files });
  const message = await inbox.untilMessage('look');
  return {
    ...{ ...connected, maria, dm, said, message },
    file: message.attachments[0]!,
    fetch: (file: Attachment, limits: Partial<FetchOptions> = {}) =>
      platform.fetchFile!(file, { mostBytes: 1_000_000, signal: new AbortController().signal, ...limits }),
  };
}

function noticeOf(notice: string) {
  return { code: 'file-unreadable', notice };
}

function messageReads({ requests }: StandInDiscord) {
  return requests.filter(({ method, route }) => method === 'GET' && route.endsWith('/messages/:message'));
}

it('fetches a file of a message by its link, without its token, and stores no link', async () => {
  const { discord, dm, said, file, fetch } = await send([notes]);
  expect(file).toEqual({
    name: 'notes.txt',
    mediaType: 'text/plain',
    bytes: 18,
    source: { channel: dm.id, message: said.id, attachment: expect.stringMatching(/^\d+$/) },
  });
  expect(Buffer.from(await fetch(file)).toString()).toBe('Remember the milk.');
  expect(discord.downloads).toEqual([
    { path: expect.stringContaining('notes.txt'), authorization: undefined, status: 200 },
  ]);
  expect(messageReads(discord)).toEqual([]);
});

it('fetches with another process, which never saw the link', async () => {
  const { discord, file } = await send([notes]);
  const other = createAdapter(discord).platform;
  const { signal } = new AbortController();
  const bytes = await other.fetchFile!(file, { mostBytes: 100, signal });
  expect(Buffer.from(bytes).toString()).toBe('Remember the milk.');
  expect(messageReads(discord)).toHaveLength(1);
});

it('asks for a new link where the one it has is too old, once', async () => {
  let now = Date.parse('2026-03-01T12:00:00Z');
  const { discord, file, fetch } = await send([notes], { now: () => now, linkLifetimeMs: 60_000 });
  now += 120_000;
  expect(Buffer.from(await fetch(file)).toString()).toBe('Remember the milk.');
  expect(discord.downloads.map(({ status }) => status)).toEqual([404, 200]);
  await fetch(file);
  expect(messageReads(discord)).toHaveLength(1);
});

it('brings the files of the message that is replied to, after its own', async () => {
  const { discord, inbox } = await connect();
  const [maria, tom] = [discord.user('maria'), discord.user('tom')];
  const channel = discord.channel();
  const photo = discord.say(tom, channel.id, 'my cat', { attachments: [{ filename: 'cat.png' }] });
  discord.say(maria, channel.id, 'which breed?', {
    mentions: 'bot',
    replyTo: photo.id,
    attachments: [notes],
  });
  const message = await inbox.untilMessage('which breed?');
  expect(message.attachments).toMatchObject([
    { name: 'notes.txt' },
    { name: 'cat.png', source: { channel: channel.id, message: photo.id } },
  ]);
});

it('takes a mention without words that replies to a file', async () => {
  const { discord, inbox } = await connect();
  const maria = discord.user('maria');
  const channel = discord.channel();
  const photo = discord.say(maria, channel.id, '', { attachments: [{ filename: 'cat.png' }] });
  discord.say(maria, channel.id, '', { mentions: 'bot', replyTo: photo.id });
  const message = await inbox.untilMessage('');
  expect(message.attachments).toMatchObject([{ name: 'cat.png' }]);
});

it('takes a voice message', async () => {
  const { discord, inbox, platform } = await connect();
  const maria = discord.user('maria');
  const recording = { filename: 'voice-message.ogg', contentType: 'audio/ogg', content: 'OggS…' };
  discord.say(maria, discord.dm(maria).id, '', { attachments: [recording], voice: true });
  const { attachments } = await inbox.untilMessage('');
  expect(attachments).toMatchObject([{ name: 'voice-message.ogg', mediaType: 'audio/ogg' }]);
  const { signal } = new AbortController();
  const bytes = await platform.fetchFile!(attachments[0]!, { mostBytes: 100, signal });
  expect(Buffer.from(bytes).toString()).toBe('OggS…');
});

it('offers a file as an option of a command, and brings it', async () => {
  const withFile: CommandSpec = {
    name: 'ask',
    description: 'Ask Parley',
    options: [
      { name: 'question', description: 'What to ask', required: true },
      { name: 'file', description: 'What to read', required: false, kind: 'file' },
    ],
    visibility: 'everyone',
  };
  const { discord, inbox, platform } = await connect({ commands: [withFile] });
  expect(discord.registered.commands[0]?.body).toMatchObject({
    options: [
      { type: 3, name: 'question' },
      { type: 11, name: 'file' },
    ],
  });
  const maria = discord.user('maria');
  discord.command(maria, discord.channel().id, 'ask', { question: 'what is this?', file: notes });
  const call = await inbox.untilCommand('ask');
  expect(call.options).toEqual({ question: 'what is this?' });
  expect(call.attachments).toMatchObject([{ name: 'notes.txt', bytes: 18 }]);
  const file = call.attachments![0]!;
  const { signal } = new AbortController();
  const limits = { mostBytes: 100, signal };
  expect(Buffer.from(await platform.fetchFile!(file, limits)).toString()).toBe('Remember the milk.');
  // No message holds it, so another process can't find it.
  const other = createAdapter(discord).platform;
  await expect(other.fetchFile!(file, limits)).rejects.toMatchObject(
    noticeOf('“notes.txt” is no longer there: please send it again.'),
  );
});

it('says how large a file may be before it asks for it', async () => {
  const { discord, file, fetch } = await send([{ ...notes, size: 3_200_000 }]);
  await expect(fetch(file)).rejects.toMatchObject(
    noticeOf('“notes.txt” is too large: I read files of up to 1 MB, and it has 3.2 MB.'),
  );
  expect(discord.downloads).toEqual([]);
});

it.each([
  ['tells its length', false, 'it has 2 MB'],
  ['does not', true, 'it has more than that'],
])('believes no size where the answer %s', async (_, chunked, size) => {
  const { file, fetch } = await send([
    { filename: 'log.txt', content: new Uint8Array(2_000_000), size: 10, chunked },
  ]);
  await expect(fetch(file)).rejects.toMatchObject(
    noticeOf(`“log.txt” is too large: I read files of up to 1 MB, and ${size}.`),
  );
});

it('says that a file is gone with its message', async () => {
  let now = Date.parse('2026-03-01T12:00:00Z');
  const { discord, said, file, fetch } = await send([notes], { now: () => now, linkLifetimeMs: 60_000 });
  discord.deleteMessage(said.id);
  now += 120_000;
  await expect(fetch(file)).rejects.toMatchObject(
    noticeOf('“notes.txt” is no longer there: please send it again.'),
  );
});

it('says which permissions are missing', async () => {
  const discord = await startStandIn();
  const channel = discord.channel();
  const said = discord.say(discord.user('maria'), channel.id, 'look', {
    attachments: [notes],
    mentions: 'bot',
  });
  discord.permit(channel.id, { deny: ['READ_MESSAGE_HISTORY'] });
  const { platform } = createAdapter(discord);
  const source = { channel: channel.id, message: said.id, attachment: '1' };
  const { signal } = new AbortController();
  await expect(
    platform.fetchFile!({ name: 'notes.txt', source }, { mostBytes: 100, signal }),
  ).rejects.toMatchObject(
    noticeOf(
      'I am not allowed to read “notes.txt”: an admin of the server has to give me the permissions View Channel and Read Message History there.',
    ),
  );
});

const elsewhere = noticeOf(
  'I can’t read “notes.txt”: it is not stored on Discord itself. Please download it and send it as a file.',
);

it('sends nothing to another host, wherever a link or a redirect leads', async () => {
  const stranger = await startStranger();
  const { discord, maria, dm, file, fetch, inbox } = await send([notes]);
  discord.fail({ path: /attachments/, status: 302, headers: { location: `${stranger.origin}/notes.txt` } });
  await expect(fetch(file)).rejects.toMatchObject(elsewhere);
  for (const [text, url] of [
    ['stranger', `${stranger.origin}/notes.txt`],
    ['look-alike', `http://cdn.discordapp.com:80@${stranger.origin.slice(7)}/notes.txt`],
    ['local', 'file:///etc/hostname'],
    ['nonsense', 'not a link'],
  ] as const) {
    discord.say(maria, dm.id, text, { attachments: [{ ...notes, url }] });
    const { attachments } = await inbox.untilMessage(text);
    await expect(fetch(attachments[0]!)).rejects.toMatchObject(elsewhere);
  }
  expect(stranger.requests).toEqual([]);
});

it('says that a file took too long', async () => {
  const { discord, file, fetch } = await send([notes]);
  const slow = discord.fail({ path: /attachments/, hang: true });
  await expect(fetch(file, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject(
    noticeOf('“notes.txt” took too long to load: please try again, or send a smaller file.'),
  );
  expect(slow.hits).toBe(1);
});

it.each([
  ['the host fails', { status: 500 }],
  ['the connection breaks', { destroy: true }],
])('says that it may work later where %s', async (_, fault) => {
  const { discord, file, fetch } = await send([notes]);
  discord.fail({ path: /attachments/, ...fault });
  await expect(fetch(file)).rejects.toMatchObject(
    noticeOf('“notes.txt” could not be loaded just now: please try again in a minute.'),
  );
});

it('ends with the reason of whoever gave up', async () => {
  const { discord, file, fetch } = await send([notes]);
  const slow = discord.fail({ path: /attachments/, hang: true });
  const stopping = new AbortController();
  const fetched = fetch(file, { signal: stopping.signal });
  await discord.until(() => slow.hanging === 1);
  const reason = new Error('stopped');
  stopping.abort(reason);
  await expect(fetched).rejects.toBe(reason);
});
