import { describe, expect, it } from 'vitest';
import { SurfaceError } from '../../../src/core/errors.ts';
import { createLiveReplies } from '../../../src/core/live/replies.ts';
import type { CardView } from '../../../src/core/picture-ports.ts';
import type { Scope } from '../../../src/core/ports.ts';
import { createFakeCardSurface } from '../../fakes/card-surface.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { createInstruments } from '../../fakes/instruments.ts';

const view = (text: string): CardView => ({ text, files: [], buttons: [] });

function setUp(scopes: readonly Scope[] = []) {
  const clock = createFakeClock();
  const replies = createLiveReplies({ ...createInstruments(), clock });
  const surface = createFakeCardSurface({ scopes });
  const card = replies.startCard(surface, { key: 'k' });
  return { clock, replies, surface, card };
}

describe('a card', () => {
  it('is posted at once, and then shows the newest view alone', async () => {
    const { clock, surface, card } = setUp();
    card.show(view('1'));
    await clock.advance(20);
    card.show(view('2'));
    card.show(view('3'));
    await clock.advance(20);
    expect(surface.calls.map((call) => [call.kind, call.view.text])).toEqual([['open', '1']]);
    surface.calls[0]!.succeed();
    await clock.advance(2_000);
    expect(surface.calls.slice(1).map((call) => [call.kind, call.view.text])).toEqual([['replace', '3']]);
  });

  it('keeps previews apart, and lets nobody wait for the last view', async () => {
    const { clock, surface, card } = setUp();
    card.show(view('1'));
    await clock.advance(20);
    surface.calls[0]!.succeed();
    card.show(view('2'));
    await clock.advance(500);
    expect(surface.calls).toHaveLength(1);
    const ended = card.end(view('3'));
    await clock.advance(30);
    surface.calls[1]!.succeed();
    expect(await ended).toBe(true);
    expect(surface.shown).toEqual(view('3'));
  });

  it('posts again under the next attempt where nobody knows what became of the first', async () => {
    const { clock, surface, card } = setUp();
    const ended = card.end(view('1'));
    await clock.advance(20);
    surface.calls[0]!.fail(new SurfaceError('unknown', 'no answer'));
    await clock.advance(700);
    expect(surface.calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
    surface.calls[1]!.succeed();
    expect(await ended).toBe(true);
  });

  it('waits as long as the platform asked for', async () => {
    const scope: Scope = { id: 'posts', calls: 10, perMs: 1_000, shape: 'window' };
    const { clock, surface, card } = setUp([scope]);
    const ended = card.end(view('1'));
    await clock.advance(20);
    surface.calls[0]!.fail(
      new SurfaceError('rate-limited', 'later', { retryAfterMs: 3_000, scope: 'posts' }),
    );
    await clock.advance(2_900);
    expect(surface.calls).toHaveLength(1);
    await clock.advance(400);
    expect(surface.calls).toHaveLength(2);
    surface.calls[1]!.succeed();
    expect(await ended).toBe(true);
  });

  it('leaves out a preview that is too large, and asks for a smaller last view', async () => {
    const { clock, surface, card } = setUp();
    card.show(view('1'));
    await clock.advance(20);
    surface.calls[0]!.succeed();
    card.show(view('large preview'));
    await clock.advance(2_000);
    surface.calls[1]!.fail(new SurfaceError('too-long', 'too large'));
    await clock.advance(2_000);
    expect(surface.calls).toHaveLength(2);
    const ended = card.end(view('large'), [async () => view('small'), async () => view('none')]);
    await clock.advance(20);
    surface.calls[2]!.fail(new SurfaceError('too-long', 'too large'));
    await clock.advance(20);
    surface.calls[3]!.succeed();
    expect(await ended).toBe(true);
    expect(surface.shown).toEqual(view('small'));
  });

  it('is given up where it is too large at any size', async () => {
    const { clock, replies, surface, card } = setUp();
    const ended = card.end(view('large'));
    await clock.advance(20);
    surface.calls[0]!.fail(new SurfaceError('too-long', 'too large'));
    expect(await ended).toBe(false);
    await replies.settled();
  });

  it('says at once that it is gone, and is waited for by nobody', async () => {
    const { clock, replies, surface, card } = setUp();
    card.show(view('1'));
    await clock.advance(20);
    surface.calls[0]!.fail(new SurfaceError('gone', 'no such channel'));
    await clock.advance(20);
    expect(card.gone.aborted).toBe(true);
    expect(await card.end(view('2'))).toBe(false);
    await replies.settled();
  });
});
