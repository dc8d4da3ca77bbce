import { expect, it } from 'vitest';
import { createSlack } from '../../../src/adapters/slack/slack.ts';
import type { Attachment, FetchOptions } from '../../../src/core/ports.ts';
import type { SentFile } from '../../servers/slack/types.ts';
import { startStranger } from '../stranger.ts';
import { connect, createInstruments, optionsFor } from './harness.ts';

const notes: SentFile = { name: 'notes.txt', content: 'Remember the milk.' };

const canvas = noticeOf(
  'I can’t read “notes.txt”: it is a canvas. Please copy what matters into a message, or download it and send it as a file.',
);

/** Maria sends a file in her direct message. */
async function send(file: SentFile) {
  const connected = await connect();
  const { slack, inbox, platform } = connected;
  const maria = slack.user('maria');
  slack.say(maria, slack.dm(maria).id, 'look', { files: [file] });
  await inbox.until(({ messages }) => messages.length === 1);
  return {
    ...connected,
    file: inbox.messages[0]!.attachments[0]!,
    fetch: (attachment: Attachment, limits: Partial<FetchOptions> = {}) =>
      platform.fetchFile!(attachment, {
        ...{ mostBytes: 1_000_000, signal: new AbortController().signal },
        ...limits,
      }),
  };
}

function noticeOf(notice: string) {
  return { code: 'file-unreadable', notice };
}

const gone = noticeOf('“notes.txt” is no longer there: please send it again.');
const forbidden = noticeOf(
  'I am not allowed to read “notes.txt”: an admin has to install me again from slack-manifest.json, with the scope files:read.',
);
const elsewhere = noticeOf(
  'I can’t read “notes.txt”: it is not stored on Slack itself. Please download it and send it as a file.',
);

it('fetches a file of a message with its token, asking nobody where it is', async () => {
  const { slack, file, fetch } = await send(notes);
  expect(file).toEqual({
    name: 'notes.txt',
    mediaType: 'text/plain',
    bytes: 18,
    source: { file: expect.stringMatching(/^F/), team: slack.team.id },
  });
  expect(Buffer.from(await fetch(file)).toString()).toBe('Remember the milk.');
  expect(slack.downloads).toEqual([
    { path: expect.stringContaining('notes.txt'), authorization: `Bearer ${slack.botToken}`, status: 200 },
  ]);
  expect(slack.calls.filter(({ method }) => method === 'files.info')).toEqual([]);
});

it('fetches with another process, and what was shared between companies, by asking where it is', async () => {
  const { slack, file, fetch } = await send({ ...notes, checkInfo: true });
  expect(Buffer.from(await fetch(file)).toString()).toBe('Remember the milk.');
  const other = createSlack(optionsFor(slack, 'socket', createInstruments()));
  const { signal } = new AbortController();
  const bytes = await other.fetchFile!(file, { mostBytes: 100, signal });
  expect(Buffer.from(bytes).toString()).toBe('Remember the milk.');
  expect(slack.calls.filter(({ method }) => method === 'files.info')).toHaveLength(2);
});

it('takes a voice clip', async () => {
  const { file, fetch } = await send({ name: 'audio_message.m4a', mimetype: 'audio/mp4', content: 'ftyp…' });
  expect(file).toMatchObject({ name: 'audio_message.m4a', mediaType: 'audio/mp4' });
  expect(Buffer.from(await fetch(file)).toString()).toBe('ftyp…');
});

it('takes a page of HTML for what it is', async () => {
  const page = { name: 'page.html', mimetype: 'text/html', content: '<h1>Hello</h1>' };
  const { file, fetch } = await send(page);
  expect(Buffer.from(await fetch(file)).toString()).toBe('<h1>Hello</h1>');
});

it.each([
  ['a text', notes, 'page'],
  ['a text', notes, 'redirect'],
  ['a page of HTML', { ...notes, mimetype: 'text/html' }, 'page'],
] as const)('says which scope is missing where %s is hidden behind a log-in (%#)', async (_, sent, way) => {
  const { slack, file, fetch } = await send(sent);
  slack.scopes.delete('files:read');
  slack.loginBy = way;
  await expect(fetch(file)).rejects.toMatchObject(forbidden);
});

it.each([{ status: 403 }, { status: 401 }])('says so where the answer is %o', async (fault) => {
  const { slack, file, fetch } = await send(notes);
  slack.fail({ method: 'download', ...fault });
  await expect(fetch(file)).rejects.toMatchObject(forbidden);
});

it('says which scope is missing where it may not ask', async () => {
  const { slack, file, fetch } = await send({ ...notes, checkInfo: true });
  slack.scopes.delete('files:read');
  await expect(fetch({ ...file, name: 'notes.txt' })).rejects.toMatchObject(forbidden);
  expect(slack.downloads).toEqual([]);
});

