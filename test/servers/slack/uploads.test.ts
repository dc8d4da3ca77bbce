import { webApi } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from './sdk.ts';
import { startSlack } from './slack.ts';
import type { StandInChannel, StandInSlack } from './types.ts';

const png = Buffer.from('\x89PNG a picture', 'latin1');

let slack: StandInSlack;
let client: webApi.WebClient;
let channel: StandInChannel;
let clock: number;

beforeEach(async () => {
  clock = Date.UTC(2026, 10, 1);
  slack = await startSlack({ now: () => clock, limits: { postsPerSecondPerChannel: 1000 } });
  client = createClient(slack);
  channel = slack.channel();
});

afterEach(() => slack.close());

/** What Slack says of a call that it refuses; fails the test where it does not. */
async function refusal(call: Promise<unknown>): Promise<Record<string, unknown>> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof webApi.WebAPIPlatformError) return { ...error.data };
  throw error ?? new Error('The call was not refused.');
}

async function getUrl(options: Record<string, unknown> = {}): Promise<{ url: string; id: string }> {
  const { upload_url: url = '', file_id: id = '' } = await client.files.getUploadURLExternal({
    ...{ filename: 'otter.png', length: png.byteLength, alt_txt: 'An otter' },
    ...options,
  });
  return { url, id };
}

const send = (url: string, body: string | Buffer<ArrayBuffer> | FormData = png) =>
  fetch(url, { method: 'POST', body });

/** A file whose upload is completed, seen by nobody. */
async function upload(content = png, filename = 'otter.png'): Promise<string> {
  const { url, id } = await getUrl({ length: content.byteLength, filename });
  await send(url, content);
  await client.files.completeUploadExternal({ files: [{ id, title: 'Otter' }] });
  return id;
}

const image = (id: string, altText = 'An otter in the sea') => ({
  ...{ type: 'image' as const, slack_file: { id }, alt_text: altText },
});

function post(blocks: unknown[], more: Record<string, unknown> = {}) {
  return client.chat.postMessage({ channel: channel.id, text: 'fallback', blocks, ...more } as never);
}

describe('uploads', () => {
  test('take the bytes once, without a token, and give the file back', async () => {
    const { url, id } = await getUrl();
    expect((await send(url)).status).toBe(200);
    expect((await send(url)).status).toBe(404);
    expect(slack.uploads).toMatchObject([
      { fileId: id, bytes: png.byteLength, status: 200, authorization: undefined },
      { status: 404 },
    ]);
    await client.files.completeUploadExternal({ files: [{ id, title: 'Otter' }] });
    expect(await client.files.info({ file: id })).toMatchObject({
      file: { id, title: 'Otter', name: 'otter.png', mimetype: 'image/png', size: png.byteLength },
    });
    expect(slack.messages(channel.id)).toEqual([]);
  });

  test('also come as a form, and have to be as long as was said', async () => {
    const form = new FormData();
    form.set('file', new Blob([png]), 'otter.png');
    expect((await send((await getUrl()).url, form)).status).toBe(200);
    const short = await getUrl();
    expect((await send(short.url, 'too short')).status).toBe(400);
    expect(await refusal(client.files.completeUploadExternal({ files: [{ id: short.id }] }))).toMatchObject({
      error: 'file_not_found',
    });
  });

  test('need the scope, a length and a description of at most 1,000 characters', async () => {
    expect(await refusal(getUrl({ alt_txt: 'x'.repeat(1001) }))).toMatchObject({
      error: 'alt_txt_too_large',
    });
    expect(await refusal(getUrl({ length: 0 }))).toMatchObject({ error: 'missing_argument' });
    slack.scopes.delete('files:write');
    expect(await refusal(getUrl())).toMatchObject({ error: 'missing_scope', needed: 'files:write' });
  });

  test('are completed once', async () => {
    const id = await upload();
    expect(await refusal(client.files.completeUploadExternal({ files: [{ id }] }))).toMatchObject({
      error: 'file_not_found',
    });
  });

  test('shared in a thread appear there a little later', async () => {
    const { ts = '' } = await post([{ type: 'divider' }]);
    const { url, id } = await getUrl();
    await send(url);
    const place = { channel_id: channel.id, thread_ts: ts, initial_comment: 'Here it is' };
    const answer = await client.files.completeUploadExternal({ files: [{ id, title: 'Otter' }], ...place });
    expect(answer.files).toMatchObject([{ id, shares: {} }]);
    expect(slack.replies(channel.id, ts)).toEqual([]);
    const shared = await slack.untilMessage(channel.id, ({ threadTs }) => threadTs === ts);
    expect(shared.text).toBe('Here it is');
    expect(shared.versions.at(-1)!.files).toMatchObject([
      { id, name: 'otter.png', title: 'Otter', altText: 'An otter', as: 'attachment' },
    ]);
    const { file } = await client.files.info({ file: id });
    expect(file).toMatchObject({ shares: { public: { [channel.id]: [{ ts: shared.ts }] } } });
  });

  test('shared where the app may not write, or with a Markdown block, are refused', async () => {
    const other = slack.channel({ member: false });
    const { url, id } = await getUrl();
    await send(url);
    const files: [{ id: string }] = [{ id }];
    const elsewhere = client.files.completeUploadExternal({ files, channel_id: other.id });
    expect(await refusal(elsewhere)).toMatchObject({ error: 'not_in_channel' });
    const blocks = [{ type: 'markdown' as const, text: '**x**' }];
    const marked = client.files.completeUploadExternal({ files, channel_id: channel.id, blocks });
    expect(await refusal(marked)).toMatchObject({ error: 'internal_error' });
  });
});

