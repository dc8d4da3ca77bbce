import { describe, expect, test } from 'vitest';
import { call, startForTest } from './testing.ts';
import type { StandInDiscord } from './types.ts';

const post = (discord: StandInDiscord, channelId: string, body: object) =>
  call(discord, 'POST', `/channels/${channelId}/messages`, body);

describe('messages', () => {
  test.each([
    ['nothing', { content: '  \n' }, 400, 50006],
    ['2001 characters', { content: 'x'.repeat(2001) }, 400, 50035],
    ['a nonce of 26 characters', { content: 'x', nonce: 'n'.repeat(26) }, 400, 50035],
    [
      'users allowed twice',
      { content: 'x', allowed_mentions: { parse: ['users'], users: ['1'] } },
      400,
      50035,
    ],
    ['a reply to nothing', { content: 'x', message_reference: { message_id: '1' } }, 400, 50035],
  ])('refuses %s', async (_, body, status, code) => {
    const discord = await startForTest();
    const channel = discord.channel();
    expect(await post(discord, channel.id, body)).toMatchObject({ status, code });
    expect(discord.messages(channel.id)).toEqual([]);
  });

  test('takes 2000 characters, without the white space around them', async () => {
    const discord = await startForTest();
    const channel = discord.channel();
    const { body } = await post(discord, channel.id, { content: `\n ${'x'.repeat(2000)} \n` });
    expect(body.content).toBe('x'.repeat(2000));
  });

  test('posts without the reply where the message is gone and that is allowed', async () => {
    const discord = await startForTest();
    const channel = discord.channel();
    const said = discord.say(discord.user('ann'), channel.id, 'oops');
    discord.deleteMessage(said.id);
    const reference = { message_id: said.id, fail_if_not_exists: false };
    await post(discord, channel.id, { content: 'x', message_reference: reference });
    expect(discord.messages(channel.id)[1]).not.toHaveProperty('reference.messageId');
  });

  test('posts a nonce once', async () => {
    const clock = { now: Date.now() };
    const discord = await startForTest({ now: () => clock.now });
    const channel = discord.channel();
    const body = { content: 'once', nonce: 'part-1', enforce_nonce: true };
    const first = await post(discord, channel.id, body);
    const second = await post(discord, channel.id, { ...body, content: 'twice' });
    expect(second.body).toMatchObject({ id: first.body.id, content: 'once' });
    clock.now += 10 * 60_000;
    const later = await post(discord, channel.id, body);
    expect(later.body.id).not.toBe(first.body.id);
    expect(discord.messages(channel.id)).toHaveLength(2);
  });

  test('edits only its own, and what is there', async () => {
    const discord = await startForTest();
    const channel = discord.channel();
    const path = `/channels/${channel.id}/messages`;
    const said = discord.say(discord.user('ann'), channel.id, 'hers');
    const edit = (id: string) => call(discord, 'PATCH', `${path}/${id}`, { content: 'changed' });
    expect(await edit(said.id)).toMatchObject({ status: 403, code: 50005 });
    const own = (await post(discord, channel.id, { content: 'mine' })).body.id;
    expect(await edit(own)).toMatchObject({ status: 200, body: { content: 'changed' } });
    discord.deleteMessage(own);
    expect(await edit(own)).toMatchObject({ status: 404, code: 10008 });
    discord.deleteChannel(channel.id);
    expect(await edit(own)).toMatchObject({ status: 404, code: 10003 });
  });

  test('counts the pings of posts and edits by allowed_mentions or its default', async () => {
    const discord = await startForTest();
    const channel = discord.channel();
    const content = '<@1> <@&2> @everyone';
    const { body } = await post(discord, channel.id, { content, allowed_mentions: { parse: [] } });
    expect(discord.pings).toEqual([]);
    await call(discord, 'PATCH', `/channels/${channel.id}/messages/${body.id}`, { content });
    expect(discord.pings.map(({ kind, target, cause }) => `${cause} ${kind} ${target}`)).toEqual([
      'edit user 1',
      'edit role 2',
      'edit everyone everyone',
    ]);
  });

  test('lists the newest first, before and after a message', async () => {
    const discord = await startForTest();
    const channel = discord.channel();
    const ann = discord.user('ann');
    const ids = ['a', 'b', 'c', 'd'].map((text) => discord.say(ann, channel.id, text).id);
    const list = async (query: string) => {
      const { body } = await call(discord, 'GET', `/channels/${channel.id}/messages?${query}`);
      return body.map(({ content }: { content: string }) => content).join('');
    };
    expect(await list('limit=3')).toBe('dcb');
    expect(await list(`before=${ids[3]}&limit=2`)).toBe('cb');
    expect(await list(`after=${ids[0]}&limit=2`)).toBe('cb');
    expect(await list(`around=${ids[1]}&limit=3`)).toBe('cba');
  });

  test('reads a multipart body', async () => {
    const discord = await startForTest();
    const channel = discord.channel();
    const form = new FormData();
    form.set('payload_json', JSON.stringify({ content: 'with a file' }));
    form.set('files[0]', new Blob(['text']), 'notes.txt');
    const headers = { authorization: `Bot ${discord.token}` };
    await fetch(`${discord.url}/v10/channels/${channel.id}/messages`, {
      method: 'POST',
      headers,
      body: form,
    });
    const attachments = [{ filename: 'notes.txt' }];
    expect(discord.messages(channel.id)).toMatchObject([{ content: 'with a file', attachments }]);
  });
});

