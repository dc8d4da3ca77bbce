import { describe, expect, it } from 'vitest';
import { ParleyError, SurfaceError } from '../../src/core/errors.ts';
import { createCall, createStores, say, setUpDirect } from './engine-fixture.ts';

const direct = 'direct:1';

describe('how a reply ends where there are no limits', () => {
  it('complete: each delta as the model gave it, and what the tokens were', async () => {
    const { engine, model, platform, idle } = setUpDirect();
    await engine.message(say('hello'));
    const call = await model.called(1);
    for (const delta of ['Hel', 'lo', ' there.\n']) call.say(delta);
    const usage = { inputTokens: 12, outputTokens: 3, cachedTokens: 4 };
    call.finish('stop', usage);
    await idle();
    expect(platform.replies).toHaveLength(1);
    expect(platform.replies[0]).toMatchObject({
      deltas: ['Hel', 'lo', ' there.\n'],
      ending: { end: 'complete', usage },
    });
    expect(platform.replies[0]!.ending).not.toHaveProperty('notice');
  });

  it('complete, with a notice beside it', async () => {
    const { engine, model, platform, idle } = setUpDirect();
    await engine.message(say('hello', { attachments: [{ name: 'a.bin' }] }));
    const call = await model.called(1);
    call.say('Half');
    call.finish('length');
    await idle();
    expect(platform.replies[0]!.ending).toEqual({
      end: 'complete',
      notice: expect.stringContaining('length limit'),
    });
  });

  it('failed: with code and when to ask again, under the text that is there', async () => {
    const { engine, model, platform, idle } = setUpDirect();
    await engine.message(say('hello'));
    const call = await model.called(1);
    call.say('Half');
    call.fail(new ParleyError('rate-limited', 'Too many.', { retryAfterMs: 9_000 }));
    await idle();
    expect(platform.replies[0]).toMatchObject({ deltas: ['Half'] });
    expect(platform.replies[0]!.ending).toEqual({
      end: 'failed',
      notice: 'Too many.',
      code: 'rate-limited',
      retryAfterMs: 9_000,
    });
  });

  it('failed: without a code where nobody knows what it was', async () => {
    const { engine, model, platform, idle } = setUpDirect();
    await engine.message(say('hello'));
    (await model.called(1)).fail(new Error('sk-secret'));
    await idle();
    expect(platform.replies[0]!.ending).toEqual({
      end: 'failed',
      notice: expect.stringMatching(/^Something went wrong on my side/),
    });
  });

  it('failed: where the store is down, before the question is taken in and for a command', async () => {
    const kept = createStores();
    const { engine, model, platform, idle } = setUpDirect(kept);
    kept.history.fail(new ParleyError('store-failed', 'No memory.'));
    await engine.message(say('hello'));
    await idle();
    await engine.command(createCall('new', { conversation: direct }));
    await idle();
    const ending = { end: 'failed', notice: 'No memory.', code: 'store-failed' };
    expect(platform.replies.map((reply) => reply.ending)).toEqual([ending, ending]);
    expect(model.calls).toHaveLength(0);
  });

  it('failed: in plain words where a command met a fault of ours; who did not ask hears nothing', async () => {
    const kept = createStores();
    const { engine, platform, idle } = setUpDirect(kept);
    kept.history.fail(new TypeError('a fault of ours'));
    await engine.message(say('hello', { to: 'thread' }));
    await engine.command(createCall('regenerate', { conversation: direct }));
    await idle();
    expect(platform.replies.map((reply) => reply.ending)).toEqual([
      { end: 'failed', notice: 'That did not work: please try again.' },
    ]);
  });

  it('stopped by a person; interrupted by a restart it has failed', async () => {
    const { engine, model, platform, idle } = setUpDirect();
    await engine.message(say('hello'));
    (await model.called(1)).say('Half');
    await platform.until(() => platform.replies[0]?.deltas.length === 1);
    engine.stop(direct);
    await idle();
    expect(platform.replies[0]!.ending).toEqual({ end: 'stopped', notice: '⏹️ Stopped.' });
    await engine.message(say('again'));
    await model.called(2);
    await engine.drain(1);
    expect(platform.replies[1]!.ending).toEqual({
      end: 'failed',
      notice: expect.stringContaining('interrupted by a restart'),
    });
  });

  it('complete, with a notice alone, for what Parley says itself', async () => {
    const { engine, platform, idle } = setUpDirect();
    await engine.message(say('/help'));
    await idle();
    expect(platform.replies[0]).toMatchObject({
      deltas: [],
      ending: { end: 'complete', notice: expect.stringContaining('I am Parley') },
    });
  });

  it('stopped, and only what was seen is remembered, where everybody has gone', async () => {
    const { engine, model, platform, history, counters, idle } = setUpDirect();
    await engine.message(say('hello'));
    const call = await model.called(1);
    call.say('Seen.');
    await platform.until(() => platform.replies[0]?.deltas.length === 1);
    platform.replies[0]!.leave();
    await idle();
    expect(call.signal.aborted).toBe(true);
    expect(platform.replies[0]!.ending).toEqual({ end: 'stopped' });
    expect(counters.snapshot()['answer.gone']).toBe(1);
    expect((await history.load(direct)).turns.at(-1)).toMatchObject({ text: 'Seen.', end: 'stopped' });
  });

  it('undelivered, and remembered, where only the end found nobody', async () => {
    const { engine, model, platform, history, counters, idle } = setUpDirect();
    const { surface } = platform;
    platform.surface = (address) => ({
      ...surface(address),
      end: () => Promise.reject(new SurfaceError('gone', 'closed')),
    });
    model.reply = () => 'Seen.';
    await engine.message(say('hello'));
    await idle();
    expect(counters.snapshot()['answer.undelivered']).toBe(1);
    expect((await history.load(direct)).turns.at(-1)).toMatchObject({ role: 'assistant', text: 'Seen.' });
  });
});
