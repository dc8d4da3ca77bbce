import { expect, it } from 'vitest';
import { simulatedDiscord } from '../../bench/live/discord.ts';
import { discordBound } from '../../bench/live/discord-bound.ts';
import { summarise } from '../../bench/live/metrics.ts';
import { simulate } from '../../bench/live/simulation.ts';
import { simulatedSlack } from '../../bench/live/slack.ts';
import { slackBound } from '../../bench/live/slack-bound.ts';
import {
  atOnce,
  mixedReply,
  oneAfterTheOther,
  type ReplyShape,
  usualReply,
  warmedUp,
} from '../../bench/live/workload.ts';

/** Two paragraphs. */
const shortReply: ReplyShape = {
  name: '100-300 tokens',
  tokens: (random) => Math.round(100 + 200 * random()),
  tokensPerSecond: 60,
};

const platforms = {
  slack: { simulated: simulatedSlack, boundOf: slackBound },
  discord: { simulated: simulatedDiscord, boundOf: discordBound },
};

/** The live room in simulated time, next to a schedule that knows the future. */
it.each(
  (
    [
      ['slack', warmedUp(atOnce(20, 'channels', usualReply), usualReply), 1.3],
      ['slack', warmedUp(atOnce(100, 'channels', usualReply), usualReply), 1.3],
      ['slack', warmedUp(oneAfterTheOther(20, 6, 'channels', usualReply), usualReply), 1.3],
      ['slack', warmedUp(oneAfterTheOther(100, 15, 'channels', usualReply), usualReply), 1.3],
      ['slack', warmedUp(oneAfterTheOther(20, 6, 'channels', mixedReply), mixedReply), 1.4],
      ['slack', warmedUp(atOnce(20, 'channels', shortReply), shortReply), 1.3],
      ['slack', warmedUp(atOnce(100, 'channels', shortReply), shortReply), 1.45],
      ['discord', warmedUp(atOnce(20, 'direct', usualReply), usualReply), 1.3],
      ['discord', warmedUp(oneAfterTheOther(100, 8, 'channels', usualReply), usualReply), 1.3],
      ...[1, 2, 3, 4, 5].map(
        (seed) =>
          [
            'discord',
            warmedUp(atOnce(20, 'channels', mixedReply, seed), mixedReply, seed + 10),
            1.3,
          ] as const,
      ),
    ] as const
  ).map(([name, load, most]) => ({ name, load, most, title: `${name}: ${load.name}` })),
)('$title: near the bound, no end late, nothing refused, nothing lost', async ({ name, load, most }) => {
  const { simulated, boundOf } = platforms[name];
  const { results, refusals } = await simulate(load, simulated(load.spread, 1));
  const summary = summarise(results);
  const bound = boundOf(load, 1);
  expect(refusals.size).toBe(0);
  expect(summary.incomplete).toBe(0);
  expect(results).toHaveLength(load.jobs.filter(({ warmUp }) => warmUp !== true).length);
  expect(summary.meanLag / bound.meanLag).toBeLessThan(most);
  expect(summary.p95Lag / bound.p95Lag).toBeLessThan(most + 0.2);
  expect(summary.finalWorst / bound.finalWorst).toBeLessThan(3.5);
});
