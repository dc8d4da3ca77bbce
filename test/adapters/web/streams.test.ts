import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createTurn } from '../../../src/adapters/web/turn.ts';
import { type ReadEvent, readAll, readEvents, textOf } from './events.ts';
import { noPictures, startSite } from './harness.ts';

it('streams an answer as events that each say where they stand', async () => {
  const site = await startSite();
  const { response, message, surface, all } = await site.ask('c1', 'hello');
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  surface.push('Hel');
  surface.push('lo\r\nyou 🧵 \u2028\n\ndata: {}\n\n');
  const usage = { inputTokens: 3, outputTokens: 2, cachedTokens: 1 };
  await surface.end({ end: 'complete', notice: 'By the way.', usage });
  const turn = message.replyTo.data.turn;
  expect(await all()).toEqual([
    { id: `${turn}.0`, event: 'turn', data: { turn, conversation: 'c1' } },
    { id: `${turn}.3`, event: 'delta', data: { text: 'Hel' } },
    { id: `${turn}.27`, event: 'delta', data: { text: 'lo\r\nyou 🧵 \u2028\n\ndata: {}\n\n' } },
    { id: `${turn}.28`, event: 'notice', data: { text: 'By the way.' } },
    { id: `${turn}.29`, event: 'done', data: { end: 'complete', usage } },
  ]);
});

it('shows that a turn began before anything was answered', async () => {
  const site = await startSite();
  const { response } = await site.ask('c1', 'hello');
  const { value } = await readEvents(response).next();
  expect(value).toMatchObject({ event: 'turn' });
});

it('tells a failure as its last event', async () => {
  const site = await startSite();
  const { surface, all } = await site.ask('c1', 'hello');
  surface.push('Hel');
  await surface.end({
    end: 'failed',
    code: 'rate-limited',
    notice: 'Too many questions.',
    retryAfterMs: 1_200,
  });
  expect((await all()).at(-1)).toMatchObject({
    id: expect.stringMatching(/\.4$/),
    event: 'error',
    data: { code: 'rate-limited', message: 'Too many questions.', retryAfterSeconds: 2 },
  });
});

it.each([
  [{ end: 'stopped', notice: 'Stopped.' } as const, ['notice', 'done']],
  [{ end: 'complete' } as const, ['done']],
  [{ end: 'failed' } as const, ['error']],
])('ends %j with %j', async (ending, names) => {
  const site = await startSite();
  const { surface, all } = await site.ask('c1', 'hello');
  await surface.end(ending);
  expect((await all()).map(({ event }) => event)).toEqual(['turn', ...names]);
});

it('goes on after a dropped connection, exactly there', async () => {
  const site = await startSite();
  const first = new AbortController();
  const { response, surface } = await site.ask('c1', 'hello', { signal: first.signal });
  surface.push('one ');
  surface.push('two ');
  const seen: ReadEvent[] = [];
  await expect(async () => {
    for await (const event of readEvents(response)) {
      seen.push(event);
      if (textOf(seen) === 'one two ') first.abort();
    }
  }).rejects.toThrow();
  surface.push('three ');
  const again = await site.stream('c1', seen.at(-1)!.id);
  surface.push('four');
  await surface.end({ end: 'complete' });
  const rest = await readAll(again);
  expect(rest[0]?.event).toBe('delta');
  expect(textOf([...seen, ...rest])).toBe('one two three four');
  expect(rest.at(-1)?.event).toBe('done');
});

it('is the same answer for any reader, wherever it was cut off and whenever it came back', async () => {
  const collect = () => {
    let written = '';
    return {
      reader: {
        write(events: string | Uint8Array) {
          written += Buffer.from(events).toString();
        },
        end() {},
      },
      events: () => readAll(new Response(written)),
    };
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), { maxLength: 12 }),
      fc.nat(14),
      fc.nat(14),
      fc.boolean(),
      fc.boolean(),
      async (deltas, leaveAfter, returnAfter, hasNotice, fails) => {
        const turn = createTurn(
          {
            ...{
              thread: 'web:local:c',
              person: 'local',
              conversation: 'c',
              key: 'k',
              recovered: false,
              at: 0,
            },
          },
          noPictures,
        );
        const [whole, before] = [collect(), collect()];
        turn.read(whole.reader);
        let leave: (() => void) | undefined = turn.read(before.reader);
        const steps = [
          ...deltas.map((delta) => () => turn.push(delta)),
          () => {
            const notice = hasNotice ? { notice: 'n' } : {};
            void turn.end({ end: fails ? 'failed' : 'complete', ...notice });
          },
        ];
        const after = collect();
        let cut: string | undefined;
        let back = false;
        for (const [index, step] of steps.entries()) {
          if (index === leaveAfter) {
            await new Promise(process.nextTick);
            leave?.();
            leave = undefined;
            cut = (await before.events()).at(-1)?.id;
          }
          if (cut !== undefined && !back && index >= leaveAfter + returnAfter) {
            back = true;
            turn.read(after.reader, Number(cut.split('.')[1]));
          }
          step();
        }
        await turn.ended;
        const expected = await whole.events();
        const first = await before.events();
        const place = Number(first.at(-1)!.id.split('.')[1]);
        if (!back && turn.hasMoreAfter(place)) turn.read(after.reader, place);
        const joined = [...first, ...(await after.events())];
        const text = deltas.join('');
        expect(textOf(expected)).toBe(text);
        expect(textOf(joined)).toBe(text);
        const others = (events: readonly ReadEvent[]) => events.filter(({ event }) => event !== 'delta');
        expect(others(joined)).toEqual(others(expected));
      },
    ),
    { numRuns: 300 },
  );
});

