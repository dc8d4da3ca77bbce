import sharp from 'sharp';
import { expect, test } from 'vitest';
import { call, startForTest } from './testing.ts';
import type { DiscordOptions, StandInDiscord } from './types.ts';

type Files = Readonly<Record<number, readonly [name: string, content: string | Uint8Array<ArrayBuffer>]>>;

/** A call with files, as any program might make it. */
async function upload(
  discord: StandInDiscord,
  method: string,
  path: string,
  body: object,
  files: Files,
  authorized = true,
) {
  const form = new FormData();
  form.set('payload_json', JSON.stringify(body));
  for (const [index, [name, content]] of Object.entries(files)) {
    form.set(`files[${index}]`, new Blob([content]), name);
  }
  const response = await fetch(`${discord.url}/v10${path}`, {
    method,
    headers: authorized ? { authorization: `Bot ${discord.token}` } : {},
    body: form,
  });
  const answer = JSON.parse(await response.text());
  return { status: response.status, code: answer.code, body: answer };
}

async function setUp(options?: DiscordOptions) {
  const discord = await startForTest(options);
  const channel = discord.channel();
  const path = `/channels/${channel.id}/messages`;
  const post = (body: object, files: Files = {}) => upload(discord, 'POST', path, body, files);
  const edit = (id: string, body: object, files: Files = {}) =>
    upload(discord, 'PATCH', `${path}/${id}`, body, files);
  const names = () =>
    discord
      .messages(channel.id)
      .at(-1)!
      .attachments.map(({ filename }) => filename);
  return { discord, channel, path, post, edit, names };
}

test('files come back with all that is known of them, and can be downloaded', async () => {
  const { discord, channel, post } = await setUp();
  const create = { width: 3, height: 2, channels: 3, background: 'red' } as const;
  const png = new Uint8Array(await sharp({ create }).png().toBuffer());
  const attachments = [
    { id: 0, filename: 'otter.png', description: 'An otter' },
    { id: 1, filename: 'notes.txt' },
  ];
  const files = { 0: ['x.png', png], 1: ['notes of today.txt', 'milk'] } as const;
  const { body } = await post({ content: 'both', attachments }, files);
  expect(body.attachments).toMatchObject([
    { filename: 'otter.png', description: 'An otter', content_type: 'image/png', width: 3, height: 2 },
    { filename: 'notes.txt', size: 4 },
  ]);
  expect(body.attachments[0].size).toBe(png.byteLength);
  const download = await fetch(body.attachments[0].url);
  expect(new Uint8Array(await download.arrayBuffer())).toEqual(png);
  expect(discord.requests[0]?.files).toEqual([
    { filename: 'x.png', size: png.byteLength },
    { filename: 'notes of today.txt', size: 4 },
  ]);
  expect(discord.messages(channel.id)[0]!.versions[0]!.files).toHaveLength(2);
});

test('names are made of plain characters', async () => {
  const { post, names } = await setUp();
  await post({ content: 'x' }, { 0: ['@everyone sea otter №1.png', 'x'] });
  expect(names()).toEqual(['_everyone_sea_otter_1.png']);
});

test('an edit keeps what its list names, adds what it brings, and lets the rest go', async () => {
  const { discord, channel, post, edit, names } = await setUp();
  const { body } = await post({ content: 'x' }, { 0: ['a.txt', 'a'], 1: ['b.txt', 'b'] });
  const [a, b] = body.attachments;
  await edit(body.id, { content: 'y' });
  expect(names()).toEqual(['a.txt', 'b.txt']);
  await edit(body.id, {}, { 0: ['c.txt', 'c'] });
  expect(names()).toEqual(['a.txt', 'b.txt', 'c.txt']);
  const attachments = [{ id: b.id, description: 'B' }, { id: '0' }];
  const edited = await edit(body.id, { attachments }, { 0: ['d.txt', 'd'] });
  expect(names()).toEqual(['b.txt', 'd.txt']);
  expect(edited.body.attachments[0]).toMatchObject({ id: b.id, description: 'B' });
  expect(await edit(body.id, { attachments: [{ id: a.id }] })).toMatchObject({ status: 400, code: 50035 });
  await edit(body.id, { attachments: [] });
  expect(names()).toEqual([]);
  const seen = discord
    .messages(channel.id)[0]!
    .versions.map(({ files }) => files.map(({ filename }) => filename));
  expect(seen).toEqual([
    ['a.txt', 'b.txt'],
    ['a.txt', 'b.txt'],
    ['a.txt', 'b.txt', 'c.txt'],
    ['b.txt', 'd.txt'],
    [],
  ]);
});

