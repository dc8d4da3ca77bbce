import { readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { createUploadFiles } from '../../../src/adapters/web/upload-files.ts';
import { createUploads, type UploadsOptions } from '../../../src/adapters/web/uploads.ts';
import type { Attachment } from '../../../src/core/ports.ts';
import { createRecordingLogger } from '../../fakes/instruments.ts';
import { type CallOptions, type Site, startSite } from './harness.ts';
import { createScratch, createUploadRoom } from './scratch.ts';

const MB = 1_000_000;

afterEach(() => vi.useRealTimers());

interface Uploaded {
  readonly id: string;
  readonly name: string;
  readonly mediaType?: string;
  readonly bytes: number;
}

function send(site: Site, content: string | Uint8Array, headers: CallOptions['headers'] = {}) {
  return fetch(`${site.url}/api/uploads`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', 'x-filename': 'notes.txt', ...headers },
    body: typeof content === 'string' ? content : new Uint8Array(content),
  });
}

async function upload(site: Site, content: string | Uint8Array, headers: CallOptions['headers'] = {}) {
  const response = await send(site, content, headers);
  expect(response.status).toBe(201);
  return (await response.json()) as Uploaded;
}

async function problemOf(response: Response) {
  const { status, detail } = (await response.json()) as { status: number; detail: string };
  return { status, detail };
}

/** Asks with files, and gives those that the engine got. */
async function askWith(
  site: Site,
  attachments: readonly unknown[],
  text = 'look',
): Promise<readonly Attachment[]> {
  const asked = await site.ask('c1', text, { body: { ...(text !== '' && { text }), attachments } });
  await asked.surface.end({ end: 'complete' });
  await asked.all();
  return asked.message.attachments;
}

const limits = { mostBytes: 20 * MB, signal: new AbortController().signal };

it('takes a file, brings it with its question, and gives what it holds', async () => {
  const site = await startSite();
  const sent = await upload(site, 'Remember the milk.', { 'x-filename': 'caf%C3%A9%20notes.txt' });
  expect(sent).toEqual({
    id: expect.stringMatching(/^[\w-]{22}$/),
    name: 'café notes.txt',
    mediaType: 'text/plain',
    bytes: 18,
  });
  const [file] = await askWith(site, [{ upload: sent.id }, { name: 'only-a-name.png' }]);
  expect(file).toEqual({
    name: 'café notes.txt',
    mediaType: 'text/plain',
    bytes: 18,
    source: { upload: sent.id },
  });
  const content = await site.web.fetchFile!(file!, limits);
  expect(Buffer.from(content).toString()).toBe('Remember the milk.');
});

it('takes a question that is nothing but files', async () => {
  const site = await startSite();
  const { id } = await upload(site, 'Hello', { 'x-filename': 'voice.ogg', 'content-type': 'audio/ogg' });
  expect(await askWith(site, [{ upload: id }], '')).toMatchObject([{ name: 'voice.ogg' }]);
  const { title } = await site.read<{ title: string }>('/api/conversations/c1');
  expect(title).toBe('voice.ogg');
});

it('tells what came with a question, while it is answered and after', async () => {
  const site = await startSite();
  const { id } = await upload(site, 'Hello');
  const asked = await site.ask('c1', 'look', { body: { text: 'look', attachments: [{ upload: id }] } });
  const turns = async () =>
    (await site.read<{ turns: readonly unknown[] }>('/api/conversations/c1')).turns.at(-1);
  expect(await turns()).toMatchObject({ text: 'look', files: [{ name: 'notes.txt' }] });
  const files = [{ name: 'notes.txt', about: 'text, 1 line', digest: 'Hello', key: 'k1', tokens: 3 }];
  site.conversations.turns.set(asked.message.thread, [
    { role: 'user', text: 'look', at: 1, tokens: 1, files },
  ]);
  await asked.surface.end({ end: 'complete' });
  await asked.all();
  expect(await turns()).toMatchObject({ files: [{ name: 'notes.txt', about: 'text, 1 line' }] });
  expect(JSON.stringify(await turns())).not.toContain('digest');
});

