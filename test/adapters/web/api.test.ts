import { describe, expect, it, vi } from 'vitest';
import type { Turn } from '../../../src/core/ports.ts';
import { createMemoryKeyValue } from '../../fakes/instruments.ts';
import { type Site, startSite } from './harness.ts';

const thread = 'web:local:c1';

function said(role: Turn['role'], text: string, change: Partial<Turn> = {}): Turn {
  return { role, text, at: Date.UTC(2026, 0, 2), tokens: 1, ...change };
}

interface List {
  readonly conversations: readonly { readonly id: string }[];
}

interface Shown {
  readonly turns: readonly { readonly text: string }[];
  readonly running: unknown;
}

/** Asks and answers, so that there is a conversation. */
async function converse(site: Site, id = 'c1', question = 'hello'): Promise<void> {
  const { surface, all } = await site.ask(id, question);
  await surface.end({ end: 'complete' });
  await all();
}

describe('a message', () => {
  it('reaches the engine as it was said', async () => {
    const site = await startSite();
    const body = {
      text: '  what is this? ',
      attachments: [{ name: 'a.png', mediaType: 'image/png', bytes: 3 }, { name: 'b' }],
      persona: 'You are a pirate.',
    };
    void site.call('POST', '/api/conversations/c1/messages', { body });
    const message = await site.inbox.untilMessage('what is this?');
    expect(message).toEqual({
      id: expect.stringMatching(/^web:[\w-]{12}$/),
      thread,
      author: { id: 'web:local', name: 'you' },
      text: 'what is this?',
      attachments: [{ name: 'a.png', mediaType: 'image/png', bytes: 3 }, { name: 'b' }],
      to: 'parley',
      shared: false,
      persona: 'You are a pirate.',
      replyTo: { thread, data: { turn: expect.any(String) } },
    });
    await site.web.surface(message.replyTo).end({ end: 'complete' });
  });

  it.each([undefined, '*/*', 'application/json', 'application/json, text/event-stream;q=0.5'])(
    'is answered as one object for Accept: %s',
    async (accept) => {
      const site = await startSite();
      const answer = site.call('POST', '/api/conversations/c1/messages', {
        body: { text: 'hello' },
        headers: accept === undefined ? {} : { accept },
      });
      const { replyTo } = await site.inbox.untilMessage('hello');
      const surface = site.web.surface(replyTo);
      surface.push('Hel');
      surface.push('lo.');
      const usage = { inputTokens: 3, outputTokens: 2, cachedTokens: 1 };
      await surface.end({ end: 'complete', notice: 'By the way.', usage });
      const response = await answer;
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await response.json()).toEqual({
        turn: replyTo.data.turn,
        text: 'Hello.',
        notice: 'By the way.',
        end: 'complete',
        usage,
      });
    },
  );

  it.each(['text/event-stream', 'text/event-stream, */*', 'application/json;q=0.1, text/*'])(
    'is answered as a stream for Accept: %s',
    async (accept) => {
      const site = await startSite();
      const { response, surface } = await site.ask('c1', 'hello', { headers: { accept } });
      await surface.end({ end: 'complete' });
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      expect(await response.text()).toContain('event: done');
    },
  );

  it.each(['text/html', 'image/*', 'application/json;q=0', 'nonsense'])(
    'is 406 for Accept: %s',
    async (accept) => {
      const site = await startSite();
      const response = await site.call('POST', '/api/conversations/c1/messages', {
        body: { text: 'hello' },
        headers: { accept },
      });
      expect(response.status).toBe(406);
      expect(site.inbox.messages).toEqual([]);
    },
  );

  it.each([
    ['rate-limited', 12_000, 429, '12'],
    ['usage-limit', undefined, 429, '20'],
    ['model-unavailable', undefined, 502, null],
    ['store-failed', undefined, 502, null],
    [undefined, undefined, 502, null],
  ] as const)('that fails with %s after %s ms is %i', async (code, retryAfterMs, status, retryAfter) => {
    const site = await startSite();
    const answer = site.call('POST', '/api/conversations/c1/messages', { body: { text: 'hello' } });
    const { replyTo } = await site.inbox.untilMessage('hello');
    const surface = site.web.surface(replyTo);
    surface.push('So f');
    const when = retryAfterMs === undefined ? {} : { retryAfterMs };
    await surface.end({ end: 'failed', notice: 'Try later.', ...(code && { code }), ...when });
    const response = await answer;
    expect(response.status).toBe(status);
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      type: 'about:blank',
      status,
      code: code ?? 'interrupted',
      detail: 'Try later.',
      text: 'So f',
    });
  });

  it('is refused while the conversation is answered, and not in another one', async () => {
    const site = await startSite();
    const { surface } = await site.ask('c1', 'hello');
    const messages = '/api/conversations/c1/messages';
    expect((await site.call('POST', messages, { body: { text: 'and?' } })).status).toBe(409);
    expect((await site.call('POST', '/api/conversations/c1/regenerate')).status).toBe(409);
    expect((await site.call('POST', '/api/conversations/c1/undo')).status).toBe(409);
    const other = await site.ask('c2', 'hello there');
    await other.surface.end({ end: 'complete' });
    await surface.end({ end: 'complete' });
    await converse(site, 'c1', 'now?');
  });

  it('is answered to its end when whoever asked goes away', async () => {
    const site = await startSite();
    const away = new AbortController();
    const answer = site.call('POST', '/api/conversations/c1/messages', {
      body: { text: 'hello' },
      signal: away.signal,
    });
    const { replyTo } = await site.inbox.untilMessage('hello');
    away.abort();
    await expect(answer).rejects.toThrow();
    const surface = site.web.surface(replyTo);
    surface.push('Hello.');
    await surface.end({ end: 'complete' });
    expect(await (await site.stream('c1')).text()).toContain('Hello.');
    expect(site.stopped).toEqual([]);
  });

  it('ends as failed where the store does not take it', async () => {
    const store = createMemoryKeyValue();
    const site = await startSite({ store });
    store.fail(new Error('no store'));
    const response = await site.call('POST', '/api/conversations/c1/messages', { body: { text: 'hello' } });
    expect(response.status).toBe(502);
    store.fail(undefined);
    await converse(site);
  });
});

