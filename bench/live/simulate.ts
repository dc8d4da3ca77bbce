import type { Bound } from './bound.ts';
import { simulatedDiscord } from './discord.ts';
import { discordBound } from './discord-bound.ts';
import { type Summary, summarise } from './metrics.ts';
import { type SimulatedRun, simulate } from './simulation.ts';
import { simulatedSlack } from './slack.ts';
import { slackBound } from './slack-bound.ts';
import {
  atOnce,
  inWaves,
  mixedReply,
  slowReply,
  steady,
  usualReply,
  type Workload,
  warmedUp,
} from './workload.ts';

/** Options of {@link benchSimulation}. */
export interface SimulationOptions {
  /** Only loads whose platform and name have this text. */
  readonly only: string;
  /** How much of a limit can be used at once: 1, 0.2, 0.1. */
  readonly burst: number;
}

/** Prints, for each load, what the scheduler does in simulated time, next to the bound. */
export async function benchSimulation({ only, burst }: SimulationOptions): Promise<void> {
  for (const { name, platform, boundOf } of platforms) {
    for (const load of createLoads()) {
      if (!`${name} ${load.name}`.includes(only)) continue;
      const run = await simulate(load, platform(load.spread, burst));
      const line = toText(summarise(run.results), boundOf(load, burst), run, load);
      process.stdout.write(`${name.padEnd(8)}${load.name.padEnd(38)} ${line}\n`);
    }
  }
}

const platforms = [
  { name: 'slack', platform: simulatedSlack, boundOf: slackBound },
  { name: 'discord', platform: simulatedDiscord, boundOf: discordBound },
];

function createLoads(): readonly Workload[] {
  const usual = (count: number, spread: Workload['spread']) =>
    warmedUp(atOnce(count, spread, usualReply), usualReply);
  return [
    ...[1, 5, 20, 100, 300].map((count) => usual(count, 'channels')),
    ...(['threads', 'direct'] as const).flatMap((spread) => [20, 100].map((count) => usual(count, spread))),
    ...[mixedReply, slowReply].flatMap((shape) => {
      const load = atOnce(20, 'channels', shape);
      return [warmedUp(load, shape), { ...load, name: `${load.name}, unlearned` }];
    }),
    inWaves(20, 4, 75, 'channels', usualReply),
    steady(10, 10, 'channels', usualReply),
  ];
}

function toText(summary: Summary, bound: Bound, run: SimulatedRun, { jobs }: Workload): string {
  const compare = (value: number, best: number) =>
    `${value.toFixed(2).padStart(6)}/${best.toFixed(2).padStart(5)}=${(value / best).toFixed(2).padStart(5)}`;
  const refused = [...run.refusals.values()].reduce((sum, times) => sum + times.length, 0);
  const late = [...run.refusals.values()].flat().filter((at) => at > 60_000).length;
  const unanswered = jobs.filter(({ warmUp }) => warmUp !== true).length - run.results.length;
  return [
    `first ${compare(summary.firstOverhead, bound.firstOverhead)}`,
    `mean ${compare(summary.meanLag, bound.meanLag)}`,
    `p95 ${compare(summary.p95Lag, bound.p95Lag)}`,
    `final ${compare(summary.finalMedian, bound.finalMedian)}`,
    `worst ${compare(summary.finalWorst, bound.finalWorst)}`,
    `calls ${summary.callsPerReply.toFixed(1).padStart(5)}`,
    `429 ${refused} (${late} after a minute)`,
    `incomplete ${summary.incomplete + unanswered}`,
  ].join(' ');
}
