import type { Bound } from './bound.ts';
import { discordBound } from './discord-bound.ts';
import { type Summary, summarise } from './metrics.ts';
import type { Row } from './rows.ts';
import type { Run } from './run.ts';
import { slackBound } from './slack-bound.ts';

/** What came of one bot in one row, next to what the bound could have done with the same emissions. */
export interface Line {
  readonly row: Row;
  readonly bot: Run['bot'];
  readonly summary: Summary;
  readonly bound: Bound;
  readonly incomplete: number;
  readonly refused: number;
  /** Of one method in the first minute, at most. */
  readonly refusedAtFirst: number;
  /** Of one method in a later minute, at most. */
  readonly refusedLater: number;
  /** Methods that were refused, and how often. */
  readonly refusedCalls: Readonly<Record<string, number>>;
  readonly cpuSecondsPer1000Tokens: number;
  readonly peakMegabytes: number;
  readonly standInDelayMs: number;
}

/** Sums up a run. */
export function toLine(row: Row, run: Run): Line {
  const boundOf = row.platform === 'slack' ? slackBound : discordBound;
  const mostPerMinute = (refusals: Run['refusals']) => {
    const minutes = countBy(refusals, ({ atMs, call }) => `${call} ${Math.floor(atMs / minuteMs)}`);
    return Math.max(0, ...Object.values(minutes));
  };
  return {
    row,
    bot: run.bot,
    summary: summarise(run.results),
    bound: boundOf(run.workload, row.burst),
    incomplete: run.incomplete,
    refused: run.refusals.length,
    refusedAtFirst: mostPerMinute(run.refusals.filter(({ atMs }) => atMs < minuteMs)),
    refusedLater: mostPerMinute(run.refusals.filter(({ atMs }) => atMs >= minuteMs)),
    refusedCalls: countBy(run.refusals, ({ call }) => call),
    cpuSecondsPer1000Tokens: (run.cost.cpuSeconds * 1_000) / run.tokens,
    peakMegabytes: run.cost.peakMegabytes,
    standInDelayMs: run.standInDelayMs,
  };
}

const minuteMs = 60_000;

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
