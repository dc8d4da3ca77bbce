import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { startSite } from './harness.ts';

const messages = '/api/conversations/c1/messages';

it.each<[string, unknown, string, RegExp]>([
  ['no text', {}, 'text', /Correct text/],
  ['empty text', { text: '' }, 'text', /write something/],
  ['blank text', { text: ' \n ' }, 'text', /write something/],
  ['text that is too long', { text: 'x'.repeat(32_001) }, 'text', /32,000/],
  ['text of another type', { text: 7 }, 'text', /text/],
  ['an unknown field', { text: 'a', model: 'b' }, 'model', /unknown field/],
  [
    'an unknown field deeper down',
    { text: 'a', attachments: [{ name: 'a', url: 'b' }] },
    'attachments.0.url',
    /url/,
  ],
  ['too many attachments', { text: 'a', attachments: Array(17).fill({ name: 'a' }) }, 'attachments', /16/],
  ['an attachment without a name', { text: 'a', attachments: [{}] }, 'attachments.0.name', /name/],
  [
    'a size that is none',
    { text: 'a', attachments: [{ name: 'a', bytes: -1 }] },
    'attachments.0.bytes',
    /bytes/,
  ],
  ['a persona that is too long', { text: 'a', persona: 'x'.repeat(8_001) }, 'persona', /8,000/],
  ['an array', [], '', /Correct the body/],
  ['null', null, '', /Correct the body/],
])('refuses %s with 400 and says where', async (_name, body, path, detail) => {
  const site = await startSite();
  const response = await site.call('POST', messages, { body: JSON.stringify(body) });
  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(await response.json()).toEqual({
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: expect.stringMatching(detail),
    errors: expect.arrayContaining([{ path, message: expect.any(String) }]),
  });
  expect(site.inbox.messages).toEqual([]);
  expect(await site.read('/api/conversations')).toEqual({ conversations: [] });
});

it.each([
  ['POST', messages, { text: 'x'.repeat(32_000) }, 200],
  ['POST', '/api/embeddings', { input: '' }, 400],
  ['POST', '/api/embeddings', { input: [] }, 400],
  ['POST', '/api/embeddings', { input: ['a', ''] }, 400],
  ['POST', '/api/embeddings', { input: Array(257).fill('a') }, 400],
  ['POST', '/api/embeddings', { input: 'a', model: 'b' }, 400],
  ['POST', '/api/embeddings', { input: Array(256).fill('a') }, 200],
  ['PATCH', '/api/conversations/c0', { title: '' }, 400],
  ['PATCH', '/api/conversations/c0', { title: 'x'.repeat(201) }, 400],
  ['PATCH', '/api/conversations/c0', { id: 'other' }, 400],
  ['PATCH', '/api/conversations/c0', { title: 'x'.repeat(200) }, 200],
  ['POST', `/api/conversations/${'x'.repeat(65)}/messages`, { text: 'a' }, 400],
  ['POST', '/api/conversations/a.b/messages', { text: 'a' }, 400],
  ['POST', '/api/conversations/a%2Fb/messages', { text: 'a' }, 400],
  ['POST', `/api/conversations/${'x'.repeat(64)}/messages`, { text: 'a' }, 200],
  ['POST', '/api/conversations/__proto__/messages', { text: 'a' }, 200],
  ['GET', '/api/conversations/%ff', undefined, 400],
  ['PUT', messages, { text: 'a' }, 405],
  ['GET', messages, undefined, 405],
  ['DELETE', '/api/conversations', undefined, 405],
  ['POST', '/healthz', {}, 405],
  ['GET', '/api', undefined, 404],
  ['GET', '/api/conversations/', undefined, 404],
  ['GET', '/etc/passwd', undefined, 404],
  ['GET', '/assets/..%2fweb.ts', undefined, 404],
  ['GET', '/assets/tsconfig.json', undefined, 404],
] as const)('answers %s %s with %j by %i', async (method, path, body, status) => {
  const site = await startSite({ answering: true });
  await site.call('POST', '/api/conversations/c0/messages', { body: { text: 'first' } });
  const response = await site.call(method, path, body === undefined ? {} : { body });
  expect(response.status).toBe(status);
  if (status === 405) expect(response.headers.get('allow')).toBeTruthy();
  if (status >= 400)
    expect(await response.json()).toMatchObject({ status, detail: expect.stringMatching(/[.]$/) });
});

