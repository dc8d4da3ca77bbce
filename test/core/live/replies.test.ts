import { describe, expect, it, vi } from 'vitest';
import { SurfaceError } from '../../../src/core/errors.ts';
import { createLiveReplies } from '../../../src/core/live/replies.ts';
import type { Rung } from '../../../src/core/ports.ts';
import { createFakeClock, flush } from '../../fakes/clock.ts';
import { createInstruments } from '../../fakes/instruments.ts';
import { createFakeSurface, createRung, type FakeSurfaceOptions } from '../../fakes/surface.ts';

function setUp(options: FakeSurfaceOptions = {}) {
  const clock = createFakeClock();
  const replies = createLiveReplies({ ...createInstruments(), clock });
  const surface = createFakeSurface({ ...options, now: clock.now });
  return { clock, replies, surface };
}

/** Answers every call that is open, in order, for as long as calls keep coming. */
async function succeedAll({
  clock,
  surface,
}: Pick<ReturnType<typeof setUp>, 'clock' | 'surface'>): Promise<void> {
  for (let answered = 0; answered < surface.calls.length || answered === 0; answered++) {
    surface.calls[answered]?.succeed();
    await clock.advance(10_000);
  }
}

const five = [{ id: 'channel', calls: 5, perMs: 5_000, shape: 'window' as const }];