describe('a running answer', () => {
  it('is stopped on request', async () => {
    const site = await startSite();
    const { surface, all } = await site.ask('c1', 'hello');
    const response = await site.call('DELETE', '/api/conversations/c1/turn');
    expect(response.status).toBe(204);
    expect(site.stopped).toEqual([thread]);
    await surface.end({ end: 'stopped' });
    expect((await all()).at(-1)).toMatchObject({ event: 'done', data: { end: 'stopped' } });
    expect((await site.call('DELETE', '/api/conversations/c1/turn')).status).toBe(404);
  });

  it('is stopped also where the engine had not begun with it', async () => {
    const site = await startSite();
    void site.call('POST', '/api/conversations/c1/messages', { body: { text: 'hello' } });
    const { replyTo } = await site.inbox.untilMessage('hello');
    await site.call('DELETE', '/api/conversations/c1/turn');
    expect(site.stopped).toEqual([thread]);
    const surface = site.web.surface(replyTo);
    expect(site.stopped).toEqual([thread, thread]);
    await surface.end({ end: 'stopped' });
  });
});

describe('conversations', () => {
  it('are listed newest first, with a title from the first question', async () => {
    const site = await startSite();
    expect(await (await site.call('GET', '/api/conversations')).json()).toEqual({ conversations: [] });
    await converse(site, 'c1', 'first question\nwith more below');
    await converse(site, 'c2', `${'word '.repeat(11)}Donaudampfschifffahrt and more`);
    const { surface } = await site.ask('c1', 'another question');
    const { conversations } = await site.read<List>('/api/conversations');
    expect(conversations).toEqual([
      { id: 'c1', title: 'first question', updatedAt: expect.stringMatching(/Z$/), running: true },
      { id: 'c2', title: `${'word '.repeat(11).trim()}…`, updatedAt: expect.any(String), running: false },
    ]);
    await surface.end({ end: 'complete' });
  });

  it('are kept in the list up to 500, and found beyond', async () => {
    const store = createMemoryKeyValue();
    const entries = Array.from({ length: 500 }, (_, index) => ({
      id: `old${index}`,
      title: 't',
      updatedAt: 1,
    }));
    await store.set('list:local', [...entries, 'not an entry']);
    const site = await startSite({ store });
    await converse(site, 'new');
    const { conversations } = await site.read<List>('/api/conversations');
    expect(conversations).toHaveLength(500);
    expect(conversations[0]?.id).toBe('new');
    expect((await site.call('GET', '/api/conversations/old499')).status).toBe(404);
    site.conversations.turns.set('web:local:old499', [said('user', 'long ago'), said('assistant', 'yes')]);
    const found = await site.call('GET', '/api/conversations/old499');
    expect(await found.json()).toMatchObject({
      id: 'old499',
      title: 'long ago',
      updatedAt: '2026-01-02T00:00:00.000Z',
    });
  });

  it('show what was said and how it ended', async () => {
    const site = await startSite();
    await converse(site);
    site.conversations.turns.set(thread, [
      said('user', 'hello', { messageId: 'm', author: { id: 'x', name: 'x' } }),
      said('assistant', 'Hel', { end: 'stopped' }),
    ]);
    expect(await (await site.call('GET', '/api/conversations/c1')).json()).toEqual({
      id: 'c1',
      title: 'hello',
      updatedAt: expect.any(String),
      turns: [
        { role: 'user', text: 'hello', at: '2026-01-02T00:00:00.000Z' },
        { role: 'assistant', text: 'Hel', at: '2026-01-02T00:00:00.000Z', end: 'stopped' },
      ],
      running: null,
    });
  });

  it('show the question of a running answer and not the answer, whatever is stored of them', async () => {
    const site = await startSite();
    const { surface, message } = await site.ask('c1', 'hello');
    const texts = async () => {
      const { turns, running } = await site.read<Shown>('/api/conversations/c1');
      expect(running).toEqual({ turn: message.replyTo.data.turn });
      return turns.map(({ text }) => text);
    };
    const earlier = [said('user', 'before'), said('assistant', 'that')];
    site.conversations.turns.set(thread, earlier);
    expect(await texts()).toEqual(['before', 'that', 'hello']);
    const asked = [...earlier, said('user', 'hello', { messageId: message.id })];
    site.conversations.turns.set(thread, asked);
    expect(await texts()).toEqual(['before', 'that', 'hello']);
    site.conversations.turns.set(thread, [...asked, said('assistant', 'just stored')]);
    expect(await texts()).toEqual(['before', 'that', 'hello']);
    await surface.end({ end: 'complete' });

    void site.call('POST', '/api/conversations/c1/regenerate');
    const { replyTo } = await site.inbox.untilCommand('regenerate');
    const { turns } = await site.read<Shown>('/api/conversations/c1');
    expect(turns.map(({ text }) => text)).toEqual(['before', 'that', 'hello']);
    await site.web.surface(replyTo).end({ end: 'complete' });
  });

  it('can be renamed, and given a persona that answers follow', async () => {
    const site = await startSite();
    await converse(site);
    const response = await site.call('PATCH', '/api/conversations/c1', {
      body: { title: ' Pirates ', persona: 'You are a pirate.' },
    });
    expect(await response.json()).toEqual({
      id: 'c1',
      title: 'Pirates',
      updatedAt: expect.any(String),
      running: false,
      persona: 'You are a pirate.',
    });
    const { surface, message } = await site.ask('c1', 'who are you?');
    expect(message.persona).toBe('You are a pirate.');
    await surface.end({ end: 'complete' });
    void site.call('POST', '/api/conversations/c1/regenerate');
    const call = await site.inbox.untilCommand('regenerate');
    expect(call).toMatchObject({
      conversation: thread,
      options: {},
      persona: 'You are a pirate.',
      shared: false,
    });
    await site.web.surface(call.replyTo).end({ end: 'complete' });
    expect(await (await site.call('GET', '/api/conversations/c1')).json()).toMatchObject({
      title: 'Pirates',
      persona: 'You are a pirate.',
    });
    const plain = await site.ask('c1', 'and now?', { body: { text: 'and now?', persona: '' } });
    expect(plain.message).not.toHaveProperty('persona');
    await plain.surface.end({ end: 'complete' });
    expect(await (await site.call('GET', '/api/conversations/c1')).json()).not.toHaveProperty('persona');
  });

  it('can be cleared, and keep title and persona', async () => {
    const site = await startSite();
    await converse(site);
    await site.call('PATCH', '/api/conversations/c1', { body: { persona: 'You are a pirate.' } });
    expect((await site.call('POST', '/api/conversations/c1/clear')).status).toBe(204);
    expect(site.conversations.forgotten).toEqual([thread]);
    expect((await site.stream('c1')).status).toBe(204);
    expect(await (await site.call('GET', '/api/conversations/c1')).json()).toMatchObject({
      title: 'hello',
      persona: 'You are a pirate.',
      turns: [],
    });
  });

  it('can be deleted, with all that is known of them', async () => {
    const store = createMemoryKeyValue();
    const site = await startSite({ store });
    await converse(site);
    await site.call('PATCH', '/api/conversations/c1', { body: { persona: 'You are a pirate.' } });
    const { surface } = await site.ask('c1', 'once more');
    const deleting = site.call('DELETE', '/api/conversations/c1');
    await vi.waitFor(() => expect(site.conversations.forgotten).toEqual([thread]));
    await surface.end({ end: 'stopped' });
    expect((await deleting).status).toBe(204);
    expect(site.conversations.forgotten).toEqual([thread, thread]);
    expect((await site.call('GET', '/api/conversations/c1')).status).toBe(404);
    expect((await site.stream('c1')).status).toBe(204);
    expect((await site.call('DELETE', '/api/conversations/c1')).status).toBe(404);
    const left: unknown[] = [];
    for await (const entry of store.entries()) left.push(entry);
    expect(left).toEqual([['list:local', []]]);
  });

  it('can be taken back by a turn', async () => {
    const site = await startSite();
    await converse(site);
    // The engine's word counts, whatever there is to read.
    site.conversations.turns.set(thread, [said('user', 'hello')]);
    expect((await site.call('POST', '/api/conversations/c1/undo')).status).toBe(404);
    site.conversations.undone = 'hello';
    const response = await site.call('POST', '/api/conversations/c1/undo');
    expect(await response.json()).toEqual({ question: 'hello' });
    expect((await site.stream('c1')).status).toBe(204);
  });

  it.each([
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/clear'],
    ['POST', '/undo'],
    ['POST', '/regenerate'],
    ['DELETE', '/turn'],
  ])('that are not there are 404 for %s %s', async (method, path) => {
    const site = await startSite();
    const body = method === 'PATCH' ? { body: { title: 'x' } } : {};
    const response = await site.call(method, `/api/conversations/nobody${path}`, body);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      status: 404,
      title: 'Not Found',
      detail: expect.any(String),
    });
  });

  it('survive a restart, with title and persona', async () => {
    const store = createMemoryKeyValue();
    const first = await startSite({ store });
    const { surface } = await first.ask('c1', 'hello', {
      body: { text: 'hello', persona: 'You are a pirate.' },
    });
    await surface.end({ end: 'complete' });
    await first.web.close();
    const second = await startSite({ store });
    expect(await (await second.call('GET', '/api/conversations/c1')).json()).toMatchObject({
      title: 'hello',
      persona: 'You are a pirate.',
    });
  });

  it('of a hundred questions at once are all in the list', async () => {
    const site = await startSite({ requestsPerMinute: 1_000, turns: 1_000 });
    const ids = Array.from({ length: 100 }, (_, index) => `c${index}`);
    await Promise.all(ids.map((id) => converse(site, id, `question ${id}`)));
    const { conversations } = await site.read<List>('/api/conversations');
    expect(conversations.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });
});

