import { request } from 'node:http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createMemoryKeyValue } from '../../fakes/instruments.ts';
import { type Site, startSite } from './harness.ts';

const token = 'a-token-for-the-web';
const messages = '/api/conversations/c1/messages';

describe('on this machine, without a token', () => {
  it.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST:3000', '127.0.0.1:80'])(
    'answers by its own name %s',
    async (host) => {
      const site = await startSite();
      expect((await getAs(site, '/', { host })).status).not.toBe(403);
      expect((await getAs(site, '/api/conversations', { host })).status).toBe(200);
    },
  );

  it.runIf(process.platform === 'linux')('answers by the address that it was told to listen at', async () => {
    const site = await startSite({ host: '127.0.0.2' });
    expect(site.url).toMatch('//127.0.0.2:');
    expect((await site.call('GET', '/api/about')).status).toBe(200);
    expect((await getAs(site, '/api/about', { host: '127.0.0.3' })).status).toBe(403);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:3000',
    '10.0.0.1',
    'localhost:',
    '[::2]',
  ])('does not answer by the name %s, which somebody may have pointed here', async (host) => {
    const site = await startSite();
    for (const path of ['/', '/api/conversations', '/healthz', '/v1/models']) {
      expect((await getAs(site, path, { host })).status, path).not.toBe(200);
    }
  });
});

describe('a page of another site', () => {
  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:1' },
    { 'sec-fetch-site': 'cross-site' },
  ])('can not make a browser that sends %j ask', async (headers) => {
    const site = await startSite();
    for (const [method, path] of [
      ['POST', messages],
      ['POST', '/api/conversations/c1/clear'],
      ['DELETE', '/api/conversations/c1'],
      ['PATCH', '/api/conversations/c1'],
      ['POST', '/v1/chat/completions'],
    ] as const) {
      const response = await site.call(method, path, { body: { text: 'a' }, headers });
      expect(response.status, path).toBe(403);
    }
    expect(site.inbox.messages).toEqual([]);
    expect(site.conversations.forgotten).toEqual([]);
  });

  it('can lead people here, but can not read for them', async () => {
    const site = await startSite();
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await site.call('GET', '/', { headers })).status).toBe(200);
    expect((await site.call('GET', '/api/conversations', { headers })).status).toBe(403);
    const { headers: sent } = await site.call('GET', '/api/conversations', {
      headers: { origin: 'https://a.b' },
    });
    expect(sent.get('access-control-allow-origin')).toBeNull();
    expect(sent.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  it('can not lie its way in by the headers of a proxy', async () => {
    const headers = { 'x-forwarded-host': 'localhost', host: 'evil.example' };
    for (const trustProxy of [true, false])
      expect((await getAs(await startSite({ trustProxy }), '/api/about', headers)).status).toBe(403);
  });

  it('is not what the page behind a proxy is', async () => {
    const headers = { origin: 'https://parley.example', authorization: `Bearer ${token}` };
    const shown = { ...headers, 'x-forwarded-host': 'parley.example' };
    const ask = async (trustProxy: boolean) => {
      const site = await startSite({ trustProxy, token });
      return (await site.call('POST', '/api/embeddings', { body: { input: 'a' }, headers: shown })).status;
    };
    expect(await ask(true)).toBe(200);
    expect(await ask(false)).toBe(403);
  });

  it('is not what the page itself is', async () => {
    const site = await startSite();
    const { surface } = await site.ask('c1', 'hello', {
      headers: { origin: site.url, 'sec-fetch-site': 'same-origin' },
    });
    await surface.end({ end: 'complete' });
  });
});

