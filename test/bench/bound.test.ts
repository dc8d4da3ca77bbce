import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaOf } from '../../bench/live/bound.ts';
import { simulatedDiscord } from '../../bench/live/discord.ts';
import { discordBound, windowTimes } from '../../bench/live/discord-bound.ts';
import { summarise } from '../../bench/live/metrics.ts';
import { type Supply, shareOut, type Writing } from '../../bench/live/share.ts';
import { simulate } from '../../bench/live/simulation.ts';
import { simulatedSlack } from '../../bench/live/slack.ts';
import { slackBound } from '../../bench/live/slack-bound.ts';
import { atOnce, usualReply, warmedUp } from '../../bench/live/workload.ts';

const usual = (count: number, spread: 'channels' | 'threads' | 'direct') => atOnce(count, spread, usualReply);

describe('edits under a limit of their own', () => {
  it('share a short time evenly', () => {
    expect(windowTimes(0, 4_000, 5, 5_000)).toEqual([800, 1_600, 2_400, 3_200, 4_000]);
  });

  it('are never more than a period takes, and end with the text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 5 }), (duration, calls) => {
        const periodMs = calls * 1_000;
        const times = windowTimes(0, duration, calls, periodMs);
        expect(times.at(-1)).toBeCloseTo(duration);
        let begun = times[0]!;
        let used = 0;
        for (const time of times) {
          if (time >= begun + periodMs - 0.001) [begun, used] = [time, 0];
          expect(++used).toBeLessThanOrEqual(calls);
        }
      }),
    );
  });

  it('are better than any other times that keep the limit', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(gaps, (waits) => {
        const times: number[] = [];
        let begun = Number.NEGATIVE_INFINITY;
        let used = 0;
        for (const wait of waits) {
          let time = (times.at(-1) ?? 0) + wait;
          if (time < begun + 5_000 && used === 5) time = begun + 5_000;
          if (time >= begun + 5_000) [begun, used] = [time, 0];
          used++;
          times.push(time);
        }
        const best = areaOf(0, windowTimes(0, times.at(-1)!, 5, 5_000));
        expect(best).toBeLessThanOrEqual(areaOf(0, times) * 1.000_001);
      }),
    );
  });
});