describe('permissions', () => {
  test.each([
    ['VIEW_CHANNEL', 'POST', 'messages', 403, 50001],
    ['SEND_MESSAGES', 'POST', 'messages', 403, 50013],
    ['SEND_MESSAGES', 'POST', 'typing', 403, 50013],
    ['CREATE_PUBLIC_THREADS', 'POST', 'threads', 403, 50013],
  ] as const)('without %s refuses %s %s', async (permission, method, path, status, code) => {
    const discord = await startForTest();
    const channel = discord.channel({ deny: [permission] });
    const answer = await call(discord, method, `/channels/${channel.id}/${path}`, {
      content: 'x',
      name: 'x',
    });
    expect(answer).toMatchObject({ status, code });
    discord.permit(channel.id, { allow: [permission] });
    const again = await call(discord, method, `/channels/${channel.id}/${path}`, { content: 'x', name: 'x' });
    expect(again.status).toBeLessThan(300);
  });

  test('threads have what their channel has', async () => {
    const discord = await startForTest();
    const channel = discord.channel({ deny: ['SEND_MESSAGES_IN_THREADS'] });
    const thread = discord.openThread(discord.user('ann'), channel.id, 'thread');
    expect(await post(discord, thread.id, { content: 'x' })).toMatchObject({ status: 403, code: 50013 });
  });

  test('without READ_MESSAGE_HISTORY nothing is listed and nothing replied to', async () => {
    const discord = await startForTest();
    const channel = discord.channel({ deny: ['READ_MESSAGE_HISTORY'] });
    const said = discord.say(discord.user('ann'), channel.id, 'hi');
    expect((await call(discord, 'GET', `/channels/${channel.id}/messages`)).body).toEqual([]);
    const reply = { content: 'x', message_reference: { message_id: said.id } };
    expect(await post(discord, channel.id, reply)).toMatchObject({ code: 160002 });
  });
});

test('opens one thread per message, with a name that fits', async () => {
  const discord = await startForTest();
  const channel = discord.channel();
  const said = discord.say(discord.user('ann'), channel.id, 'hi');
  const open = (name: string) =>
    call(discord, 'POST', `/channels/${channel.id}/messages/${said.id}/threads`, { name });
  expect(await open('')).toMatchObject({ status: 400, code: 50035 });
  expect(await open('n'.repeat(101))).toMatchObject({ status: 400, code: 50035 });
  expect(await open('n'.repeat(100))).toMatchObject({ status: 201, body: { id: said.id } });
  expect(await open('again')).toMatchObject({ status: 400, code: 160004 });
});

