import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import type { BotName } from './child.ts';
import { inTurn } from './in-turn.ts';
import { type Line, toLine } from './line.ts';
import { summarise } from './metrics.ts';
import { toPicture } from './picture.ts';
import { createRows, type Row } from './rows.ts';
import { type Run, runRow, wasDisturbed } from './run.ts';
import { toTable } from './table.ts';

/** Options of {@link benchLive}. */
export interface LiveOptions {
  /** Only rows (and bots) whose name has this text. */
  readonly only?: string;
  /** All rows with all bots, the steady stream for ten minutes, and more patience. */
  readonly full: boolean;
  /** Write the table and the picture into `docs/` also after a part of the rows. */
  readonly save: boolean;
}

/** Measures live replies end to end: Parley and a comparison against local platforms, and prints one table. */
export async function benchLive({ only, full, save }: LiveOptions): Promise<void> {
  const startedAt = performance.now();
  const patienceMs = full ? 240_000 : 75_000;
  const chosen = createRows({ full }).flatMap((row) =>
    (full || only !== undefined ? row.allBots : row.bots)
      .filter((bot) => `${row.name} ${bot}`.includes(only ?? ''))
      .map((bot) => ({ row, bot })),
  );
  const measured = await inTurn(
    chosen.map(({ row, bot }) => ({ weight: row.weight, run: () => measure(row, bot, patienceMs) })),
    atATime,
  );
  const quietest: Measured[] = [];
  for (const one of measured.filter((found) => found !== undefined)) {
    const after = (performance.now() - startedAt) / 1_000 + one.run.seconds + overheadSeconds;
    const again =
      wasDisturbed(one.run) && (full || after < mostSeconds)
        ? await measure(one.row, one.run.bot, patienceMs)
        : undefined;
    quietest.push(again !== undefined && again.run.standInDelayMs < one.run.standInDelayMs ? again : one);
  }
  // Bounds take a while to compute: not while anything is measured.
  const lines = quietest.map(({ row, run }) => toLine(row, run));
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), load ${loadavg()[0]?.toFixed(1)} at the end`;
  const report = [
    `Measured in ${minutes} minutes on ${machine}, Node ${process.version}. Seconds, unless said otherwise.\n`,
    toTable(lines),
    ...lines.filter(({ refused }) => refused > 0).map(toNote),
  ].join('\n');
  process.stdout.write(`${report}\n`);
  if (only !== undefined && !save) return;
  await mkdir(new URL('images/', docs), { recursive: true });
  await writeFile(
    new URL('live-replies-figures.md', docs),
    `# Live replies: figures\n\n${explanation}\n\n${report}`,
  );
  await writeFile(new URL('images/live-replies.svg', docs), toPicture(lines));
}

interface Measured {
  readonly row: Row;
  readonly run: Run;
}

/** @returns `undefined` where the row could not be measured: that must not cost the others */
async function measure(row: Row, bot: BotName, patienceMs: number): Promise<Measured | undefined> {
  try {
    const run = await runRow(row, bot, patienceMs);
    process.stderr.write(`${toProgress(row, run)}\n`);
    return { row, run };
  } catch (error) {
    process.exitCode = 1;
    process.stderr.write(`${row.name}, ${bot}: not measured: ${error}\n`);
    return undefined;
  }
}

function toProgress({ name }: Row, run: Run): string {
  const { meanLag } = summarise(run.results);
  const disturbed = wasDisturbed(run) ? ', disturbed' : '';
  return `${name}, ${run.bot}: mean lag ${meanLag.toFixed(2)} s, ${run.refusals.length} refused, ${run.incomplete} incomplete${disturbed}`;
}

function toNote({ row, bot, refusedCalls }: Line): string {
  const calls = Object.entries(refusedCalls).map(([call, count]) => `${count} of ${call}`);
  return `- ${row.name}, ${bot}: refused were ${calls.join(', ')}`;
}

const docs = new URL('../../docs/', import.meta.url);
/** Mentions answered at the same time by rows that run side by side. */
const atATime = 46;
/** A usual run measures nothing again after so long. */
const mostSeconds = 800;
const overheadSeconds = 15;
const explanation = `Written by \`npm run bench -- live\`, which says in \`bench/live/\` what it measures and what the bound assumes. Bots
run in a process of their own, with the real SDKs, against local platforms that enforce the documented limits and take
80 ± 30 ms for a call. Before each row a bot answers six questions of its kind in direct messages. Ratios are to the
bound for the same emissions, which is one schedule that knows the future: a single figure of it can be beaten. Where a
reply was incomplete, what nobody saw counts as seen when the row ended. Where the stand-ins themselves were more than
50 ms late (99th percentile), the row was measured once more if there was time, and the quieter of the two counts: figures of rows
that still have more than that in the last column say little.`;
