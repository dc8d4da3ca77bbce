import { webApi } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from './sdk.ts';
import { startSlack } from './slack.ts';
import type { StandInChannel, StandInSlack, StandInUser } from './types.ts';

let slack: StandInSlack;
let client: webApi.WebClient;
let channel: StandInChannel;
let ann: StandInUser;
let clock: number;

beforeEach(async () => {
  clock = Date.UTC(2026, 10, 1);
  slack = await startSlack({ now: () => clock, limits: { postsPerSecondPerChannel: 1000 } });
  client = createClient(slack);
  channel = slack.channel();
  ann = slack.user('Ann');
});

afterEach(() => slack.close());

/** The error name of a call that Slack refuses; fails the test where it does not. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof webApi.WebAPIPlatformError) return error.data.error;
  throw error ?? new Error('The call was not refused.');
}

function post(text: string, more: Record<string, unknown> = {}) {
  return client.chat.postMessage({ channel: channel.id, text, ...more } as never);
}

async function startStream(markdown: string): Promise<{ channel: string; ts: string }> {
  const { ts: thread_ts } = slack.say(ann, channel.id, 'question');
  const recipient = { recipient_user_id: ann.id, recipient_team_id: slack.team.id };
  const { ts } = await client.chat.startStream({
    ...{ channel: channel.id, thread_ts, markdown_text: markdown, ...recipient },
  });
  return { channel: channel.id, ts: ts! };
}

describe('messages', () => {
  test('keep every version, their metadata and their blocks', async () => {
    const metadata = { event_type: 'page', event_payload: { key: 'k1' } };
    const { ts = '' } = await post('one', { metadata, unfurl_links: false });
    clock += 1000;
    await client.chat.update({ channel: channel.id, ts, markdown_text: '**two** &amp; <!here>' });
    const [message] = slack.messages(channel.id);
    expect(message!.versions.map(({ text, at }) => [text, at])).toEqual([
      ['one', clock - 1000],
      ['**two** & <!here>', clock],
    ]);
    expect(message).toMatchObject({ format: 'markdown', edited: true, metadata, blocks: [] });
    expect(message!.args).toMatchObject({ unfurl_links: 'false' });

    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'three <@U1>' } }];
    await client.chat.update({ channel: channel.id, ts, text: 'fallback', blocks });
    expect(message).toMatchObject({ text: 'three <@U1>', edited: false, blocks });
    expect(slack.pings.map(({ token }) => token)).toEqual(['<!here>', '<@U1>']);

    await client.chat.delete({ channel: channel.id, ts });
    expect(message!.deleted).toBe(true);
    expect(await refusal(client.chat.update({ channel: channel.id, ts, text: 'x' }))).toBe(
      'message_not_found',
    );
  });

  test('that are escaped ping nobody', async () => {
    await post('&lt;!channel&gt; &lt;@U1&gt; @here <#C1> <https://example.com|site>');
    expect(slack.pings).toEqual([]);
  });

  test('of others cannot be changed', async () => {
    const { ts } = slack.say(ann, channel.id, 'mine');
    expect(await refusal(client.chat.update({ channel: channel.id, ts, text: 'x' }))).toBe(
      'cant_update_message',
    );
    expect(await refusal(client.chat.delete({ channel: channel.id, ts }))).toBe('cant_delete_message');
  });

  test('go to one person alone', async () => {
    await client.chat.postEphemeral({ channel: channel.id, user: ann.id, text: 'psst' });
    expect(slack.messages()).toEqual([]);
    expect(slack.ephemerals).toMatchObject([{ user: ann.id, text: 'psst', via: 'postEphemeral' }]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no text', { text: '' }, 'no_text'],
    ['text beside Markdown', { markdown_text: 'x' }, 'markdown_text_conflict'],
    ['long Markdown', { text: undefined, markdown_text: 'x'.repeat(12_001) }, 'msg_too_long'],
    ['many blocks', { blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }, 'invalid_blocks'],
    ['long blocks', { blocks: [{ type: 'markdown', text: 'x'.repeat(12_001) }] }, 'msg_blocks_too_long'],
    ['a thread that never was', { thread_ts: '1.000001' }, 'thread_not_found'],
    ['odd metadata', { metadata: { key: 'k' } }, 'invalid_metadata_format'],
    ['a channel that never was', { channel: 'C9' }, 'channel_not_found'],
  ])('with %s are refused', async (_, more, error) => {
    expect(await refusal(post('hello', more))).toBe(error);
    expect(slack.messages()).toEqual([]);
    expect(slack.calls).toMatchObject([{ method: 'chat.postMessage', ok: false, error }]);
  });

  test('that are long are cut, split, or refused in updates', async () => {
    const { ts = '' } = await post('x'.repeat(40_001));
    expect(slack.messages()[0]!.text).toHaveLength(40_000);
    const update = (length: number) =>
      client.chat.update({ channel: channel.id, ts, text: 'y'.repeat(length) });
    expect(await refusal(update(4001))).toBe('msg_too_long');
    await update(4000);
    slack.limits.longPosts = 'split';
    await post('z'.repeat(4041));
    expect(slack.messages().map(({ text }) => text.length)).toEqual([4000, 4000, 41]);
  });

  test('need a channel that takes them', async () => {
    const { ts = '' } = await post('hello');
    slack.change(channel.id, { member: false });
    expect(await refusal(post('x'))).toBe('not_in_channel');
    slack.change(channel.id, { member: true, archived: true });
    expect(await refusal(post('x'))).toBe('is_archived');
    expect(await refusal(client.chat.update({ channel: channel.id, ts, text: 'x' }))).toBe('is_inactive');
    slack.change(channel.id, { gone: true });
    expect(await refusal(post('x'))).toBe('channel_not_found');
  });
});

describe('streams', () => {
  test('can be updated only once they have stopped', async () => {
    const stream = await startStream('one');
    const update = () => client.chat.update({ ...stream, markdown_text: 'two' });
    expect(await refusal(update())).toBe('streaming_state_conflict');
    await client.chat.stopStream(stream);
    await update();
    expect(slack.messages(channel.id)[1]).toMatchObject({ text: 'two', streaming: false });
  });

  test.each([
    ['start', 'message_not_in_streaming_state'],
    ['append', undefined],
  ] as const)('end five minutes after their %s', async (streamLifetimeFrom, later) => {
    slack.limits.streamLifetimeFrom = streamLifetimeFrom;
    const stream = await startStream('0');
    const append = () => client.chat.appendStream({ ...stream, markdown_text: '+' });
    clock += 299_999;
    await append();
    clock += 1;
    expect(later ? await refusal(append()) : (await append()).error).toBe(later);
    clock += 300_000;
    expect(await refusal(append())).toBe('message_not_in_streaming_state');
    const message = slack.messages(channel.id)[1];
    expect(message).toMatchObject({ streaming: false, streamClosedBy: 'lifetime' });
    expect(message!.text).toBe(later ? '0+' : '0++');
  });

  test('end when a person stops them', async () => {
    const stream = await startStream('one');
    slack.stopSession(channel.id, slack.messages(channel.id)[0]!.ts, ann);
    expect(await refusal(client.chat.stopStream(stream))).toBe('stopped_by_user');
    expect(slack.messages(channel.id)[1]).toMatchObject({ text: 'one', streamClosedBy: 'person' });
  });

  test('are full at so many characters and bytes', async () => {
    slack.limits.streamText = 10;
    slack.limits.streamBytes = 12;
    const stream = await startStream('12345678');
    const append = (markdown_text: string) => client.chat.appendStream({ ...stream, markdown_text });
    expect(await refusal(append('901'))).toBe('msg_too_long');
    expect(await refusal(append('ä€'))).toBe('msg_too_long');
    await append('ää');
    expect(await refusal(client.chat.stopStream({ ...stream, markdown_text: '+' }))).toBe('msg_too_long');
    expect(slack.messages(channel.id)[1]).toMatchObject({ text: '12345678ää', streaming: true });
  });

  test('need a thread and, in channels, a recipient', async () => {
    const { ts: thread_ts } = slack.say(ann, channel.id, 'question');
    const start = (more: object) =>
      refusal(client.chat.startStream({ channel: channel.id, thread_ts, ...more } as never));
    expect(await start({})).toBe('missing_recipient_user_id');
    expect(await start({ recipient_user_id: ann.id })).toBe('missing_recipient_team_id');
    expect(await start({ thread_ts: '' })).toBe('invalid_arguments');
    const dm = slack.dm(ann).id;
    expect(await start({ channel: dm, thread_ts: '' })).toBe('invalid_arguments');
    slack.limits.streamsNeedThread = 'channels';
    await client.chat.startStream({ channel: dm, markdown_text: 'x' } as never);
    expect(slack.messages(dm)).toMatchObject([{ text: 'x', streaming: true }]);
  });

  test('take chunks, as the stream helper of the SDK sends them', async () => {
    const { ts: thread_ts } = slack.say(ann, channel.id, 'question');
    const streamer = client.chatStream({
      ...{ channel: channel.id, thread_ts, recipient_user_id: ann.id, recipient_team_id: slack.team.id },
      buffer_size: 1,
    });
    await streamer.append({ markdown_text: 'one ' });
    await streamer.append({ markdown_text: 'two' });
    await streamer.stop();
    const [, message] = slack.messages(channel.id);
    expect(message).toMatchObject({ text: 'one two', streamClosedBy: 'app' });
  });
});

describe('threads', () => {
  test('are read in pages, oldest first, with metadata on request', async () => {
    const { ts } = slack.say(ann, channel.id, 'root');
    const metadata = { event_type: 'page', event_payload: { key: 'k' } };
    for (const text of ['a', 'b', 'c']) await post(text, { thread_ts: ts, metadata });
    const place = { channel: channel.id, ts };
    const page = await client.conversations.replies({ ...place, limit: 3, include_all_metadata: true });
    expect(page.messages?.map(({ text }) => text)).toEqual(['root', 'a', 'b']);
    expect(page.messages?.[0]).toMatchObject({ user: ann.id, reply_count: 3 });
    expect(page.messages?.[1]).toMatchObject({ bot_id: slack.bot.botId, thread_ts: ts, metadata });
    const cursor = page.response_metadata!.next_cursor!;
    const rest = await client.conversations.replies({ ...place, cursor });
    expect(rest).toMatchObject({ messages: [{ text: 'c' }], has_more: false });
    expect(rest.messages![0]).not.toHaveProperty('metadata');
    const after = await client.conversations.replies({ ...place, oldest: page.messages![2]!.ts! });
    expect(after.messages?.map(({ text }) => text)).toEqual(['c']);
    const history = await client.conversations.history({ channel: channel.id });
    expect(history.messages).toMatchObject([{ text: 'root', reply_count: 3 }]);
    expect(await refusal(client.conversations.replies({ ...place, ts: '1.000001' }))).toBe(
      'thread_not_found',
    );
  });

  test('are capped where history is', async () => {
    slack.limits.cappedHistory = true;
    const { ts } = slack.say(ann, channel.id, 'root');
    for (let count = 0; count < 20; count += 1) slack.say(ann, channel.id, 'more', { threadTs: ts });
    const read = () => client.conversations.replies({ channel: channel.id, ts, limit: 200 });
    expect((await read()).messages).toHaveLength(15);
    await expect(read()).rejects.toBeInstanceOf(webApi.WebAPIRateLimitedError);
    clock += 60_000;
    expect((await read()).messages).toHaveLength(15);
  });

  test('show a status until it fades, is cleared or is answered', async () => {
    const { ts } = slack.say(ann, channel.id, 'root');
    const set = (status: string) =>
      client.assistant.threads.setStatus({ channel_id: channel.id, thread_ts: ts, status });
    await set('is thinking…');
    expect(slack.status(channel.id, ts)).toBe('is thinking…');
    clock += 120_000;
    expect(slack.status(channel.id, ts)).toBeUndefined();
    await set('is reading…');
    await post('done', { thread_ts: ts });
    expect(slack.status(channel.id, ts)).toBeUndefined();
    await set('is writing…');
    await set('');
    expect(slack.status(channel.id, ts)).toBeUndefined();
    expect(slack.statuses.map(({ status }) => status)).toEqual([
      'is thinking…',
      'is reading…',
      'is writing…',
      '',
    ]);
  });

  test('have titles and suggested prompts', async () => {
    const dm = slack.dm(ann).id;
    const { ts } = slack.say(ann, dm, 'root');
    const place = { channel_id: dm, thread_ts: ts };
    await client.assistant.threads.setTitle({ ...place, title: 'Tea' });
    const prompts = [{ title: 'Tea?', message: 'Tell me about tea' }];
    await client.assistant.threads.setSuggestedPrompts({ channel_id: dm, prompts } as never);
    expect(slack.titles).toMatchObject([{ channel: dm, threadTs: ts, title: 'Tea' }]);
    expect(slack.suggestedPrompts).toMatchObject([{ channel: dm, prompts }]);
    expect(
      await refusal(client.assistant.threads.setStatus({ ...place, thread_ts: '1.0', status: 'x' })),
    ).toBe('invalid_thread_ts');
  });
});

describe('people', () => {
  test('and places can be looked up', async () => {
    for (const scope of ['im:read', 'reactions:write']) slack.scopes.add(scope);
    expect(await client.auth.test()).toMatchObject({
      ...{ team_id: slack.team.id, user_id: slack.bot.userId, bot_id: slack.bot.botId },
      response_metadata: { scopes: expect.arrayContaining(['chat:write', 'app_mentions:read']) },
    });
    const { user } = await client.users.info({ user: ann.id });
    expect(user).toMatchObject({ id: ann.id, profile: { display_name: 'Ann' } });
    const { channel: dm } = await client.conversations.open({ users: ann.id });
    expect(dm?.id).toBe(slack.dm(ann).id);
    const { channel: found } = await client.conversations.info({ channel: dm!.id! });
    expect(found).toMatchObject({ is_im: true, user: ann.id });
    const { ts } = slack.say(ann, channel.id, 'nice');
    await client.reactions.add({ channel: channel.id, timestamp: ts, name: 'eyes' });
    expect(slack.messages(channel.id)[0]!.reactions).toEqual(['eyes']);
  });
});

describe('tokens', () => {
  test('must be right, and of the right kind', async () => {
    expect(await refusal(createClient(slack, 'xoxb-wrong').auth.test())).toBe('invalid_auth');
    expect(await refusal(client.apps.connections.open({}))).toBe('not_allowed_token_type');
    expect(await refusal(createClient(slack, slack.appToken).auth.test())).toBe('not_allowed_token_type');
  });

  test('need the scope of the method', async () => {
    slack.scopes.delete('chat:write');
    const error = await post('x').catch((reason: webApi.WebAPIPlatformError) => reason);
    expect(error).toMatchObject({ data: { error: 'missing_scope', needed: 'chat:write' } });
  });

  test('work with JSON bodies too', async () => {
    const response = await fetch(`${slack.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${slack.botToken}` },
      body: JSON.stringify({ channel: channel.id, text: 'by JSON' }),
    });
    expect(await response.json()).toMatchObject({ ok: true, channel: channel.id });
    expect(slack.messages()).toMatchObject([{ text: 'by JSON' }]);
  });
});
