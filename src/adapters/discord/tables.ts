import { closesFence, type Fence, openedFence } from '../../core/live/fences.ts';
import { startsTable } from '../../core/live/tables.ts';

/**
 * Discord knows no tables: each is shown as a code block with its columns lined up. Where that would make the
 * message longer than `limit`, its rows stand in the block as the model wrote them; where even that is too
 * long, the text stays as it is. Tables in quotes and lists are left alone.
 */
export function showTables(text: string, limit: number): string {
  if (!text.includes('|')) return text;
  for (const draw of [drawAligned, drawPlain]) {
    const shown = replaceTables(text, draw);
    if (shown.length <= limit) return shown;
  }
  return text;
}

type Draw = (rows: readonly string[]) => readonly string[];

function replaceTables(text: string, draw: Draw): string {
  const lines = text.split('\n');
  const shown: string[] = [];
  let fence: Fence | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (fence !== undefined) {
      if (closesFence(line, fence)) fence = undefined;
    } else if (isHead(line, lines[index + 1])) {
      let end = index + 2;
      while (end < lines.length && lines[end]!.includes('|')) end++;
      shown.push('```', ...draw(lines.slice(index, end)), '```');
      index = end - 1;
      continue;
    } else {
      fence = openedFence(line, 0);
    }
    shown.push(line);
  }
  return shown.join('\n');
}

function isHead(line: string, rule: string | undefined): boolean {
  return rule !== undefined && /^ {0,3}[^\s>]/.test(line) && line.includes('|') && startsTable(line, rule);
}

function drawPlain(rows: readonly string[]): readonly string[] {
  return rows.map(disarm);
}

function drawAligned([head = '', , ...body]: readonly string[]): readonly string[] {
  const rows = [head, ...body].map((row) =>
    toCells(disarm(row)).map((text) => ({ text, width: widthOf(text) })),
  );
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.width ?? 0)));
  const drawn = rows.map((cells) =>
    widths
      .map((width, column) => {
        const { text, width: own } = cells[column] ?? nothing;
        return text + ' '.repeat(width - own);
      })
      .join(' │ ')
      .trimEnd(),
  );
  return [drawn[0]!, widths.map((width) => '─'.repeat(width)).join('─┼─'), ...drawn.slice(1)];
}

function toCells(row: string): string[] {
  const inner = row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** A run of backticks would end the block. */
function disarm(row: string): string {
  return row.replace(/`{3,}/g, (run) => run.split('').join('\u200b'));
}

/** Columns of a fixed-width font; East Asian characters and most emoji take two. */
function widthOf(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

const nothing = { text: '', width: 0 };
/** Making one takes far longer than using it, and every edit draws its tables anew. */
const segmenter = new Intl.Segmenter();
const plain = /^[ -~]*$/;
const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
