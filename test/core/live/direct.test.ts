import { describe, expect, it } from 'vitest';
import { SurfaceError } from '../../../src/core/errors.ts';
import { createLiveReplies } from '../../../src/core/live/replies.ts';
import type { DirectSurface, Ending } from '../../../src/core/ports.ts';
import { flush } from '../../fakes/clock.ts';
import { createInstruments } from '../../fakes/instruments.ts';

function setUp(change: Partial<DirectSurface> = {}) {
  const deltas: string[] = [];
  const endings: Ending[] = [];
  const shown = Promise.withResolvers<void>();
  const surface: DirectSurface = {
    push: (delta) => void deltas.push(delta),
    end(ending) {
      endings.push(ending);
      return shown.promise;
    },
    ...change,
  };
  const instruments = createInstruments();
  const replies = createLiveReplies(instruments);
  return { deltas, endings, shown, replies, reply: replies.start(surface, 'k'), ...instruments };
}

describe('a reply in a place without limits', () => {
  it('passes each delta on at once', () => {
    const { reply, deltas } = setUp();
    reply.push('One');
    expect(deltas).toEqual(['One']);
    reply.push(' two');
    expect(deltas).toEqual(['One', ' two']);
    expect(reply.gone.aborted).toBe(false);
  });

  it('passes the whole ending on, once, and is delivered when it is shown', async () => {
    const { reply, replies, endings, deltas, shown } = setUp();
    const usage = { inputTokens: 3, outputTokens: 2, cachedTokens: 1 };
    const ending: Ending = {
      end: 'failed',
      notice: 'No.',
      code: 'rate-limited',
      retryAfterMs: 1_500,
      usage,
    };
    reply.push('One');
    const events: string[] = [];
    const delivery = reply.end(ending);
    void delivery.then(() => events.push('delivered'));
    void replies.settled().then(() => events.push('settled'));
    await flush();
    expect(events).toEqual([]);
    shown.resolve();
    expect(await delivery).toEqual({ text: 'One', complete: true });
    await flush();
    expect(events.toSorted()).toEqual(['delivered', 'settled']);
    reply.push(' more');
    expect(await reply.end({ end: 'complete' })).toEqual({ text: 'One', complete: true });
    expect(endings).toEqual([ending]);
    expect(deltas).toEqual(['One']);
  });

  it.each([
    [new SurfaceError('gone', 'the output is closed'), 'gone', 'info'],
    [new Error('broken'), 'unknown', 'error'],
  ] as const)('is undelivered where its end fails with %s', async (error, fault, level) => {
    const { reply, replies, counters, logger } = setUp({ end: () => Promise.reject(error) });
    reply.push('One');
    expect(await reply.end({ end: 'complete' })).toEqual({ text: 'One', complete: false });
    await replies.settled();
    expect(counters.snapshot()).toEqual({ [`reply.fault.${fault}`]: 1 });
    expect(logger.lines).toEqual([expect.objectContaining({ level })]);
  });

  it('has shown what came before its place was gone', async () => {
    const gone = new AbortController();
    const { reply, deltas, endings, shown } = setUp({ gone: gone.signal });
    reply.push('seen');
    gone.abort();
    expect(reply.gone.aborted).toBe(true);
    reply.push(' unseen');
    shown.resolve();
    expect(await reply.end({ end: 'stopped' })).toEqual({ text: 'seen', complete: false });
    expect(deltas).toEqual(['seen']);
    expect(endings).toEqual([{ end: 'stopped' }]);
  });
});