describe('with a token', () => {
  it('lets programs in that bring it, as one person', async () => {
    const site = await startSite({ token });
    const headers = { authorization: `Bearer ${token}` };
    const { surface, message } = await site.ask('c1', 'hello', { headers });
    expect(message).toMatchObject({ thread: 'web:program:c1', author: { id: 'web:program' } });
    await surface.end({ end: 'complete' });
    // By any name: it stands behind a proxy.
    expect((await getAs(site, '/api/about', { ...headers, host: 'parley.example' })).status).toBe(200);
  });

  it.each([undefined, 'Bearer wrong', `Basic ${token}`, 'Bearer', `Bearer ${token}x`, ''])(
    'lets nobody in with authorization %j',
    async (authorization) => {
      const site = await startSite({ token });
      const headers = authorization === undefined ? {} : { authorization };
      for (const path of ['/api/conversations', '/api/about', '/api/nothing']) {
        const response = await site.call('GET', path, { headers });
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
        expect(await response.text()).not.toContain(token);
      }
      expect((await site.call('POST', messages, { body: { text: 'a' }, headers })).status).toBe(401);
      const models = await site.call('GET', '/v1/models', { headers });
      expect(models.status).toBe(401);
      expect(await models.json()).toMatchObject({
        error: { message: expect.any(String), type: 'invalid_request_error' },
      });
    },
  );

  it('shows everybody that it is there, and nothing else', async () => {
    const site = await startSite({ token });
    for (const path of [
      '/healthz',
      '/readyz',
      '/openapi.json',
      '/login',
      '/vendor/marked.js',
      '/assets/login.js',
    ])
      expect((await site.call('GET', path)).status, path).toBe(200);
    const page = await site.call('GET', '/');
    expect(page.status).toBe(303);
    expect(page.headers.get('location')).toBe('/login');
  });

  it('gives a browser a cookie for it, by which it knows the person', async () => {
    const site = await startSite({ token });
    const response = await logIn(site, token);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/');
    const [session, person] = response.headers.getSetCookie();
    expect(session).toMatch(
      /^parley_session=p[\w-]{22}\.\d+\.[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    );
    expect(person).toMatch(/^parley_person=[\w-]{43}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Strict$/);
    const headers = { cookie: cookiesOf(response) };
    expect((await site.call('GET', '/', { headers })).status).toBe(200);
    expect(await (await site.call('GET', '/api/about', { headers })).json()).toMatchObject({ login: true });
    const { surface, message } = await site.ask('c1', 'hello', { headers });
    expect(message.thread).toMatch(/^web:p[\w-]{22}:c1$/);
    await surface.end({ end: 'complete' });
  });

  it('keeps what one person says from every other', async () => {
    const store = createMemoryKeyValue();
    const site = await startSite({ token, store });
    const [ada, bob] = await Promise.all(
      ['', ''].map(async () => ({ cookie: cookiesOf(await logIn(site, token)) })),
    );
    const { surface } = await site.ask('c1', 'hello', { headers: ada! });
    surface.push('for Ada');
    for (const headers of [bob!, { authorization: `Bearer ${token}` }]) {
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['DELETE', '/turn'],
        ['POST', '/clear'],
        ['POST', '/undo'],
        ['POST', '/regenerate'],
      ] as const) {
        const response = await site.call(method, `/api/conversations/c1${path}`, { headers });
        expect(response.status, `${method} ${path}`).toBe(404);
      }
      expect((await site.stream('c1', undefined, { headers })).status).toBe(204);
      expect(await (await site.call('GET', '/api/conversations', { headers })).json()).toEqual({
        conversations: [],
      });
    }
    expect(site.stopped).toEqual([]);
    await surface.end({ end: 'complete' });
  });

  it('ends the session when the person logs out, and knows them again', async () => {
    const site = await startSite({ token });
    const cookie = cookiesOf(await logIn(site, token));
    const out = await site.call('POST', '/logout', { headers: { cookie } });
    expect(out.status).toBe(204);
    expect(out.headers.getSetCookie()).toEqual([expect.stringMatching(/^parley_session=; .*Max-Age=0/)]);
    const person = cookie.split('; ').find((pair) => pair.startsWith('parley_person='))!;
    expect((await site.call('GET', '/api/about', { headers: { cookie: person } })).status).toBe(401);
    const again = await logIn(site, token, { cookie: person });
    expect(cookiesOf(again)).toContain(person);
  });

  it('takes no cookie that it did not give', async () => {
    const site = await startSite({ token });
    const cookie = cookiesOf(await logIn(site, token));
    const [session = ''] = cookie.split('; ');
    const forged = [
      session.replace(/=p./, (start) => (start === '=px' ? '=py' : '=px')),
      session.replace(/\.(\d)/, '.9$1'),
      session.slice(0, -2),
      'parley_session=local.99999999999999.x',
      `parley_session=${'a'.repeat(5_000)}`,
    ];
    for (const one of forged)
      expect((await site.call('GET', '/api/about', { headers: { cookie: one } })).status, one).toBe(401);
    const other = await startSite({ token: 'another-token-for-the-web' });
    expect((await other.call('GET', '/api/about', { headers: { cookie } })).status).toBe(401);
    // Nobody can choose to be somebody else.
    const chosen = await logIn(site, token, { cookie: 'parley_person=program' });
    expect(cookiesOf(chosen)).not.toContain('parley_person=program');
  });

  it('renews a session that is used, and ends one that is not after 30 days', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const site = await startSite({ token });
    const cookie = cookiesOf(await logIn(site, token));
    const dayMs = 24 * 3_600_000;
    expect((await site.call('GET', '/api/about', { headers: { cookie } })).headers.getSetCookie()).toEqual(
      [],
    );
    vi.setSystemTime(Date.now() + 2 * dayMs);
    const renewed = await site.call('GET', '/api/about', { headers: { cookie } });
    expect(renewed.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^parley_session=p.*HttpOnly; SameSite=Strict$/),
    ]);
    vi.setSystemTime(Date.now() + 28 * dayMs + 1);
    expect((await site.call('GET', '/api/about', { headers: { cookie } })).status).toBe(401);
    expect((await site.call('GET', '/api/about', { headers: { cookie: cookiesOf(renewed) } })).status).toBe(
      200,
    );
  });

  it('marks cookies Secure where the browser came by https, as far as the proxy is to be believed', async () => {
    const https = { 'x-forwarded-proto': 'https' };
    const doubting = await startSite({ token });
    expect((await logIn(doubting, token, https)).headers.getSetCookie().join()).not.toContain('Secure');
    const trusting = await startSite({ token, trustProxy: true });
    const cookies = (await logIn(trusting, token, https)).headers.getSetCookie();
    expect(cookies.every((cookie) => cookie.endsWith('; Secure'))).toBe(true);
    expect((await logIn(trusting, token)).headers.getSetCookie().join()).not.toContain('Secure');
  });

  it('bounds how many tokens somebody can try, by form and as a program, each for itself', async () => {
    const asProgram = (site: Site, given: string) =>
      site.call('GET', '/api/about', { headers: { authorization: `Bearer ${given}` } });
    const byForm = (site: Site, given: string) => logIn(site, given, { accept: 'application/json' });
    for (const [attempt, other] of [
      [byForm, asProgram],
      [asProgram, byForm],
    ] as const) {
      const site = await startSite({ token });
      const statuses: number[] = [];
      for (let tries = 0; tries < 12; tries++) statuses.push((await attempt(site, 'wrong')).status);
      expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
      expect(Number((await attempt(site, 'wrong')).headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await other(site, 'wrong')).status).toBe(401);
      // Who works with the right one is not shut out by who guesses from the same address.
      expect((await asProgram(site, token)).status).toBe(200);
      expect((await byForm(site, token)).status).toBe(attempt === byForm ? 429 : 204);
    }
  });

  it('counts tokens that are tried at the same time, however late they come', async () => {
    const site = await startSite({ token });
    const tokens = [...Array(19).fill('wrong'), token];
    const sent = tokens.map((given) => {
      const body = `token=${given}`;
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length };
      const sending = request(`${site.url}/login`, { method: 'POST', headers, agent: false });
      const status = new Promise<number | undefined>((resolve, reject) => {
        sending.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      });
      sending.flushHeaders();
      return { status, finish: () => sending.end(body) };
    });
    await vi.waitFor(() => expect(site.counts()['web.requests']).toBe(20));
    const statuses: (number | undefined)[] = [];
    for (const { status, finish } of sent) {
      finish();
      statuses.push(await status);
    }
    expect(statuses).toEqual([...Array(10).fill(401), ...Array(10).fill(429)]);
  });

  it('takes no long body from whom it does not know', async () => {
    const site = await startSite({ token });
    expect((await logIn(site, 'x'.repeat(5_000))).status).toBe(413);
    expect((await logIn(site, token)).status).toBe(303);
  });

  it('waits for no body that does not come', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const site = await startSite({ token });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': 99 };
    const sending = request(`${site.url}/login`, { method: 'POST', headers, agent: false });
    const answered = Promise.withResolvers<number | undefined>();
    const closed = Promise.withResolvers<void>();
    sending
      .on('response', (response) => answered.resolve(response.resume().statusCode))
      .on('error', answered.reject)
      .on('close', closed.resolve)
      .write('token=');
    await vi.waitFor(() => expect(site.counts()['web.requests']).toBe(1));
    vi.advanceTimersByTime(30_000);
    expect(await answered.promise).toBe(408);
    await closed.promise;
  });

  it('bounds how many people can log in from one address, whoever they say they are', async () => {
    const site = await startSite({ token });
    const statuses: number[] = [];
    for (let times = 0; times < 12; times++) {
      const cookie = `parley_person=${String(times).padStart(43, 'x')}`;
      const accept = 'application/json';
      statuses.push((await logIn(site, token, times % 2 === 0 ? { accept, cookie } : { accept })).status);
    }
    expect(statuses).toEqual([...Array(10).fill(204), 429, 429]);
    expect((await logIn(site, token)).headers.get('location')).toBe('/login?error=too-many');
  });

  it('knows a browser by a secret that is nowhere but in its cookie', async () => {
    const store = createMemoryKeyValue();
    const site = await startSite({ token, store });
    const ada = { cookie: cookiesOf(await logIn(site, token)) };
    const secret = /parley_person=([\w-]+)/.exec(ada.cookie)![1]!;
    const { surface, message } = await site.ask('c1', 'hello', { headers: ada });
    await surface.end({ end: 'complete' });
    const stored: unknown[] = [];
    for await (const entry of store.entries()) stored.push(entry);
    expect(JSON.stringify([message, stored, site.lines])).not.toContain(secret);
    const id = message.thread.split(':')[1]!;
    const thief = cookiesOf(await logIn(site, token, { cookie: `parley_person=${id}` }));
    const response = await site.call('GET', '/api/conversations/c1', { headers: { cookie: thief } });
    expect(response.status).toBe(404);
  });

  it('knows a browser that a proxy in front let in by a scheme of its own', async () => {
    const site = await startSite({ token });
    const cookie = cookiesOf(await logIn(site, token));
    const headers = { cookie, authorization: 'Basic dXNlcjpwYXNzd29yZA==' };
    expect((await site.call('GET', '/api/about', { headers })).status).toBe(200);
    const wrong = { cookie, authorization: 'Bearer wrong' };
    expect((await site.call('GET', '/api/about', { headers: wrong })).status).toBe(401);
  });

  it('leads a form back with what was wrong', async () => {
    const site = await startSite({ token });
    const wrong = await logIn(site, 'wrong');
    expect(wrong.headers.get('location')).toBe('/login?error=wrong');
    for (let tries = 0; tries < 9; tries++) await logIn(site, 'wrong');
    expect((await logIn(site, token)).headers.get('location')).toBe('/login?error=too-many');
    expect(site.lines.filter(({ level }) => level === 'warn').length).toBeGreaterThan(0);
    expect(JSON.stringify(site.lines)).not.toContain(token);
  });

  it('takes no log-in from another site', async () => {
    const site = await startSite({ token });
    expect((await logIn(site, token, { origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('limits', () => {
  it('bound what a person asks for in a minute, and say when to come back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const site = await startSite({ requestsPerMinute: 3 });
    const embed = () => site.call('POST', '/api/embeddings', { body: { input: 'a' } });
    for (let times = 0; times < 3; times++) expect((await embed()).status).toBe(200);
    const refused = await embed();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('20');
    expect(await refused.json()).toMatchObject({ code: 'too-many-requests' });
    // Looking is another matter.
    expect((await site.call('GET', '/api/conversations')).status).toBe(200);
    const completion = await site.call('POST', '/v1/chat/completions', { body: {} });
    expect(completion.status).toBe(429);
    expect(await completion.json()).toMatchObject({ error: { type: 'requests' } });
    vi.setSystemTime(Date.now() + 20_000);
    expect((await embed()).status).toBe(200);
    expect((await embed()).status).toBe(429);
  });

  it('bound looking, too', async () => {
    const site = await startSite({ requestsPerMinute: 2 });
    const statuses = await Promise.all(
      Array.from({ length: 25 }, async () => (await site.call('GET', '/healthz')).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  });

  it('bound what runs for a person at once', async () => {
    const site = await startSite({ turns: 2 });
    const first = await site.ask('c1', 'one');
    const second = await site.ask('c2', 'two');
    const refused = await site.call('POST', '/api/conversations/c3/messages', { body: { text: 'three' } });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.json()).toMatchObject({ code: 'too-many-turns' });
    const completion = { messages: [{ role: 'user', content: 'a' }] };
    expect((await site.call('POST', '/v1/chat/completions', { body: completion })).status).toBe(429);
    await first.surface.end({ end: 'complete' });
    const third = await site.ask('c3', 'three');
    for (const { surface } of [second, third]) await surface.end({ end: 'complete' });
  });

  it('are tighter for a browser than for a program', async () => {
    const site = await startSite({ token });
    const runs = async (headers: Record<string, string>) => {
      const asked = [];
      for (let number = 0; number < 5; number++) {
        const text = `${number} ${headers.cookie === undefined}`;
        const path = `/api/conversations/c${number}/messages`;
        const accept = 'text/event-stream';
        asked.push(
          (await site.call('POST', path, { body: { text }, headers: { ...headers, accept } })).status,
        );
      }
      return asked;
    };
    expect(await runs({ authorization: `Bearer ${token}` })).toEqual([200, 200, 200, 200, 200]);
    expect(await runs({ cookie: cookiesOf(await logIn(site, token)) })).toEqual([200, 200, 200, 200, 429]);
  });
});

function logIn(site: Site, given: string, headers: Record<string, string> = {}): Promise<Response> {
  return site.call('POST', '/login', {
    body: new URLSearchParams({ token: given }).toString(),
    headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
}

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}

/** A GET with headers that `fetch` would not send, `Host` above all. */
function getAs(
  site: Site,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined }> {
  return new Promise((resolve, reject) => {
    const sending = request(`${site.url}${path}`, { headers }, (response) =>
      resolve({ status: response.resume().statusCode }),
    );
    sending.on('error', reject).end();
  });
}
