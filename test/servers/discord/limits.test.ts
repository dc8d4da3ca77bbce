import { expect, test } from 'vitest';
import { call, startForTest } from './testing.ts';
import type { Limits } from './types.ts';

async function startWithClock(limits: Partial<Limits> = {}) {
  const clock = { now: 1_800_000_000_000 };
  const discord = await startForTest({ now: () => clock.now, limits });
  const channel = discord.channel();
  const post = (channelId = channel.id) =>
    call(discord, 'POST', `/channels/${channelId}/messages`, { content: 'x' });
  const edit = (id: string) =>
    call(discord, 'PATCH', `/channels/${channel.id}/messages/${id}`, { content: 'y' });
  return { clock, discord, channel, post, edit };
}

test('a channel takes 5 posts in 5 s, and says so', async () => {
  const { clock, discord, post } = await startWithClock();
  const first = await post();
  expect(Object.fromEntries(first.headers)).toMatchObject({
    'x-ratelimit-limit': '5',
    'x-ratelimit-remaining': '4',
    'x-ratelimit-reset': '1800000005.000',
    'x-ratelimit-reset-after': '5.000',
    'x-ratelimit-bucket': 'channel-messages',
  });
  for (let count = 2; count <= 5; count += 1) expect((await post()).status).toBe(200);
  clock.now += 1500;
  const refused = await post();
  expect(refused.status).toBe(429);
  expect(refused.body).toEqual({ message: 'You are being rate limited.', retry_after: 3.5, global: false });
  expect(refused.headers.get('retry-after')).toBe('4');
  expect(refused.headers.get('x-ratelimit-scope')).toBe('user');
  expect((await post(discord.channel().id)).status).toBe(200);
  clock.now += 3500;
  expect((await post()).status).toBe(200);
  expect(discord.refused).toEqual({ user: 1, global: 0, shared: 0 });
});

test.each([
  [false, 200],
  [true, 429],
])('posts and edits share a bucket; with a shared counter: %s', async (sharedMessageCounter, status) => {
  const { post, edit } = await startWithClock({ sharedMessageCounter });
  const { body, headers } = await post();
  for (let count = 2; count <= 5; count += 1) await post();
  const edited = await edit(body.id);
  expect(edited.status).toBe(status);
  expect(edited.headers.get('x-ratelimit-bucket')).toBe(headers.get('x-ratelimit-bucket'));
});

test('a smaller burst keeps the lasting rate', async () => {
  const { clock, post } = await startWithClock({ burst: 0.2 });
  expect((await post()).headers.get('x-ratelimit-reset-after')).toBe('1.000');
  expect((await post()).status).toBe(429);
  clock.now += 1000;
  expect((await post()).status).toBe(200);
});

test('the bot has 50 calls a second over all routes, interactions aside', async () => {
  const { clock, discord, channel } = await startWithClock();
  const asked = discord.command(discord.user('ann'), channel.id, 'ask');
  const get = () => call(discord, 'GET', '/users/@me');
  const answers = await Promise.all(Array.from({ length: 51 }, get));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.headers.get('x-ratelimit-global')).toBe('true');
  expect(refused[0]?.headers.get('x-ratelimit-scope')).toBe('global');
  const callback = `/interactions/${asked.id}/${asked.token}/callback`;
  expect((await call(discord, 'POST', callback, { type: 5 })).status).toBe(204);
  const original = `/webhooks/${discord.applicationId}/${asked.token}/messages/@original`;
  for (let count = 1; count <= 5; count += 1) {
    expect((await call(discord, 'PATCH', original, { content: `${count}` })).status).toBe(200);
  }
  expect((await call(discord, 'PATCH', original, { content: '6' })).status).toBe(429);
  clock.now += 1000;
  expect((await get()).status).toBe(200);
  expect(discord.refused).toEqual({ user: 1, global: 1, shared: 0 });
});
