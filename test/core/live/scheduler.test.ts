import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBudget } from '../../../src/core/live/budget.ts';
import type { Contender } from '../../../src/core/live/contender.ts';
import { createLiveReplies } from '../../../src/core/live/replies.ts';
import { createScheduler } from '../../../src/core/live/scheduler.ts';
import type { Rung, Scope } from '../../../src/core/ports.ts';
import { createFakeClock } from '../../fakes/clock.ts';
import { createInstruments } from '../../fakes/instruments.ts';
import { createFakeSurface, type FakeSurface } from '../../fakes/surface.ts';

const shared: Scope = { id: 'shared', calls: 10, perMs: 5_000, shape: 'window' };

interface Job {
  readonly startMs: number;
  readonly deltas: readonly { readonly afterMs: number; readonly text: string }[];
}

/** Runs jobs on surfaces that share scopes; every call is answered after the latency. */
async function run(
  jobs: readonly Job[],
  scopes: readonly Scope[],
  latencyMs: number,
  more: readonly Rung[] = [],
) {
  const clock = createFakeClock();
  const replies = createLiveReplies({ ...createInstruments(), clock });
  const surfaces: FakeSurface[] = [];
  const ends: Promise<unknown>[] = [];
  for (const [index, job] of jobs.entries()) {
    const surface = createFakeSurface({ scopes, more, now: clock.now });
    surfaces.push(surface);
    let answered = 0;
    const answer = () => {
      const { length } = surface.calls;
      for (; answered < length; answered++) clock.after(latencyMs, surface.calls[answered]!.succeed);
      clock.after(5, answer);
    };
    clock.after(job.startMs, () => {
      answer();
      const reply = replies.start(surface, `job-${index}`);
      let at = 0;
      for (const { afterMs, text } of job.deltas) {
        at += afterMs;
        clock.after(at, () => reply.push(text));
      }
      clock.after(at + 1, () => ends.push(reply.end({ end: 'complete' })));
    });
  }
  await clock.advance(120_000);
  const delivered = await Promise.all(ends);
  return { surfaces, delivered };
}

const job = fc.record({
  startMs: fc.integer({ min: 0, max: 3_000 }),
  deltas: fc.array(
    fc.record({
      afterMs: fc.integer({ min: 5, max: 400 }),
      text: fc.constantFrom('one ', 'two ', 'three. '),
    }),
    { minLength: 1, maxLength: 30 },
  ),
});