describe('files in blocks', () => {
  test('are seen in each version of a message', async () => {
    const first = await upload();
    const second = await upload(Buffer.from('\x89PNG a better one', 'latin1'));
    const { ts = '' } = await post([{ type: 'markdown', text: 'Drawing' }, image(first)]);
    const update = { channel: channel.id, ts, text: 'fallback' };
    await client.chat.update({ ...update, blocks: [{ type: 'markdown', text: 'Drawing' }, image(second)] });
    await client.chat.update({ ...update, blocks: [{ type: 'markdown', text: 'Nothing' }] });
    const [message] = slack.messages(channel.id);
    expect(message!.versions.map(({ text, files }) => [text, files.map(({ id }) => id)])).toEqual([
      ['Drawing', [first]],
      ['Drawing', [second]],
      ['Nothing', []],
    ]);
    expect(message!.versions[0]!.files).toMatchObject([
      { altText: 'An otter in the sea', as: 'block', content: png },
    ]);
  });

  const refused = {
    error: 'invalid_blocks',
    errors: ['invalid slack file [json-pointer:/blocks/1/slack_file]'],
    response_metadata: { messages: ['[ERROR] invalid slack file [json-pointer:/blocks/1/slack_file]'] },
  };

  test('have to be there, completed, and pictures that Slack shows', async () => {
    const text = { type: 'markdown', text: 'Look' };
    const unfinished = await getUrl();
    await send(unfinished.url);
    const webp = await upload(Buffer.from('RIFF1234WEBP', 'latin1'), 'otter.webp');
    for (const id of ['F0NOBODY', unfinished.id, webp, await upload(Buffer.from('words'), 'notes.txt')]) {
      expect(await refusal(post([text, image(id)]))).toMatchObject(refused);
    }
    expect(slack.messages(channel.id)).toEqual([]);
  });

  test('may be refused so many times, so long, or until they were shared', async () => {
    const text = { type: 'markdown', text: 'Look' };
    const tried = await upload();
    slack.limits.fileRefusals = 2;
    for (let time = 0; time < 2; time++)
      expect(await refusal(post([text, image(tried)]))).toMatchObject(refused);
    await post([text, image(tried)]);

    slack.limits.fileRefusals = 0;
    slack.limits.fileReadyMs = 3_000;
    const slow = await upload();
    clock += 2_999;
    expect(await refusal(post([text, image(slow)]))).toMatchObject(refused);
    clock += 1;
    await post([text, image(slow)]);

    slack.limits.filesInBlocks = 'shared';
    expect(await refusal(post([text, image(slow)]))).toMatchObject(refused);
  });

  test('and blocks as such are looked at', async () => {
    const button = (id: string, more: Record<string, unknown> = {}) => ({
      ...{ type: 'button', text: { type: 'plain_text', text: 'Again' }, action_id: id, value: 'v' },
      ...more,
    });
    const actions = (...elements: unknown[]) => ({ type: 'actions', elements });
    const id = await upload();
    const wrong: unknown[] = [
      { type: 'image', slack_file: { id } },
      image(id, 'x'.repeat(2001)),
      { ...image(id), image_url: 'https://example.com/x.png' },
      actions(),
      actions(...Array.from({ length: 26 }, (_, index) => button(`b${index}`))),
      actions(button('same'), button('same')),
      actions(button('b', { value: 'x'.repeat(2001) })),
      actions(button('b', { text: { type: 'plain_text', text: 'x'.repeat(76) } })),
      actions(button('x'.repeat(256))),
      { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } },
      { type: 'nonsense' },
    ];
    for (const block of wrong)
      expect(await refusal(post([block]))).toMatchObject({ error: 'invalid_blocks' });
    const both = client.chat.postMessage({
      ...{ channel: channel.id, markdown_text: 'x', blocks: [image(id)] },
    } as never);
    expect(await refusal(both)).toMatchObject({ error: 'markdown_text_conflict' });
    await post([image(id), actions(button('a'), button('b', { value: 'w' }))]);
    const [message] = slack.messages(channel.id);
    expect(message).toMatchObject({ text: '', buttons: [{ label: 'Again', value: 'v' }, { value: 'w' }] });
  });
});