describe('a live reply', () => {
  it('shows the first words at once and one call at a time, always with the newest text', async () => {
    const { clock, replies, surface } = setUp();
    const reply = replies.start(surface, 'k');
    reply.push('Hel');
    await clock.advance(20);
    expect(surface.calls.map(({ kind, text }) => [kind, text])).toEqual([['open', 'Hel']]);
    reply.push('lo');
    reply.push(', world');
    await clock.advance(60_000);
    expect(surface.calls).toHaveLength(1);
    surface.calls[0]!.succeed();
    await clock.advance(60_000);
    expect(surface.calls.map(({ kind, text }) => [kind, text]).slice(1)).toEqual([['grow', 'Hello, world']]);
  });

  it('ends with exactly the text, in one call where it comes all at once', async () => {
    const { clock, replies, surface } = setUp({ automatic: true });
    const reply = replies.start(surface, 'k');
    reply.push('All of it.');
    const ending = reply.end({ end: 'complete' });
    await clock.advance(20);
    expect(await ending).toEqual({ text: 'All of it.', complete: true });
    expect(surface.calls.map(({ kind }) => kind)).toEqual(['open']);
    expect(surface.pages).toEqual(['All of it.']);
  });

  it('makes no call at the end where the last edit showed everything', async () => {
    const { clock, replies, surface } = setUp({ automatic: true });
    const reply = replies.start(surface, 'k');
    reply.push('All of it.');
    await clock.advance(20);
    const ending = reply.end({ end: 'complete' });
    await clock.advance(20);
    await ending;
    expect(surface.calls.map(({ kind }) => kind)).toEqual(['open']);
  });

  it('spreads progress over the limit of the scope and never goes over it', async () => {
    const { clock, replies, surface } = setUp({ automatic: true, scopes: five });
    const reply = replies.start(surface, 'k');
    for (let step = 0; step < 600; step++) {
      reply.push(`w${step} `);
      await clock.advance(500);
    }
    const ending = reply.end({ end: 'complete' });
    await clock.advance(10_000);
    await ending;
    const times = surface.calls.map(({ at }) => at);
    for (let index = 5; index < times.length; index++) {
      expect(times[index]! - times[index - 5]!).toBeGreaterThanOrEqual(5_000);
    }
    expect(times.length).toBeGreaterThan(40);
  });

  it('lets first words and finals of others go before progress', async () => {
    const { clock, replies, surface } = setUp({
      scopes: [{ id: 'shared', calls: 2, perMs: 60_000, shape: 'window' as const }],
    });
    const other = createFakeSurface({
      scopes: [{ id: 'shared', calls: 2, perMs: 60_000, shape: 'window' as const }],
      now: clock.now,
    });
    const talking = replies.start(surface, 'a');
    talking.push('one');
    await clock.advance(20);
    surface.calls[0]!.succeed();
    await clock.advance(20);
    talking.push(' two');
    const starting = replies.start(other, 'b');
    starting.push('hello');
    await clock.advance(59_000);
    expect(other.calls.map(({ kind }) => kind)).toEqual(['open']);
    expect(surface.calls).toHaveLength(1);
  });

  it('seals full pages at once and goes on in a new message, losing nothing', async () => {
    const context = setUp({ limit: 200 });
    const text = Array.from({ length: 60 }, (_, index) => `Sentence number ${index} is here.`).join(' ');
    const reply = context.replies.start(context.surface, 'k');
    for (const word of text.split(/(?<= )/)) {
      reply.push(word);
      await context.clock.advance(20);
      context.surface.calls.at(-1)?.succeed();
    }
    const ending = reply.end({ end: 'complete' });
    await succeedAll(context);
    expect((await ending).complete).toBe(true);
    expect(context.surface.pages.length).toBeGreaterThan(8);
    for (const page of context.surface.pages) expect(page.length).toBeLessThanOrEqual(200);
    expect(context.surface.pages.join(' ').replace(/\s+/g, ' ')).toBe(text);
  });

  it('drops a refused edit, waits as long as the platform asked, then sends the newest text', async () => {
    const { clock, replies, surface } = setUp({ scopes: five });
    const reply = replies.start(surface, 'k');
    reply.push('a');
    await clock.advance(20);
    surface.calls[0]!.succeed();
    await flush();
    reply.push('b');
    await clock.advance(5_000);
    surface.calls[1]!.fail(
      new SurfaceError('rate-limited', 'slow down', { retryAfterMs: 7_000, scope: 'channel' }),
    );
    reply.push('c');
    await clock.advance(6_900);
    expect(surface.calls).toHaveLength(2);
    await clock.advance(2_000);
    expect(surface.calls[2]?.text).toBe('abc');
  });

  it('repeats a final until it lands', async () => {
    const { clock, replies, surface } = setUp();
    const reply = replies.start(surface, 'k');
    reply.push('a');
    await clock.advance(20);
    surface.calls[0]!.succeed();
    await flush();
    reply.push('b');
    const ending = reply.end({ end: 'complete' });
    for (let round = 1; round <= 6; round++) {
      await clock.advance(20_000);
      surface.calls[round]!.fail(new SurfaceError('unknown', 'no answer'));
    }
    await clock.advance(20_000);
    surface.calls[7]!.succeed();
    await flush();
    expect(await ending).toEqual({ text: 'ab', complete: true });
  });

  it('repeats a post of unknown fate under the same key, on the same rung', async () => {
    const { clock, replies, surface } = setUp();
    const reply = replies.start(surface, 'k');
    reply.push('a');
    const ending = reply.end({ end: 'complete' });
    await clock.advance(20);
    surface.calls[0]!.fail(new SurfaceError('unknown', 'no answer'));
    await clock.advance(1_000);
    expect(surface.calls[1]).toMatchObject({ kind: 'open', key: surface.calls[0]!.key, attempt: 2 });
    surface.calls[1]!.succeed();
    await flush();
    expect(await ending).toEqual({ text: 'a', complete: true });
  });

  it('takes the next rung where one is refused', async () => {
    const { clock, replies, surface } = setUp({ growth: 'append', more: [createRung('message', 'replace')] });
    const reply = replies.start(surface, 'k');
    reply.push('a');
    await clock.advance(20);
    expect(surface.calls[0]!.rung).toBe('stream');
    surface.calls[0]!.fail(new SurfaceError('rung-refused', 'not here'));
    await clock.advance(500);
    expect(surface.calls[1]).toMatchObject({ kind: 'open', rung: 'message', text: 'a' });
  });

  it('goes on by replacing the message where its stream was closed', async () => {
    const { clock, replies, surface } = setUp({ growth: 'append', more: [createRung('message', 'replace')] });
    const reply = replies.start(surface, 'k');
    reply.push('a');
    await clock.advance(20);
    surface.calls[0]!.succeed();
    await flush();
    reply.push('b');
    await clock.advance(500);
    surface.calls[1]!.fail(new SurfaceError('page-closed', 'stream is over'));
    await clock.advance(500);
    expect(surface.calls[2]).toMatchObject({ kind: 'grow', rung: 'message', text: 'ab' });
    surface.calls[2]!.succeed();
    await flush();
    expect(surface.pages).toEqual(['ab']);
  });

  it('shows a whole answer by a stream where no single call can be had, and ends the stream later', async () => {
    const posts = [{ id: 'posts', calls: 1, perMs: 60_000, shape: 'window' as const }];
    const rungs = [createRung('stream', 'append'), createRung('message', 'replace', 2_000, posts)];
    const { clock, replies, surface: first } = setUp({ rungs, automatic: true });
    const second = createFakeSurface({ rungs, automatic: true, now: clock.now });
    const deliveries = [first, second].map((surface, index) => {
      const reply = replies.start(surface, `k${index}`);
      reply.push('All of it.');
      return reply.end({ end: 'complete' });
    });
    await clock.advance(1_000);
    expect(await Promise.all(deliveries)).toEqual(Array(2).fill({ text: 'All of it.', complete: true }));
    expect(first.calls.map(({ kind, rung }) => [kind, rung])).toEqual([['open', 'message']]);
    expect(second.calls.map(({ kind, rung }) => [kind, rung])).toEqual([
      ['open', 'stream'],
      ['close', 'stream'],
    ]);
    expect(second.pages).toEqual(['All of it.']);
  });

  it('goes on with a message at once where a page is full and no stream can be begun', async () => {
    const starts = [{ id: 'starts', calls: 1, perMs: 60_000, shape: 'window' as const }];
    const free = createRung('message', 'replace', 40);
    const stream = createRung('stream', 'append', 40);
    const rungs = [{ ...stream, scopes: { ...stream.scopes, open: starts } }, free];
    const { clock, replies, surface } = setUp({ rungs, automatic: true });
    const reply = replies.start(surface, 'k');
    for (let word = 0; word < 20; word++) {
      reply.push('word ');
      await clock.advance(500);
    }
    const opened = surface.calls.filter(({ kind }) => kind === 'open');
    expect(opened.map(({ rung }) => rung)).toEqual(['stream', 'message', 'message']);
    expect(opened[2]!.at - opened[1]!.at).toBeLessThan(6_000);
  });

  it('goes on as a stream where a message can hardly be edited any more', async () => {
    const bucket = (id: string, calls: number, perMs = 60_000) => [
      { id, calls, perMs, shape: 'bucket' as const },
    ];
    const edits = bucket('edits', 3);
    const stream = createRung('stream', 'append', 2_000, bucket('appends', 100));
    const message = createRung('message', 'replace', 2_000, edits);
    const rungs = [
      { ...stream, scopes: { ...stream.scopes, open: bucket('starts', 1, 5_000) } },
      { ...message, continues: true },
    ];
    const { clock, replies, surface } = setUp({ rungs, automatic: true });
    // Another one takes the only stream that can be started now.
    replies.start(createFakeSurface({ rungs, now: clock.now, automatic: true }), 'other').push('word ');
    await clock.advance(20);
    const reply = replies.start(surface, 'k');
    reply.push('One sentence. ');
    await clock.advance(20);
    for (let sentence = 0; sentence < 40; sentence++) {
      reply.push('Another sentence. ');
      await clock.advance(300);
    }
    const ending = reply.end({ end: 'complete' });
    await clock.advance(120_000);
    expect((await ending).complete).toBe(true);
    const opened = surface.calls.filter(({ kind }) => kind === 'open').map(({ rung }) => rung);
    expect(opened).toEqual(['message', 'stream']);
    expect(surface.pages.join(' ').replace(/\s+/g, ' ').trim()).toBe(
      `One sentence. ${'Another sentence. '.repeat(40)}`.trim(),
    );
  });

  it('gives scarce calls to words that are there before it makes places for others', async () => {
    const all = [{ id: 'all', calls: 2, perMs: 1_000, shape: 'window' as const }];
    const rungs = [createRung('message', 'replace', 2_000, all)];
    const clock = createFakeClock();
    const replies = createLiveReplies({ ...createInstruments(), clock });
    const order: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const surface = createFakeSurface({ rungs, automatic: true, now: clock.now });
      const prepared = async () => void order.push(`place ${name}`);
      const open: typeof surface.open = (...call) => {
        order.push(`words ${name}`);
        return surface.open(...call);
      };
      const reply = replies.start({ ...surface, open, preparation: { scopes: all, run: prepared } }, name);
      reply.push('Hello');
      void reply.end({ end: 'complete' });
    }
    for (let second = 0; second < 10; second++) await clock.advance(500);
    expect(order).toEqual(['place a', 'place b', 'words a', 'words b', 'place c', 'words c']);
  });

  it('never doubles an append whose fate is unknown: it ends the stream and replaces the message', async () => {
    const { clock, replies, surface } = setUp({ growth: 'append', more: [createRung('message', 'replace')] });
    const reply = replies.start(surface, 'k');
    reply.push('a');
    await clock.advance(20);
    surface.calls[0]!.succeed();
    await flush();
    reply.push('b');
    await clock.advance(500);
    surface.calls[1]!.succeed(); // the platform did it, …
    await flush();
    reply.push('c');
    await clock.advance(500);
    surface.calls[2]!.fail(new SurfaceError('unknown', 'the answer was lost'));
    await clock.advance(5_000);
    expect(surface.calls[3]).toMatchObject({ kind: 'close', rung: 'stream', text: 'ab' });
    surface.calls[3]!.succeed();
    await clock.advance(500);
    expect(surface.calls[4]).toMatchObject({ kind: 'grow', rung: 'message', text: 'abc' });
  });

  it('ends a stream before its lifetime is over and goes on in the same message', async () => {
    const { clock, replies, surface } = setUp({
      growth: 'append',
      lifetimeMs: 240_000,
      automatic: true,
      more: [createRung('message', 'replace')],
    });
    const reply = replies.start(surface, 'k');
    for (let minute = 0; minute < 6; minute++) {
      reply.push(`${minute} `);
      await clock.advance(60_000);
    }
    const ending = reply.end({ end: 'complete', notice: 'Note.' });
    await clock.advance(1_000);
    await ending;
    expect(surface.pages).toEqual(['0 1 2 3 4 5\n\nNote.']);
    expect(surface.calls.some(({ kind, at }) => kind === 'close' && at <= 241_000)).toBe(true);
  });

  it('goes on when words come again after a stream ended in a pause with nothing more to show', async () => {
    const { clock, replies, surface } = setUp({
      automatic: true,
      growth: 'append',
      lifetimeMs: 3_000,
      more: [createRung('message', 'replace')],
    });
    const reply = replies.start(surface, 'k');
    reply.push('One two ');
    await clock.advance(10_000);
    const before = surface.calls.length;
    for (let word = 0; word < 20; word++) {
      reply.push(`word ${word} `);
      await clock.advance(500);
    }
    expect(surface.calls.length).toBeGreaterThan(before + 5);
    const ending = reply.end({ end: 'complete' });
    await clock.advance(1_000);
    expect((await ending).complete).toBe(true);
  });

  it('shows what comes after a pause of the model, though nobody else wakes the scheduler', async () => {
    const { clock, replies, surface } = setUp({ automatic: true, scopes: five });
    const reply = replies.start(surface, 'k');
    reply.push('Well, ');
    await clock.advance(5_000);
    for (let word = 0; word < 100; word++) {
      reply.push(`word ${word} `);
      await clock.advance(100);
    }
    expect(surface.calls.length).toBeGreaterThan(7);
    expect(surface.pages[0]).toContain('word 9');
  });

  it('delivers all of a stream that has more left than fits on it, with its notice', async () => {
    const stops = [{ id: 'stops', calls: 1, perMs: 60_000, shape: 'window' as const }];
    const stream = { ...createRung('stream', 'append', 1_000), scopes: { open: [], grow: [], close: stops } };
    const { clock, replies } = setUp();
    const blocker = createFakeSurface({ automatic: true, now: clock.now, rungs: [stream] });
    const blocking = replies.start(blocker, 'a');
    blocking.push('one. ');
    await clock.advance(100);
    void blocking.end({ end: 'complete' });
    await clock.advance(1_000);
    const surface = createFakeSurface({
      automatic: true,
      now: clock.now,
      rungs: [stream, createRung('message', 'replace')],
    });
    const reply = replies.start(surface, 'b');
    reply.push('Begin. ');
    await clock.advance(1_000);
    const text = 'A sentence that is neither long nor short. '.repeat(60);
    reply.push(text);
    const ending = reply.end({ end: 'complete', notice: 'Note.' });
    await clock.advance(180_000);
    expect(await ending).toEqual({ text: `Begin. ${text}`, complete: true });
    expect(surface.pages.at(-1)).toMatch(/Note\.$/);
    expect(surface.pages.join(' ').match(/sentence/g)).toHaveLength(60);
  });

  /** Four replies at once that may be streams with few appends, or messages; each gets so many words. */
  async function talk(words: number, change: Partial<Rung>, posts: number, updates: number) {
    const scope = (id: string, calls: number) => [{ id, calls, perMs: 60_000, shape: 'bucket' as const }];
    const stream = {
      ...createRung('stream', 'append', 10_000),
      scopes: { open: scope('start', 20), grow: scope('append', 6), close: scope('stop', 20) },
    };
    const message = {
      ...createRung('message', 'replace', 10_000),
      ...change,
      scopes: { open: scope('post', posts), grow: scope('update', updates), close: scope('update', updates) },
    };
    const { clock, replies } = setUp();
    const talks = [0, 1, 2, 3].map((number) => {
      const surface = createFakeSurface({ automatic: true, now: clock.now, rungs: [stream, message] });
      return { surface, reply: replies.start(surface, `k${number}`) };
    });
    for (let word = 0; word < words; word++) {
      for (const { reply } of talks) reply.push(`word${word} `);
      await clock.advance(60);
    }
    const endings = talks.map(({ reply }) => reply.end({ end: 'complete' }));
    await clock.advance(60_000);
    expect((await Promise.all(endings)).every(({ complete }) => complete)).toBe(true);
    for (const { surface } of talks) {
      expect(surface.pages.join(' ').match(/word\d+/g)).toHaveLength(words);
    }
    return talks.map(({ surface }) => surface.calls.map(({ kind, rung }) => `${kind} ${rung}`));
  }

  it('ends streams early and edits instead where appends have become dear', async () => {
    const talks = await talk(100, {}, 1, 60);
    expect(talks.filter((calls) => calls.some((call) => call.endsWith('message'))).length).toBeGreaterThan(0);
  });

  it('goes on in further pages after a stream that ended early, where no edit can be spared', async () => {
    const talks = await talk(400, { continues: true }, 60, 1);
    const closed = talks.filter((calls) => calls.includes('close stream'));
    const after = closed.map((calls) => calls[calls.indexOf('close stream') + 1]);
    expect(after).toContain('open message');
    // Not all go where it is cheaper in the same moment: it would not be any more.
    expect(after.length).toBeLessThan(4);
  });

  it('leaves others alone where one surface throws', async () => {
    const { clock, replies, surface } = setUp({ automatic: true });
    const broken = createFakeSurface({ now: clock.now });
    broken.open = () => {
      throw new Error('broken');
    };
    const bad = replies.start(broken, 'bad');
    const good = replies.start(surface, 'good');
    bad.push('x');
    good.push('fine');
    await clock.advance(100);
    expect(surface.pages).toEqual(['fine']);
    expect(bad.gone.aborted).toBe(true);
    expect((await bad.end({ end: 'complete' })).complete).toBe(false);
  });

  it('says where its place is gone, and what had been seen', async () => {
    const { clock, replies, surface } = setUp();
    const reply = replies.start(surface, 'k');
    reply.push('seen');
    await clock.advance(20);
    surface.calls[0]!.succeed();
    await flush();
    reply.push(' unseen');
    await clock.advance(500);
    surface.calls[1]!.fail(new SurfaceError('gone', 'message deleted'));
    await flush();
    expect(reply.gone.aborted).toBe(true);
    expect(await reply.end({ end: 'complete' })).toEqual({ text: 'seen', complete: false });
  });

  it('puts a notice under the text, and outside of an open fence', async () => {
    const { clock, replies, surface } = setUp({ automatic: true });
    const reply = replies.start(surface, 'k');
    reply.push('Look:\n```js\nlet a = 1;\n');
    await clock.advance(500);
    const ending = reply.end({ end: 'complete', notice: 'It broke.' });
    await clock.advance(500);
    expect(await ending).toEqual({ text: 'Look:\n```js\nlet a = 1;\n', complete: true });
    expect(surface.pages[0]).toMatch(/let a = 1;\n```\s*\n\nIt broke\.$/);
  });

  it('puts a notice that no longer fits on a page of its own', async () => {
    const { clock, replies, surface } = setUp({ automatic: true, limit: 300 });
    const reply = replies.start(surface, 'k');
    reply.push('x'.repeat(295));
    const ending = reply.end({ end: 'complete', notice: 'A notice of some length.' });
    await clock.advance(500);
    await ending;
    expect(surface.pages).toEqual(['x'.repeat(295), 'A notice of some length.']);
  });

  it('says a notice alone where there is no text', async () => {
    const { clock, replies, surface } = setUp({ automatic: true });
    const ending = replies.start(surface, 'k').end({ end: 'complete', notice: 'Only this.' });
    await clock.advance(20);
    expect(await ending).toEqual({ text: '', complete: true });
    expect(surface.pages).toEqual(['Only this.']);
  });

  it('shows the indicator until the first words, and no longer', async () => {
    const show = vi.fn(async () => undefined);
    const { clock, replies, surface } = setUp({
      automatic: true,
      indicator: { renewMs: 8_000, scopes: [], show },
    });
    const reply = replies.start(surface, 'k');
    await clock.advance(20_000);
    expect(show).toHaveBeenCalledTimes(3);
    reply.push('a');
    await clock.advance(60_000);
    expect(show).toHaveBeenCalledTimes(3);
  });

  it('clears the indicator where no words came, and where it raced the first words', async () => {
    const clear = vi.fn(async () => undefined);
    const gate = Promise.withResolvers<void>();
    const racing = setUp({
      automatic: true,
      indicator: { renewMs: 90_000, scopes: [], show: () => gate.promise, clear },
    });
    const reply = racing.replies.start(racing.surface, 'k');
    await racing.clock.advance(20);
    reply.push('a');
    await racing.clock.advance(1_000);
    expect(clear).not.toHaveBeenCalled();
    gate.resolve();
    await flush();
    expect(clear).toHaveBeenCalledTimes(1);
  });
});