it('lets nobody have the files of others', async () => {
  const site = await startSite({ token: 'a-token-of-some-length' });
  const program = { authorization: 'Bearer a-token-of-some-length' };
  const mine = await upload(site, 'Hello', program);
  const form = new URLSearchParams({ token: 'a-token-of-some-length' });
  const loggedIn = await fetch(`${site.url}/login`, { method: 'POST', body: form, redirect: 'manual' });
  const cookie = loggedIn.headers
    .getSetCookie()
    .map((one) => one.split(';', 1)[0])
    .join('; ');
  expect(cookie).not.toBe('');
  const body = { text: 'look', attachments: [{ upload: mine.id }] };
  const stolen = await site.call('POST', '/api/conversations/c1/messages', { body, headers: { cookie } });
  expect(await problemOf(stolen)).toEqual({
    status: 400,
    detail: 'A file of this question is not kept any more: upload it again.',
  });
  expect((await site.call('DELETE', `/api/uploads/${mine.id}`, { headers: { cookie } })).status).toBe(404);
  expect((await send(site, 'Hello')).status).toBe(401);
  expect((await site.call('DELETE', `/api/uploads/${mine.id}`, { headers: program })).status).toBe(204);
});

it('forgets a file that is taken back', async () => {
  const uploads = createScratch();
  const site = await startSite({ uploads: createUploadRoom(uploads) });
  const { id } = await upload(site, 'Hello');
  expect((await site.call('DELETE', `/api/uploads/${id}`)).status).toBe(204);
  expect((await site.call('DELETE', `/api/uploads/${id}`)).status).toBe(404);
  expect(await readdir(uploads)).toEqual([]);
  const file = { name: 'notes.txt', source: { upload: id } };
  await expect(site.web.fetchFile!(file, limits)).rejects.toMatchObject({
    code: 'file-unreadable',
    notice: '“notes.txt” is no longer there: please send it again.',
  });
});

it('says how large a file may be', async () => {
  const site = await startSite();
  const { id } = await upload(site, 'Hello');
  const file = { name: 'notes.txt', bytes: 3 * MB, source: { upload: id } };
  await expect(site.web.fetchFile!(file, { ...limits, mostBytes: MB })).rejects.toMatchObject({
    notice: '“notes.txt” is too large: I read files of up to 1 MB, and it has 3 MB.',
  });
});

it.each<[string, CallOptions['headers'], number, string]>([
  ['no name', { 'x-filename': '' }, 400, 'Name the file in X-Filename: it is missing.'],
  ['a name that is none', { 'x-filename': '%2F' }, 400, 'Name the file in X-Filename: it is missing.'],
  ['half a name', { 'x-filename': '%E2%82' }, 400, 'Write X-Filename percent-encoded, in UTF-8.'],
  [
    'a long name',
    { 'x-filename': 'x'.repeat(256) },
    400,
    'Name the file in X-Filename: write at most 255 characters.',
  ],
  ['a packed body', { 'content-encoding': 'gzip' }, 415, 'Send the file without compression.'],
])('refuses %s', async (_, headers, status, detail) => {
  const site = await startSite();
  expect(await problemOf(await send(site, 'Hello', headers))).toEqual({ status, detail });
});

it('keeps a name to itself: it is never a path', async () => {
  const uploads = createScratch();
  const site = await startSite({ uploads: createUploadRoom(uploads) });
  const { id, name } = await upload(site, 'Hello', {
    'x-filename': encodeURIComponent('../../etc/pass\nwd'),
  });
  expect(name).toBe('pass wd');
  expect((await readdir(uploads)).toSorted()).toEqual([id, `${id}.json`].toSorted());
});