it('gives every position of an answer that ended, and 204 behind its last event', async () => {
  const site = await startSite();
  const { surface, all } = await site.ask('c1', 'hello');
  surface.push('ab');
  surface.push('🧵');
  await surface.end({ end: 'complete', notice: 'n' });
  const events = await all();
  const turn = events[0]!.id.split('.')[0];
  for (const position of [0, 1, 2, 3, 4]) {
    const rest = await readAll(await site.stream('c1', `${turn}.${position}`));
    expect(textOf(rest)).toBe('ab🧵'.slice(position));
    expect(rest.slice(-2).map(({ event }) => event)).toEqual(['notice', 'done']);
  }
  const done = await readAll(await site.stream('c1', `${turn}.5`));
  expect(done.map(({ event }) => event)).toEqual(['done']);
  expect((await site.stream('c1', `${turn}.6`)).status).toBe(204);
});

it.each(['another.3', 'nonsense', '.', `${'x'.repeat(300)}.1`, '-1'])(
  'gives all of it to whoever was last at %j',
  async (lastEventId) => {
    const site = await startSite();
    const { surface, message } = await site.ask('c1', 'hello');
    surface.push('Hello');
    await surface.end({ end: 'complete' });
    const events = await readAll(await site.stream('c1', lastEventId));
    expect(events.map(({ event }) => event)).toEqual(['turn', 'delta', 'done']);
    const far = await site.stream('c1', `${message.replyTo.data.turn}.999`);
    expect((await readAll(far)).map(({ event }) => event)).toEqual(['turn', 'delta', 'done']);
  },
);

it('has no stream of a conversation that never was', async () => {
  const site = await startSite();
  const response = await site.stream('c1');
  expect(response.status).toBe(204);
  expect(await response.text()).toBe('');
});

it('tells whoever asks for the headers alone no more', async () => {
  const site = await startSite();
  const { surface } = await site.ask('c1', 'hello');
  const head = await site.call('HEAD', '/api/conversations/c1/stream');
  expect(head.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(await head.text()).toBe('');
  expect((surface as ReturnType<typeof createTurn>).readers).toBe(1);
  await surface.end({ end: 'complete' });
});

it('gives two readers the same', async () => {
  const site = await startSite();
  const { surface, all } = await site.ask('c1', 'hello');
  surface.push('one ');
  const other = await site.stream('c1');
  for (const delta of ['two ', 'thrée ', '🧵']) surface.push(delta);
  await surface.end({ end: 'complete' });
  const [left, right] = [await all(), await readAll(other)];
  expect(textOf(right)).toBe('one two thrée 🧵');
  expect(textOf(left)).toBe(textOf(right));
  expect(right[0]).toEqual(left[0]);
  expect(right.at(-1)).toEqual(left.at(-1));
});

it('begins a turn anew for an address of a former process, where nobody takes it for the old one', async () => {
  const site = await startSite();
  const lost = 'lost-turn';
  // Whoever was reading comes back before the engine does.
  const waiting = site.stream('c1', `${lost}.7`);
  await vi.waitFor(() => expect(site.counts()).toMatchObject({ 'web.requests': 1 }));
  const surface = site.web.surface({ thread: 'web:local:c1', data: { turn: lost } });
  surface.push('Anew');
  await surface.end({ end: 'complete' });
  const events = await readAll(await waiting);
  expect(events.map(({ event }) => event)).toEqual(['turn', 'delta', 'done']);
  expect(events[0]?.data.turn).toMatch(/^lost-turn-\w+$/);
  const place = await site.stream('c1', events[1]!.id);
  expect((await readAll(place)).map(({ event }) => event)).toEqual(['done']);
});

it('forgets a turn five minutes after its end, not before', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const site = await startSite();
  const { surface, all } = await site.ask('c1', 'hello');
  await surface.end({ end: 'complete' });
  await all();
  vi.advanceTimersByTime(5 * 60_000 - 1_000);
  expect((await readAll(await site.stream('c1'))).length).toBe(2);
  vi.advanceTimersByTime(20_000);
  expect((await site.stream('c1')).status).toBe(204);
});

