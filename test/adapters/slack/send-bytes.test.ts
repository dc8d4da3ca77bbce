import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { sendBytes } from '../../../src/adapters/slack/send-bytes.ts';
import { startStandIn } from './harness.ts';

const bytes = Buffer.from('a picture');
const { signal } = new AbortController();

test.each([
  ['another host', (origin: string) => `${origin}/upload/x`],
  ['another host that looks like Slack’s', () => 'https://files.slack.com.example.com/upload/x'],
  ['no address at all', () => 'upload/x'],
])('nothing is sent to %s', async (_what, toUrl) => {
  const slack = await startStandIn();
  const sending = sendBytes(
    toUrl(new URL(slack.apiUrl).origin),
    bytes,
    new Set(['https://files.slack.com']),
    signal,
  );
  await expect(sending).rejects.toMatchObject({ fault: 'gone', notice: expect.any(String) });
  expect(slack.uploads).toEqual([]);
});

test('a redirect is not followed', async () => {
  const slack = await startStandIn();
  const server = createServer((_request, response) => {
    response.writeHead(307, { location: `${new URL(slack.apiUrl).origin}/upload/x` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sending = sendBytes(`${origin}/upload/x`, bytes, new Set([origin]), signal);
  await expect(sending).rejects.toMatchObject({ fault: 'unknown' });
  expect(slack.uploads).toEqual([]);
});