describe('the scheduler', () => {
  it('keeps to the limit, ends every reply whole, and never shows less than before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(job, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 500 }),
        async (jobs, latencyMs) => {
          const { surfaces, delivered } = await run(jobs, [shared], latencyMs);
          const times = surfaces.flatMap(({ calls }) => calls.map(({ at }) => at)).sort((a, b) => a - b);
          for (let index = 10; index < times.length; index++) {
            expect(times[index]! - times[index - 10]!).toBeGreaterThanOrEqual(5_000);
          }
          expect(delivered).toHaveLength(jobs.length);
          for (const [index, { deltas }] of jobs.entries()) {
            const text = deltas.map((delta) => delta.text).join('');
            expect(surfaces[index]!.pages.join('').trim()).toBe(text.trim());
            const lengths = surfaces[index]!.calls.map((call) => call.text.length);
            expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
          }
        },
      ),
      { numRuns: 6 },
    );
  }, 60_000);

  it('starves nobody: of many that talk at once each is shown again and again', async () => {
    const deltas = Array.from({ length: 100 }, () => ({ afterMs: 200, text: 'word ' }));
    const { surfaces } = await run(
      Array.from({ length: 6 }, () => ({ startMs: 0, deltas })),
      [shared],
      80,
    );
    const counts = surfaces.map(({ calls }) => calls.length);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(Math.max(...counts) - 2);
    expect(Math.min(...counts)).toBeGreaterThan(4);
  });

  it('gives first words at once to whoever asks while others talk', async () => {
    const talk = Array.from({ length: 150 }, () => ({ afterMs: 100, text: 'word ' }));
    const jobs: Job[] = Array.from({ length: 4 }, () => ({ startMs: 0, deltas: talk }));
    jobs.push({ startMs: 10_000, deltas: [{ afterMs: 10, text: 'hello' }] });
    const { surfaces } = await run(jobs, [shared], 80);
    expect(surfaces[4]!.calls[0]!.at).toBeLessThan(11_500);
  });

  it('asks a reply again only when that can change something', async () => {
    const clock = createFakeClock();
    const scheduler = createScheduler({ clock, budget: createBudget() });
    let asked = 0;
    const quiet: Contender = {
      bid() {
        asked++;
        return undefined;
      },
      outlook: () => undefined,
      opening: () => [],
      send: () => undefined,
      abandon: () => undefined,
      upkeep: () => undefined,
    };
    const busy = { ...quiet, bid: () => undefined };
    scheduler.add(quiet);
    scheduler.add(busy);
    for (let tick = 0; tick < 20; tick++) {
      scheduler.wake(busy, true);
      await clock.advance(50);
    }
    expect(asked).toBe(1);
    scheduler.wake(quiet);
    await clock.advance(50);
    expect(asked).toBe(2);
  });

  it('leaves first words their calls: courtesies take a quarter of a limit at most, and none that will be needed', async () => {
    const all: Scope = { id: 'all', calls: 20, perMs: 1_000, shape: 'window' };
    const courtesiesOf = async (count: number) => {
      const clock = createFakeClock();
      const scheduler = createScheduler({ clock, budget: createBudget() });
      let shown = 0;
      for (let index = 0; index < count; index++) {
        scheduler.add({
          bid: () => undefined,
          outlook: () => undefined,
          opening: () => [all],
          send: () => undefined,
          abandon: () => undefined,
          upkeep(_now, afford) {
            if (afford([all]) !== undefined) shown++;
            return undefined;
          },
        });
      }
      await clock.advance(50);
      return shown;
    };
    expect(await courtesiesOf(3)).toBe(3);
    expect(await courtesiesOf(12)).toBe(5);
    expect(await courtesiesOf(18)).toBe(2);
    expect(await courtesiesOf(40)).toBeLessThanOrEqual(1);
  });

  it('closes nothing that shows everything with a call that is kept for a last text', async () => {
    const stops: Scope = { id: 'stops', calls: 1, perMs: 60_000, shape: 'bucket' };
    const clock = createFakeClock();
    const scheduler = createScheduler({ clock, budget: createBudget() });
    const sent: string[] = [];
    const contender = (name: string, urgency: 'tidy' | 'final', ending: () => boolean): Contender => ({
      bid: (now) =>
        ending() && !sent.includes(name)
          ? { urgency, area: 0, ageMs: 0, moves: [{ scopes: [stops] }], notBefore: now }
          : undefined,
      outlook: () =>
        urgency === 'tidy' || sent.includes(name)
          ? undefined
          : {
              ...{ remainingMs: 5_000, likelyMs: [5_000], leastMs: 5_000, usualLeastMs: 5_000, pull: 0.5 },
              grow: [],
              close: [{ scopes: [stops] }],
            },
      opening: () => [],
      send() {
        sent.push(name);
        return { scopes: [stops], settled: Promise.resolve() };
      },
      abandon: () => undefined,
      upkeep: () => undefined,
    });
    let ended = false;
    const live = contender('live', 'final', () => ended);
    scheduler.add(live);
    scheduler.add(contender('done', 'tidy', () => true));
    await clock.advance(1_000);
    expect(sent).toEqual([]);
    ended = true;
    scheduler.wake(live, true);
    await clock.advance(50);
    expect(sent).toEqual(['live']);
    await clock.advance(120_000);
    expect(sent).toEqual(['live', 'done']);
  });

  it('gives the last edits to those whose own way opens last, and lets who has a moment wait for it', async () => {
    const edits: Scope = { id: 'edits', calls: 1, perMs: 60_000, shape: 'bucket' };
    const own = (name: string): Scope => ({ id: name, calls: 1, perMs: 1_000, shape: 'window' });
    const clock = createFakeClock();
    const budget = createBudget();
    const scheduler = createScheduler({ clock, budget });
    const sent: string[] = [];
    const add = (name: string, area: number) => {
      const contender: Contender = {
        bid: (now) =>
          sent.some((call) => call.startsWith(name))
            ? undefined
            : {
                ...{ urgency: 'final', area, ageMs: 10, notBefore: now },
                moves: [{ scopes: [edits] }, { scopes: [own(name)] }],
              },
        outlook: () => undefined,
        opening: () => [],
        send(move) {
          sent.push(`${name} by ${move.scopes[0]!.id} at ${clock.now()}`);
          return { scopes: move.scopes, settled: Promise.resolve() };
        },
        abandon: () => undefined,
        upkeep: () => undefined,
      };
      scheduler.add(contender);
    };
    const posted = (name: string) => {
      const land = budget.spend([own(name)], clock.now());
      land(clock.now());
    };
    posted('early');
    await clock.advance(900);
    posted('late');
    await clock.advance(40);
    const start = clock.now();
    add('early', 1_000);
    add('late', 1);
    await clock.advance(500);
    expect(sent[0]).toBe(`late by edits at ${start}`);
    expect(sent[1]).toMatch(/^early by early at /);
    expect(Number(sent[1]!.split(' ').at(-1)) - start).toBeLessThan(100);
  });

  it('keeps asking how long a reply will go on whose model pauses', async () => {
    const clock = createFakeClock();
    const scheduler = createScheduler({ clock, budget: createBudget() });
    let told = 0;
    const way = [{ scopes: [shared] }];
    const paused: Contender = {
      bid: () => undefined,
      outlook() {
        told++;
        return {
          remainingMs: 500,
          likelyMs: [500],
          leastMs: 500,
          usualLeastMs: 500,
          pull: 0.5,
          grow: way,
          close: way,
        };
      },
      opening: () => [],
      send: () => undefined,
      abandon: () => undefined,
      upkeep: () => undefined,
    };
    const busy = { ...paused, outlook: () => undefined };
    scheduler.add(paused);
    scheduler.add(busy);
    for (let tick = 0; tick < 40; tick++) {
      scheduler.wake(busy);
      await clock.advance(50);
    }
    expect(told).toBeGreaterThan(5);
    expect(told).toBeLessThan(12);
  });
});