describe('what it tells of itself', () => {
  it('is up, ready or not, and what it is', async () => {
    let ready = true;
    const site = await startSite({
      readiness: async () => ({ ready, store: ready, platforms: [{ name: 'web', ready: true }] }),
    });
    expect(await (await site.call('GET', '/healthz')).json()).toEqual({ status: 'ok' });
    expect((await site.call('GET', '/readyz')).status).toBe(200);
    ready = false;
    const response = await site.call('GET', '/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      ready: false,
      store: false,
      platforms: [{ name: 'web', ready: true }],
    });
    expect(await (await site.call('GET', '/api/about')).json()).toEqual({
      model: 'fake',
      demo: true,
      version: '1.2.3',
      mostUploadBytes: 20_000_000,
      commands: [
        { name: 'new', description: 'Start anew' },
        { name: 'help', description: 'What Parley does' },
      ],
      login: false,
    });
  });
});

describe('its end', () => {
  it('takes no new questions, lets answers finish, and then ends every connection', async () => {
    const site = await startSite();
    const { surface, all } = await site.ask('c1', 'hello');
    const endless = await site.ask('c2', 'tell me everything');
    const waiting = site.call('POST', '/api/conversations/c3/messages', { body: { text: 'in one piece' } });
    const third = await site.inbox.untilMessage('in one piece');
    site.web.surface(third.replyTo).push('Half');
    await site.web.stop();
    const late = await site.call('POST', '/api/conversations/c4/messages', { body: { text: 'late' } });
    expect(late.status).toBe(503);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await site.call('POST', '/api/embeddings', { body: { input: 'late' } })).status).toBe(503);
    expect((await site.call('GET', '/api/conversations')).status).toBe(200);
    surface.push('Bye.');
    await surface.end({ end: 'complete' });
    expect((await all()).at(-1)?.event).toBe('done');
    await site.web.close();
    const cut = await waiting;
    expect(cut.status).toBe(503);
    expect(await cut.json()).toMatchObject({ text: 'Half' });
    expect((await endless.all()).map(({ event }) => event)).toEqual(['turn']);
    await expect(site.call('GET', '/healthz')).rejects.toThrow();
  });

  it('says who is there where the port is taken', async () => {
    const site = await startSite();
    const port = Number(new URL(site.url).port);
    await expect(startSite({ port })).rejects.toMatchObject({
      code: 'platform-failed',
      notice: expect.stringMatching(new RegExp(`127.0.0.1:${port}.*another program`)),
    });
  });
});
