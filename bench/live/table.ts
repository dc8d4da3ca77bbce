import type { Line } from './line.ts';

/** The figures as a Markdown table: of each row the bots, and the bound for Parley's emissions. */
export function toTable(lines: readonly Line[]): string {
  const rows: (readonly string[])[] = [head, head.map((_, index) => (index < 2 ? '---' : '---:'))];
  for (const line of lines) {
    rows.push(toCells(line));
    const next = lines[lines.indexOf(line) + 1];
    const parley = lines.find(({ row, bot }) => row === line.row && bot === 'parley');
    if (next?.row !== line.row) rows.push(boundCells(parley ?? line));
  }
  return `${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

const head = [
  'row',
  'who',
  'mention to first words',
  'first-words overhead',
  'mean lag',
  'p95 lag',
  'final lag, median',
  'worst',
  'calls per reply',
  '429s (most of a method in the first minute, in a later one)',
  'incomplete',
  'CPU s per 1,000 tokens',
  'peak MB',
  'stand-in delay ms',
];

function toCells(line: Line): readonly string[] {
  const { summary, bound } = line;
  const compared = (value: number, best: number) => `${seconds(value)} (${(value / best).toFixed(2)}x)`;
  return [
    line.bot === 'parley' ? line.row.name : '',
    line.bot,
    seconds(summary.firstWords),
    compared(summary.firstOverhead, bound.firstOverhead),
    compared(summary.meanLag, bound.meanLag),
    compared(summary.p95Lag, bound.p95Lag),
    compared(summary.finalMedian, bound.finalMedian),
    compared(summary.finalWorst, bound.finalWorst),
    summary.callsPerReply.toFixed(1),
    line.refused === 0 ? '0' : `${line.refused} (${line.refusedAtFirst}, ${line.refusedLater})`,
    String(line.incomplete),
    line.cpuSecondsPer1000Tokens.toFixed(3),
    line.peakMegabytes.toFixed(0),
    line.standInDelayMs.toFixed(0),
  ];
}

function boundCells({ bound }: Line): readonly string[] {
  const { firstOverhead, meanLag, p95Lag, finalMedian, finalWorst } = bound;
  const figures = [firstOverhead, meanLag, p95Lag, finalMedian, finalWorst].map(seconds);
  return ['', 'bound', '', ...figures, '', '', '', '', '', ''];
}

function seconds(value: number): string {
  return value.toFixed(2);
}