test('refuses more than ten files, too, where some are there already', async () => {
  const { post, edit, names } = await setUp();
  const ten = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [at, ['x.txt', 'x'] as const]));
  const { body } = await post({ content: 'x' }, ten);
  expect(body.attachments).toHaveLength(10);
  expect(await edit(body.id, {}, { 0: ['y.txt', 'y'] })).toMatchObject({ status: 400, code: 30015 });
  expect(await post({ content: 'x' }, { ...ten, 10: ['y.txt', 'y'] })).toMatchObject({ code: 30015 });
  expect(names()).toHaveLength(10);
});

test.each([
  ['a file', { fileBytes: 10 }, { 0: ['a.txt', 'x'.repeat(11)] }],
  ['a call', { requestBytes: 900 }, { 0: ['a.txt', 'x'.repeat(500)], 1: ['b.txt', 'x'.repeat(500)] }],
] as const)('refuses %s that is too large', async (_, options, files) => {
  const { discord, channel, post } = await setUp(options);
  expect(await post({ content: 'x' }, files)).toMatchObject({ status: 413, code: 40005 });
  expect(discord.messages(channel.id)).toEqual([]);
});

test.each([
  ['a long description', { attachments: [{ id: 0, description: 'x'.repeat(1025) }] }],
  ['a list without the file', { attachments: [] }],
  ['a list with another file', { attachments: [{ id: 0 }, { id: 1 }] }],
])('refuses %s', async (_, body) => {
  const { post } = await setUp();
  expect(await post(body, { 0: ['a.txt', 'a'] })).toMatchObject({ status: 400, code: 50035 });
});

test('takes a description of 1024 characters, and a file without words', async () => {
  const { post } = await setUp();
  const description = 'x'.repeat(1024);
  const { status } = await post({ attachments: [{ id: 0, description }] }, { 0: ['a.txt', 'a'] });
  expect(status).toBe(200);
});

test('without Attach Files only words can be sent', async () => {
  const { discord, channel, post, edit } = await setUp();
  discord.permit(channel.id, { deny: ['ATTACH_FILES'] });
  expect(await post({ content: 'x' }, { 0: ['a.txt', 'a'] })).toMatchObject({ status: 403, code: 50013 });
  const { body, status } = await post({ content: 'x' });
  expect(status).toBe(200);
  expect(await edit(body.id, {}, { 0: ['a.txt', 'a'] })).toMatchObject({ status: 403, code: 50013 });
});

test('answers to interactions take files, too, and need the same permission', async () => {
  const { discord, channel } = await setUp();
  const asked = discord.command(discord.user('ann'), channel.id, 'draw');
  const webhook = `/webhooks/${discord.applicationId}/${asked.token}`;
  await call(discord, 'POST', `/interactions/${asked.id}/${asked.token}/callback`, { type: 5 });
  const original = `${webhook}/messages/@original`;
  await upload(discord, 'PATCH', original, { content: 'one' }, { 0: ['a.txt', 'a'] }, false);
  await upload(discord, 'POST', webhook, {}, { 0: ['b.txt', 'b'] }, false);
  const shown = discord
    .messages(channel.id)
    .map(({ attachments }) => attachments.map(({ filename }) => filename));
  expect(shown).toEqual([['a.txt'], ['b.txt']]);
  discord.permit(channel.id, { deny: ['ATTACH_FILES'] });
  const refused = await upload(discord, 'PATCH', original, {}, { 0: ['c.txt', 'c'] }, false);
  expect(refused).toMatchObject({ status: 403, code: 50013 });
});