it('ends a turn that the engine took and never answers', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const site = await startSite();
  const response = await site.call('POST', '/api/conversations/c1/messages', {
    body: { text: 'hello' },
    headers: { accept: 'text/event-stream' },
  });
  await site.inbox.untilMessage('hello');
  vi.advanceTimersByTime(75_000);
  const events = await readAll(response);
  expect(events.at(-1)).toMatchObject({ event: 'error', data: { message: expect.stringMatching(/again/) } });
  expect(site.lines.some(({ level }) => level === 'error')).toBe(true);
});

it('answers a typed stop itself where nothing runs: the engine would take it and say nothing', async () => {
  const site = await startSite();
  const response = await site.call('POST', '/api/conversations/c1/messages', { body: { text: '/stop' } });
  expect(await response.json()).toMatchObject({
    text: '',
    notice: expect.stringMatching(/nothing to stop/i),
  });
  expect(site.inbox.messages).toEqual([]);
});

it('sends a heartbeat while the model thinks, from one timer', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const site = await startSite();
  const { response, surface } = await site.ask('c1', 'hello');
  const other = await site.ask('c2', 'hello too');
  const timers = vi.getTimerCount();
  const third = await site.ask('c3', 'and me');
  expect(vi.getTimerCount()).toBe(timers);
  vi.advanceTimersByTime(15_000);
  for (const one of [{ surface }, other, third]) await one.surface.end({ end: 'complete' });
  expect(await response.text()).toContain('\n\n: \n\nid: ');
  expect(await other.response.text()).toContain('\n\n: \n\nid: ');
});

it('cuts off a reader that is too far behind, which can come back; nobody else waits', async () => {
  const site = await startSite();
  const { surface, message, response } = await site.ask('c1', 'hello');
  const slow = await openSlowly(`${site.url}/api/conversations/c1/stream`);
  const cut = new Promise<void>((resolve) => slow.response.once('close', resolve));
  const fast = readEvents(response);
  await fast.next();
  const delta = 'x'.repeat(256 * 1024);
  let pushed = 0;
  while (site.counts()['web.slow-reader'] === undefined && pushed < 64 * 1024 * 1024) {
    surface.push(delta);
    pushed += delta.length;
    expect((await fast.next()).value?.data.text).toHaveLength(delta.length);
  }
  expect(site.counts()['web.slow-reader']).toBe(1);
  slow.response.resume();
  await cut;
  await surface.end({ end: 'complete' });
  expect((await fast.next()).value?.event).toBe('done');
  const rest = await readAll(await site.stream('c1', `${message.replyTo.data.turn}.100`));
  expect(textOf(rest).length).toBe(pushed - 100);
});

it('leaves nothing behind of a thousand readers', async () => {
  const site = await startSite({ requestsPerMinute: 10_000 });
  const { surface, all } = await site.ask('c1', 'hello');
  const turn = surface as ReturnType<typeof createTurn>;
  const readers = await Promise.all(
    Array.from({ length: 1_000 }, () => openSlowly(`${site.url}/api/conversations/c1/stream`)),
  );
  await vi.waitFor(() => expect(turn.readers).toBe(1_001), { timeout: 15_000 });
  for (const { request } of readers) request.destroy();
  await vi.waitFor(() => expect(turn.readers).toBe(1), { timeout: 15_000 });
  surface.push('Still here.');
  await surface.end({ end: 'complete' });
  expect(textOf(await all())).toBe('Still here.');
  expect(turn.readers).toBe(0);
}, 40_000);

interface SlowReader {
  readonly request: ClientRequest;
  readonly response: IncomingMessage;
}

/** A reader that does not read. */
function openSlowly(url: string): Promise<SlowReader> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, headers: { accept: 'text/event-stream' } });
    request.once('response', (response) => {
      response.on('error', () => undefined);
      resolve({ request, response });
    });
    request.on('error', reject);
    onTestFinished(() => void request.destroy());
  });
}
