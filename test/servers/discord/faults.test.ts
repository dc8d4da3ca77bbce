import { expect, test } from 'vitest';
import { call, startForTest } from './testing.ts';

async function startWithChannel() {
  const discord = await startForTest();
  const channel = discord.channel();
  const path = `/channels/${channel.id}/messages`;
  const post = (content: string) => call(discord, 'POST', path, { content });
  const contents = () => discord.messages(channel.id).map(({ content }) => content);
  return { discord, channel, path, post, contents };
}

test('a fault meets so many calls that match', async () => {
  const { discord, post, contents } = await startWithChannel();
  const fault = discord.fail({ method: 'POST', path: /messages$/, status: 502, times: 2 });
  expect((await call(discord, 'GET', '/users/@me')).status).toBe(200);
  expect((await post('1')).status).toBe(502);
  expect((await post('2')).status).toBe(502);
  expect((await post('3')).status).toBe(200);
  expect(fault.hits).toBe(2);
  expect(contents()).toEqual(['3']);
});

test('an answer can be lost after the call was carried out', async () => {
  const { discord, path, post, contents } = await startWithChannel();
  discord.fail({ method: 'POST', destroy: true, afterActing: true });
  await expect(post('1')).rejects.toThrow('fetch failed');
  discord.fail({ method: 'POST', status: 503, afterActing: true });
  expect((await post('2')).status).toBe(503);
  expect(contents()).toEqual(['1', '2']);
  const journal = discord.requests.map(({ method, status, body }) => ({ method, status, body }));
  expect(journal).toEqual([
    { method: 'POST', status: 0, body: { content: '1' } },
    { method: 'POST', status: 503, body: { content: '2' } },
  ]);
  expect(discord.requests[0]).toMatchObject({ path, route: '/channels/:channel/messages' });
});

test('a cut connection changes nothing', async () => {
  const { discord, post, contents } = await startWithChannel();
  discord.fail({ destroy: true });
  await expect(post('1')).rejects.toThrow('fetch failed');
  expect(contents()).toEqual([]);
});

test('a call hangs until it is released', async () => {
  const { discord, post, contents } = await startWithChannel();
  const fault = discord.fail({ hang: true });
  const hanging = post('1');
  await discord.until(() => fault.hanging === 1);
  await post('2');
  expect(contents()).toEqual(['2']);
  fault.release();
  expect((await hanging).status).toBe(200);
  expect(contents()).toEqual(['2', '1']);
});

test('a 429 that was ordered is counted', async () => {
  const { discord, post } = await startWithChannel();
  discord.fail({ status: 429 });
  expect((await post('1')).headers.get('retry-after')).toBe('1');
  expect(discord.refused.shared).toBe(1);
});

test('calls take as long as they are told to, and are carried out half way', async () => {
  const { discord, channel, post } = await startWithChannel();
  discord.latency.ms = 60;
  const start = Date.now();
  await post('1');
  const [message] = discord.messages(channel.id);
  expect(message!.at - start).toBeGreaterThanOrEqual(28);
  expect(Date.now() - message!.at).toBeGreaterThanOrEqual(28);
});

test('a wait in vain tells what there was', async () => {
  const { discord, post } = await startWithChannel();
  await post('the only one');
  const wait = discord.until(() => false, 10);
  await expect(wait).rejects.toThrow(/Waited 10 ms in vain[\s\S]*the only one[\s\S]*POST .* -> 200/);
});

test('a probe that throws ends the wait, and so does closing', async () => {
  const { discord } = await startWithChannel();
  const thrown = discord.until(() => {
    throw new Error('of the test');
  });
  await expect(thrown).rejects.toThrow('of the test');
  const waiting = discord.until(() => false);
  const closed = expect(waiting).rejects.toThrow('closed while a test waited');
  await discord.close();
  await closed;
});