it('refuses what is too large, whether it is told so or finds out', async () => {
  const uploads = createScratch();
  const site = await startSite({ uploads: createUploadRoom(uploads) });
  const sentence = '“notes.txt” is too large: send files of up to 20 MB.';
  const answers = [true, false].map(
    (told) =>
      new Promise<string>((resolve, reject) => {
        const headers = { 'x-filename': 'notes.txt', ...(told && { 'content-length': 20 * MB + 1 }) };
        const sending = request(`${site.url}/api/uploads`, { method: 'POST', headers }, (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve(`${response.statusCode} ${text}`));
        });
        sending.on('error', reject);
        if (told) sending.flushHeaders();
        else sending.end(Buffer.alloc(20 * MB + 1));
      }),
  );
  for (const answer of await Promise.all(answers)) {
    expect(answer).toMatch(/^413 /);
    expect(answer).toContain(sentence);
  }
  expect(await readdir(uploads)).toEqual([]);
});

it('keeps nothing of a file that broke off', async () => {
  const uploads = createScratch();
  const site = await startSite({ uploads: createUploadRoom(uploads) });
  const headers = { 'x-filename': 'notes.txt', 'content-length': 100 };
  const sending = request(`${site.url}/api/uploads`, { method: 'POST', headers });
  sending.on('error', () => undefined);
  sending.write('half');
  await vi.waitFor(async () => expect(await readdir(uploads)).toHaveLength(1));
  sending.destroy();
  await vi.waitFor(async () => expect(await readdir(uploads)).toEqual([]));
});

it('has them after a restart, and takes away what is half or not known', async () => {
  const uploads = createScratch();
  const first = await startSite({ uploads: createUploadRoom(uploads) });
  const { id } = await upload(first, 'Hello');
  await first.web.close();
  const half = 'h'.repeat(22);
  await writeFile(join(uploads, half), 'half');
  await writeFile(join(uploads, 'somebody-elses.txt'), 'not ours');
  const second = await startSite({ uploads: createUploadRoom(uploads) });
  const [file] = await askWith(second, [{ upload: id }]);
  expect(Buffer.from(await second.web.fetchFile!(file!, limits)).toString()).toBe('Hello');
  expect((await readdir(uploads)).toSorted()).toEqual([id, `${id}.json`, 'somebody-elses.txt'].toSorted());
});

/** Uploads without a server, each of so many bytes. */
async function createStore(options: Partial<UploadsOptions> = {}) {
  const files = createUploadFiles(createScratch());
  const uploads = createUploads({ files, logger: createRecordingLogger(), mostBytes: 1000, ...options });
  await uploads.open();
  async function* body(bytes: number) {
    yield new Uint8Array(bytes);
  }
  return {
    uploads,
    async add(person: string, bytes: number, name = 'a') {
      const incoming = { headers: { 'content-length': String(bytes) }, iterator: () => body(bytes) };
      return (await uploads.add(person, { name }, incoming as never)).id;
    },
    close: () => uploads.close(),
  };
}

it('keeps of each person the newest', async () => {
  const { uploads, add } = await createStore({ mostFiles: 2 });
  const [one, two, three] = [await add('ann', 1), await add('ann', 1), await add('ann', 1)];
  const other = await add('bob', 1);
  expect([one, two, three].map((id) => uploads.find('ann', id) !== undefined)).toEqual([false, true, true]);
  expect(uploads.find('bob', other)).toBeDefined();
});

it('makes room first where a file was read, then where it is one’s own, and never takes what others still need', async () => {
  const { uploads, add } = await createStore({ mostTogether: 100 });
  const [read, waiting] = [await add('ann', 40), await add('ann', 40)];
  await uploads.read(read, limits.signal);
  const mine = await add('bob', 40);
  expect(uploads.find('ann', read)).toBeUndefined();
  const next = await add('bob', 40);
  expect(uploads.find('bob', mine)).toBeUndefined();
  expect(uploads.find('ann', waiting)).toBeDefined();
  await expect(add('cleo', 40)).rejects.toMatchObject({ status: 503 });
  expect(uploads.find('bob', next)).toBeDefined();
});

it('keeps a file for a day', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  const { uploads, add, close } = await createStore();
  const id = await add('ann', 1);
  vi.advanceTimersByTime(23 * 3_600_000);
  expect(uploads.find('ann', id)).toBeDefined();
  vi.advanceTimersByTime(2 * 3_600_000);
  expect(uploads.find('ann', id)).toBeUndefined();
  close();
});
