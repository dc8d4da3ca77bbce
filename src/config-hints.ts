import { settingNames } from './config-settings.ts';

/** Names that begin so are meant for Parley, or for the client libraries that it uses. */
const ownPrefix =
  /^(OPENAI|DISCORD|SLACK|WEB|EMBEDDING|TRANSCRIBE|IMAGE|MAX_FILE|STORE|SYSTEM_PROMPT|DATA|LOG|MODEL)_/;

/** Settings of the openai library: not misspelt, but without effect here. */
const foreign: ReadonlySet<string> = new Set([
  'OPENAI_ADMIN_KEY',
  'OPENAI_WEBHOOK_SECRET',
  'OPENAI_LOG',
  'OPENAI_CUSTOM_HEADERS',
]);

/** Names shorter than this resemble too much that has nothing to do with Parley. */
const shortestGuess = 8;

/** What is to be said about a name in the environment that is none of Parley's; `undefined` for nothing. */
export function hintFor(name: string): string | undefined {
  const upper = name.toUpperCase();
  if (foreign.has(upper)) return `${name} is not used by Parley.`;
  const near = nearestSetting(upper);
  if (near !== undefined) return `${name} is not a setting of Parley: did you mean ${near}?`;
  if (ownPrefix.test(name)) return `${name} is not a setting of Parley and has no effect.`;
  return undefined;
}

/** The setting that a name was probably meant to be: one slip away, or two in a long name. */
function nearestSetting(upper: string): string | undefined {
  const candidates = settingNames
    .filter((setting) => setting === upper || setting.length >= shortestGuess)
    .map((setting) => ({ setting, slips: slipsBetween(upper, setting) }))
    .filter(({ setting, slips }) => slips <= (setting.length >= 12 ? 2 : 1))
    .toSorted((left, right) => left.slips - right.slips);
  return candidates[0]?.setting;
}

/** Letters left out, added, replaced or swapped with their neighbour (optimal string alignment). */
export function slipsBetween(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= left.length; row += 1) {
    rows[row] = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = at(row - 1, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1);
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      rows[row]![column] = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        replaced,
        swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
  }
  return at(left.length, right.length);
}