it.each<[string, Record<string, string>, string | Uint8Array<ArrayBuffer>, number]>([
  ['another content type', { 'content-type': 'text/plain' }, '{"text":"a"}', 415],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'text=a', 415],
  ['a charset', { 'content-type': 'application/json; charset=utf-8' }, '{"text":"a"}', 200],
  ['compression', { 'content-encoding': 'gzip' }, gzipSync('{"text":"a"}'), 415],
  ['malformed JSON', {}, '{"text":', 400],
  ['no body', {}, '', 400],
  ['bytes that are no UTF-8', {}, new Uint8Array([0x22, 0xff, 0x22]), 400],
  ['a body that is too large', {}, JSON.stringify({ text: 'a', persona: 'x'.repeat(1_000_000) }), 413],
])('answers %s by its status', async (_name, headers, body, status) => {
  const site = await startSite({ answering: true });
  const response = await fetch(`${site.url}${messages}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  expect(response.status).toBe(status);
  const answer = await response.json();
  if (status >= 400) expect(answer).toMatchObject({ status, detail: expect.any(String) });
});

it('stops reading a body without a length once it is too large', async () => {
  const site = await startSite();
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sending = request(`${site.url}${messages}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    });
    sending.on('response', (response) => resolve(response.resume().statusCode));
    sending.on('error', reject);
    const chunk = Buffer.alloc(64 * 1024, 'x');
    for (let sent = 0; sent < 20; sent++) sending.write(chunk);
  });
  expect(status).toBe(413);
});

it('answers a wrong request line or Host by 400, and goes on', async () => {
  const site = await startSite();
  const port = Number(new URL(site.url).port);
  for (const text of ['GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 'nonsense\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n']) {
    expect(await rawly(port, text)).toMatch(/^HTTP\/1.1 40[03] /);
  }
  expect((await site.call('GET', '/healthz')).status).toBe(200);
});

it('is never at a loss, whatever comes', async () => {
  const site = await startSite({ requestsPerMinute: 100_000, turns: 100_000, answering: true });
  site.model.reply = () => 'yes';
  const ids = ['c1', 'c2', '', '..', '%', '%00', 'ä', '__proto__', 'constructor'];
  const path = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('/api/conversations/', '/api/', '/v1/', '/', '/assets/', '/vendor/'),
        fc.oneof(fc.constantFrom(...ids), fc.webSegment()),
        fc.constantFrom('', '/messages', '/stream', '/turn', '/undo', '/clear', '/regenerate', '?x=1'),
      )
      .map((parts) => parts.join('')),
    fc.constantFrom('/v1/chat/completions', '/api/embeddings', messages, '/login', '/logout'),
  );
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }));
  const body = fc.oneof(
    fc.json(),
    text,
    fc.record({ text, attachments: fc.anything(), persona: fc.anything() }, { requiredKeys: [] }).map(toJson),
    fc
      .record({ input: fc.anything(), messages: fc.anything(), stream: fc.anything() }, { requiredKeys: [] })
      .map(toJson),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'),
      path,
      body,
      fc.constantFrom('application/json', 'text/event-stream', '*/*', 'text/html', ';;;,q=', ''),
      fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded', '', ';'),
      async (method, target, content, accept, type) => {
        const url = URL.parse(`${site.url}${target}`);
        if (url === null) return;
        const response = await fetch(url, {
          method,
          headers: { accept, 'content-type': type, 'last-event-id': target },
          ...(!['GET', 'HEAD'].includes(method) && { body: content }),
          redirect: 'manual',
        });
        await response.text();
        expect(response.status).not.toBe(500);
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      },
    ),
    { numRuns: 1_001 },
  );
  expect(site.lines.filter(({ level }) => level === 'error')).toEqual([]);
}, 60_000);

function toJson(value: unknown): string {
  return (
    JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? String(member) : member)) ?? ''
  );
}

/** Sends bytes and gives the first line of what comes back. */
function rawly(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.once('data', (data) => {
      resolve(data.toString().split('\r\n', 1)[0] ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