it.each([
  [{ ...notes, mode: 'external', url: 'https://drive.example.com/notes.txt' }, elsewhere],
  [
    { ...notes, mode: 'hidden_by_limit' },
    noticeOf(
      'I can’t read “notes.txt”: Slack hides it, for this workspace is over the limit of its plan. Please send it again.',
    ),
  ],
  [{ ...notes, mode: 'tombstone' }, gone],
  [{ ...notes, mode: 'quip', mimetype: 'application/vnd.slack-docs' }, canvas],
  [{ ...notes, mode: 'hosted', mimetype: 'application/vnd.slack-docs' }, canvas],
] as const)('says why a file can not be had: %#', async (sent, sentence) => {
  const { slack, file, fetch } = await send(sent);
  await expect(fetch(file)).rejects.toMatchObject(sentence);
  expect(slack.downloads).toEqual([]);
});

it('says that a file was deleted, whether it knows where it was or not', async () => {
  const { slack, file, fetch } = await send(notes);
  slack.deleteFile('notes.txt');
  await expect(fetch(file)).rejects.toMatchObject(gone);
  const other = createSlack(optionsFor(slack, 'socket', createInstruments()));
  const { signal } = new AbortController();
  await expect(other.fetchFile!(file, { mostBytes: 100, signal })).rejects.toMatchObject(gone);
});

it('says how large a file may be before it asks for it', async () => {
  const { slack, file, fetch } = await send({ ...notes, size: 3_200_000 });
  await expect(fetch(file)).rejects.toMatchObject(
    noticeOf('“notes.txt” is too large: I read files of up to 1 MB, and it has 3.2 MB.'),
  );
  expect(slack.downloads).toEqual([]);
});

it.each([
  ['tells its length', false, 'it has 2 MB'],
  ['does not', true, 'it has more than that'],
])('believes no size where the answer %s', async (_, chunked, size) => {
  const { file, fetch } = await send({
    ...{ name: 'log.txt', content: new Uint8Array(2_000_000), size: 10, chunked },
  });
  await expect(fetch(file)).rejects.toMatchObject(
    noticeOf(`“log.txt” is too large: I read files of up to 1 MB, and ${size}.`),
  );
});

it('shows its token to nobody else, wherever an address or a redirect leads', async () => {
  const stranger = await startStranger();
  const { slack, file, fetch, inbox } = await send(notes);
  const location = `${stranger.origin}/notes.txt`;
  slack.fail({ method: 'download', status: 302, headers: { location } });
  await expect(fetch(file)).rejects.toMatchObject(elsewhere);
  const maria = slack.user('maria');
  const urls = [
    location,
    `http://files.slack.com@${stranger.origin.slice(7)}/notes.txt`,
    'file:///etc/hostname',
  ];
  slack.say(maria, slack.dm(maria).id, 'more', { files: urls.map((url) => ({ ...notes, url })) });
  await inbox.until(({ messages }) => messages.length === 2);
  for (const one of inbox.messages[1]!.attachments) await expect(fetch(one)).rejects.toMatchObject(elsewhere);
  expect(stranger.requests).toEqual([]);
  expect(slack.downloads).toHaveLength(1);
});

it.each(['download', 'files.info'])('says that a file took too long: %s', async (method) => {
  const { slack, file, fetch } = await send({ ...notes, checkInfo: method === 'files.info' });
  slack.fail({ method, hang: true });
  const signal = AbortSignal.timeout(50);
  await expect(fetch({ ...file, name: 'notes.txt' }, { signal })).rejects.toMatchObject(
    noticeOf('“notes.txt” took too long to load: please try again, or send a smaller file.'),
  );
});

it.each([{ status: 500 }, {}])('says that it may work later: %o', async (fault) => {
  const { slack, file, fetch } = await send(notes);
  slack.fail({ method: 'download', ...fault });
  await expect(fetch(file)).rejects.toMatchObject(
    noticeOf('“notes.txt” could not be loaded just now: please try again in a minute.'),
  );
});

it.each(['download', 'files.info'])('ends with the reason of whoever gave up: %s', async (method) => {
  const { slack, file, fetch } = await send({ ...notes, checkInfo: method === 'files.info' });
  slack.fail({ method, hang: true });
  const stopping = new AbortController();
  const fetched = fetch(file, { signal: stopping.signal });
  await slack.until(
    ({ downloads, calls }) => downloads.length === 1 || calls.some((call) => call.method === method),
  );
  const reason = new Error('stopped');
  stopping.abort(reason);
  await expect(fetched).rejects.toBe(reason);
});