describe('sharing calls out', () => {
  const reply: Writing = { from: 0, to: 10_000, pace: 0.2 };
  const bucket =
    (calls: number, perSecond: number): Supply =>
    (ms) =>
      calls + (perSecond * ms) / 1_000;

  it('spaces the calls of equal replies evenly and gives each a last one', () => {
    const shares = shareOut([reply, { ...reply }], bucket(20, 0), 80);
    for (const { times, late } of shares) {
      expect(late).toBe(0);
      expect(times).toHaveLength(10);
      for (const [index, time] of times.entries()) expect(time).toBeCloseTo(1_000 * (index + 1), -1);
    }
  });

  it('gives faster replies more calls, by the root of their pace', () => {
    const [slow, fast] = shareOut([reply, { ...reply, pace: 0.8 }], bucket(30, 0), 80);
    expect(slow!.times).toHaveLength(10);
    expect(fast!.times).toHaveLength(20);
  });

  it('lets a reply make one call at a time', () => {
    expect(shareOut([reply], bucket(1_000, 0), 80)[0]!.times).toHaveLength(125);
  });

  it('makes last texts wait in order where there are not enough calls', () => {
    const shares = shareOut([reply, { ...reply }, { ...reply }], bucket(1, 0.1), 80);
    expect(shares.map(({ times }) => times)).toEqual([[10_000], [10_000], [10_000]]);
    expect(shares.map(({ late }) => late)).toEqual([0, 0, 10_000]);
  });

  it('never spends what has not come free, but for the fractions of calls', () => {
    const writing = fc
      .record({
        from: fc.integer({ min: 0, max: 20_000 }),
        duration: fc.integer({ min: 500, max: 60_000 }),
        pace: fc.double({ min: 0.01, max: 1, noNaN: true }),
      })
      .map(({ from, duration, pace }): Writing => ({ from, to: from + duration, pace }));
    const replies = fc.array(writing, { minLength: 1, maxLength: 12 });
    const rates = [fc.integer({ min: 0, max: 100 }), fc.double({ min: 0.1, max: 10, noNaN: true })] as const;
    fc.assert(
      fc.property(replies, ...rates, (all, calls, perSecond) => {
        const supply = bucket(calls, perSecond);
        const shares = shareOut(all, supply, 80);
        const used = shares
          .flatMap(({ times, late }) =>
            times.map((time, index) => time + (index === times.length - 1 ? late : 0)),
          )
          .sort((a, b) => a - b);
        for (const [index, time] of used.entries()) {
          expect(index + 1).toBeLessThanOrEqual(supply(time + 50) + all.length + 1);
        }
        for (const [index, { times }] of shares.entries())
          expect(times.at(-1)).toBeCloseTo(all[index]!.to, -1);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the bound', () => {
  it('shows one reply as often as one call at a time can', () => {
    const { firstOverhead, meanLag, finalWorst } = slackBound(usual(1, 'channels'), 1);
    expect([firstOverhead, finalWorst]).toEqual([0.08, 0.08]);
    expect(meanLag).toBeCloseTo(0.12, 2);
  });

  it('counts channels of replies that count, not those of the warm-up', () => {
    const load = usual(20, 'channels');
    expect(slackBound(warmedUp(load, usualReply), 1).meanLag).toBeCloseTo(slackBound(load, 1).meanLag, 2);
  });

  it('knows that a channel of Slack takes one post a second', () => {
    expect(slackBound(usual(100, 'threads'), 1).firstOverhead).toBeGreaterThan(20);
    expect(slackBound(usual(100, 'channels'), 1).firstOverhead).toBeCloseTo(0.08);
  });

  it('keeps appends for streams: messages that are short of edits have to wait', () => {
    expect(slackBound(usual(300, 'channels'), 1).finalWorst).toBeGreaterThan(20);
  });

  it('is worse where bursts are smaller', () => {
    const [whole, fifth, tenth] = [1, 1 / 5, 1 / 10].map(
      (burst) => slackBound(usual(20, 'channels'), burst).meanLag,
    );
    expect(fifth).toBeGreaterThan(whole! * 1.3);
    expect(tenth).toBeGreaterThan(fifth! * 1.3);
  });

  it('counts threads that have to be opened', () => {
    // 200 calls at 50 in any second, a quarter of which can be made before the model says anything.
    expect(discordBound(usual(100, 'channels'), 1).firstOverhead).toBeCloseTo(1.58, 1);
    expect(discordBound(usual(100, 'direct'), 1).firstOverhead).toBeCloseTo(0.58, 1);
  });

  it('knows that a hundred last texts do not fit into one second of Discord', () => {
    expect(discordBound(usual(40, 'direct'), 1).finalWorst).toBeCloseTo(0.08);
    expect(discordBound(usual(100, 'direct'), 1).finalWorst).toBeGreaterThan(0.4);
    // They begin 6.65 s into the run: 50, and 50 in each second after that.
    expect(discordBound(usual(300, 'direct'), 1).finalWorst).toBeGreaterThan(4);
  });

  it('gives one edit a second to a reply on Discord', () => {
    const { meanLag } = discordBound(usual(5, 'channels'), 1);
    expect(meanLag).toBeGreaterThan(0.48);
    expect(meanLag).toBeLessThan(0.55);
  });

  it.each([
    ['slack', 1, 'channels'],
    ['slack', 20, 'channels'],
    ['slack', 60, 'channels'],
    ['slack', 100, 'direct'],
    ['slack', 30, 'threads'],
    ['discord', 5, 'channels'],
    ['discord', 60, 'channels'],
    ['discord', 100, 'direct'],
  ] as const)('is not beaten by the scheduler itself: %s, %i, %s', async (platform, count, spread) => {
    const load = warmedUp(usual(count, spread), usualReply);
    const [simulated, boundOf] =
      platform === 'slack' ? [simulatedSlack, slackBound] : [simulatedDiscord, discordBound];
    const { results } = await simulate(load, simulated(spread, 1));
    // A call's latency varies in the simulation, and the mean of what is seen first is a little earlier.
    expect(boundOf(load, 1).meanLag).toBeLessThan(summarise(results).meanLag * 1.1);
  });
});
