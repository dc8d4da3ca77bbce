import { invalidAt } from './api-fault.ts';
import type { SeenInput, SeenModal } from './types.ts';

const types = { row: 1, input: 4 } as const;
const most = { title: 45, customId: 100, rows: 5, label: 45, placeholder: 100, text: 4000 } as const;

type Path = readonly [string, ...(string | number)[]];
type Json = Readonly<Record<string, unknown>>;

/** Checks a form as a bot sends it. @throws ApiFault 50035 */
export function readModal(data: Json): SeenModal {
  const rows = data.components;
  if (!Array.isArray(rows) || rows.length < 1 || rows.length > most.rows) {
    throw badLength(['data', 'components'], 1, most.rows);
  }
  const inputs = rows.map((row: Json, at) => readRow(row, ['data', 'components', at]));
  if (new Set(inputs.map(({ customId }) => customId)).size < inputs.length) {
    const message = 'Component custom id cannot be duplicated.';
    throw invalidAt(['data', 'components'], 'COMPONENT_CUSTOM_ID_DUPLICATED', message);
  }
  return {
    customId: readText(data.custom_id, ['data', 'custom_id'], 1, most.customId),
    title: readText(data.title, ['data', 'title'], 1, most.title),
    inputs,
  };
}

/** Says why a client would not let a value pass; undefined where it would. */
export function faultOfInput(input: SeenInput, value: string | undefined): string | undefined {
  const { length } = value ?? '';
  if (length === 0 && !input.required) return undefined;
  if (length < Math.max(input.minLength, input.required ? 1 : 0)) return `${input.customId} is too short.`;
  return length > input.maxLength ? `${input.customId} is too long.` : undefined;
}

function readRow(row: Json, path: Path): SeenInput {
  const inputs = row.components;
  if (row.type !== types.row) throw invalidAt([...path, 'type'], 'UNION_TYPE_CHOICES', 'Not a row.');
  if (!Array.isArray(inputs) || inputs.length !== 1) throw badLength([...path, 'components'], 1, 1);
  return readInput(inputs[0], [...path, 'components', 0]);
}

function readInput(input: Json, path: Path): SeenInput {
  if (input.type !== types.input) {
    throw invalidAt([...path, 'type'], 'UNION_TYPE_CHOICES', 'The stand-in knows only text inputs.');
  }
  if (input.style !== 1 && input.style !== 2) {
    throw invalidAt([...path, 'style'], 'BASE_TYPE_CHOICES', 'Not a style.');
  }
  return {
    customId: readText(input.custom_id, [...path, 'custom_id'], 1, most.customId),
    label: readText(input.label, [...path, 'label'], 1, most.label),
    placeholder: readText(input.placeholder ?? '', [...path, 'placeholder'], 0, most.placeholder),
    required: input.required !== false,
    minLength: readNumber(input.min_length ?? 0, [...path, 'min_length'], 0),
    maxLength: readNumber(input.max_length ?? most.text, [...path, 'max_length'], 1),
    long: input.style === 2,
  };
}

function readText(value: unknown, path: Path, least: number, longest: number): string {
  if (typeof value === 'string' && value.length >= least && value.length <= longest) return value;
  throw badLength(path, least, longest);
}

function readNumber(value: unknown, path: Path, least: number): number {
  if (typeof value === 'number' && value >= least && value <= most.text) return value;
  throw invalidAt(path, 'NUMBER_TYPE_MAX', `int value should be between ${least} and ${most.text}.`);
}

function badLength(path: Path, least: number, longest: number) {
  return invalidAt(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${least} and ${longest} in length.`);
}
