import type { BotName } from './child.ts';
import {
  atOnce,
  inWaves,
  type Job,
  mixedReply,
  type ReplyShape,
  type Spread,
  slowReply,
  steady,
  usualReply,
  type Workload,
} from './workload.ts';

/** One part of the table: a platform, its limits, and what is asked. */
export interface Row {
  readonly name: string;
  readonly platform: PlatformName;
  readonly burst: number;
  readonly workload: Workload;
  /** Replies of the same kind, answered beforehand. */
  readonly rehearsal: readonly Job[];
  /** The bots that run through it in a usual run, and those of a full run. */
  readonly bots: readonly BotName[];
  readonly allBots: readonly BotName[];
  /** Mentions that are answered at the same time, about: how much of the machine it takes. */
  readonly weight: number;
  /** Replies at once, for rows that the picture shows. */
  readonly plotted?: number;
}

/** The platforms of the bench. */
export type PlatformName = 'slack' | 'discord';

/** All rows. */
export function createRows({ full }: { readonly full: boolean }): readonly Row[] {
  return (['slack', 'discord'] as const).flatMap((platform) => rowsOf(platform, full ? 10 : 3));
}

function rowsOf(platform: PlatformName, minutes: number): readonly Row[] {
  const together = (count: number, spread: Spread, shape = usualReply): Row =>
    createRow(platform, atOnce(count, spread, shape), shape, { weight: count });
  const waves = (burst: number, name: string): Row => {
    const workload = inWaves(20, 2, 60, 'channels', usualReply);
    const row = createRow(platform, workload, usualReply, { weight: 20, burst });
    return { ...row, name: `${row.name}, bursts of ${name}`, allBots: ['parley'] };
  };
  return [
    ...counts.map((count): Row => {
      const row = { ...together(count, 'channels'), plotted: count };
      return count > 100 ? row : { ...row, bots: row.allBots };
    }),
    together(20, 'threads'),
    together(100, 'threads'),
    together(20, 'direct'),
    together(100, 'direct'),
    together(20, 'channels', mixedReply),
    together(20, 'channels', slowReply),
    createRow(platform, steady(10, minutes, 'channels', usualReply), usualReply, { weight: 3 }),
    waves(1 / 5, '1/5'),
    waves(1 / 10, '1/10'),
  ];
}

function createRow(
  platform: PlatformName,
  workload: Workload,
  shape: ReplyShape,
  { weight, burst = 1 }: { readonly weight: number; readonly burst?: number },
): Row {
  return {
    name: `${platform}: ${workload.name}`,
    platform,
    burst,
    workload,
    rehearsal: atOnce(rehearsed, 'direct', shape, 3).jobs,
    bots: ['parley'],
    allBots: ['parley', 'once-a-second'],
    weight,
  };
}

const counts = [1, 5, 20, 100, 300];
const rehearsed = 6;