test('an archived thread takes posts but no edits, a locked one no posts', async () => {
  const discord = await startForTest();
  const ann = discord.user('ann');
  const thread = discord.openThread(ann, discord.channel().id, 'thread');
  const { body } = await post(discord, thread.id, { content: 'one' });
  discord.setThread(thread.id, { archived: true });
  const edit = () => call(discord, 'PATCH', `/channels/${thread.id}/messages/${body.id}`, { content: 'two' });
  expect(await edit()).toMatchObject({ status: 400, code: 50083 });
  expect((await post(discord, thread.id, { content: 'more' })).status).toBe(200);
  expect((await edit()).status).toBe(200);
  discord.setThread(thread.id, { locked: true });
  expect(await post(discord, thread.id, { content: 'most' })).toMatchObject({ status: 400, code: 160005 });
});

describe('interactions', () => {
  async function ask(interactionLifetimeMs?: number) {
    const clock = { now: Date.now() };
    const discord = await startForTest({
      now: () => clock.now,
      ...(interactionLifetimeMs === undefined ? {} : { interactionLifetimeMs }),
    });
    const channel = discord.channel();
    const asked = discord.command(discord.user('ann'), channel.id, 'ask');
    const answer = (type: number, data?: object) =>
      call(discord, 'POST', `/interactions/${asked.id}/${asked.token}/callback`, { type, data });
    const webhook = `/webhooks/${discord.applicationId}/${asked.token}`;
    return { clock, discord, channel, asked, answer, webhook };
  }

  test('an answer after 3 s is too late', async () => {
    const { clock, asked, answer } = await ask();
    clock.now += 3001;
    expect(await answer(5)).toMatchObject({ status: 404, code: 10062 });
    expect(asked).toMatchObject({ missed: true });
    expect(asked.answer).toBeUndefined();
  });

  test('a second answer is refused', async () => {
    const { clock, asked, answer } = await ask();
    clock.now += 2999;
    expect((await answer(5, { flags: 64 })).status).toBe(204);
    expect(await answer(4, { content: 'again' })).toMatchObject({ status: 400, code: 40060 });
    expect(asked).toMatchObject({ answer: { type: 5, afterMs: 2999 }, ephemeral: true });
  });

  test('its webhook works from the first answer until the token ends', async () => {
    const { clock, discord, channel, answer, webhook } = await ask(900_000);
    const edit = (content: string) => call(discord, 'PATCH', `${webhook}/messages/@original`, { content });
    expect(await edit('early')).toMatchObject({ status: 404, code: 10015 });
    await answer(5);
    clock.now += 890_000;
    expect((await edit('in time')).status).toBe(200);
    clock.now += 20_000;
    expect(await edit('late')).toMatchObject({ status: 401, code: 50027 });
    const [message] = discord.messages(channel.id);
    const path = `/channels/${channel.id}/messages/${message?.id}`;
    expect((await call(discord, 'PATCH', path, { content: 'as a bot' })).status).toBe(200);
    expect(message?.versions.map(({ content }) => content)).toEqual(['in time', 'as a bot']);
  });

  test('the first follow-up takes the place of "is thinking…"', async () => {
    const { discord, channel, answer, webhook } = await ask();
    await answer(5);
    await call(discord, 'POST', webhook, { content: 'one' });
    await call(discord, 'POST', webhook, { content: 'two' });
    expect(discord.messages(channel.id).map(({ content }) => content)).toEqual(['one', 'two']);
  });
});

test('commands keep their ids when they are registered again', async () => {
  const discord = await startForTest();
  const path = `/applications/${discord.applicationId}/commands`;
  const ask = { name: 'ask', description: 'Asks' };
  const [first] = (await call(discord, 'PUT', path, [ask])).body;
  const again = (await call(discord, 'PUT', path, [ask, { name: 'new', description: 'Forgets' }])).body;
  expect(again).toMatchObject([{ id: first.id }, { name: 'new' }]);
  expect(await call(discord, 'PUT', path, [{ name: 'Ask me', description: 'x' }])).toMatchObject({
    code: 50035,
  });
  expect(discord.registered).toMatchObject({ writes: 2, commands: [ask, { name: 'new' }] });
});
