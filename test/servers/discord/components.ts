import { invalidAt } from './api-fault.ts';
import type { SeenButton } from './types.ts';

const types = { row: 1, button: 2 } as const;
const most = { rows: 5, buttons: 5, customId: 100, label: 80 } as const;

/** What of a component is looked at. */
interface Component {
  readonly type?: unknown;
  readonly style?: unknown;
  readonly label?: unknown;
  readonly emoji?: unknown;
  readonly url?: unknown;
  readonly disabled?: unknown;
  readonly custom_id?: unknown;
  readonly components?: readonly Component[];
}

/**
 * Checks the components of a message: rows of buttons, and nothing else.
 * @throws ApiFault 50035
 */
export function readComponents(value: unknown): readonly unknown[] | undefined {
  if (value === undefined) return undefined;
  const rows = (value ?? []) as readonly Component[];
  if (!Array.isArray(rows) || rows.length > most.rows) {
    throw invalidAt(['components'], 'BASE_TYPE_BAD_LENGTH', `Must be between 0 and ${most.rows} in length.`);
  }
  const ids = new Set<string>();
  for (const [at, row] of rows.entries()) {
    const path = ['components', at] as const;
    if (row.type !== types.row) throw invalidAt([...path, 'type'], 'UNION_TYPE_CHOICES', 'Not a row.');
    const buttons = row.components ?? [];
    if (buttons.length < 1 || buttons.length > most.buttons) {
      const message = `Must be between 1 and ${most.buttons} in length.`;
      throw invalidAt([...path, 'components'], 'BASE_TYPE_BAD_LENGTH', message);
    }
    for (const [place, button] of buttons.entries()) {
      checkButton(button, [...path, 'components', place], ids);
    }
  }
  return rows;
}

function checkButton(
  { type, style, label, emoji, url, custom_id }: Component,
  path: readonly [string, ...(string | number)[]],
  ids: Set<string>,
): void {
  const refuse = (field: string, code: string, message: string) => invalidAt([...path, field], code, message);
  if (type !== types.button) throw refuse('type', 'UNION_TYPE_CHOICES', 'The stand-in knows only buttons.');
  if (typeof label === 'string' && label.length > most.label) {
    throw refuse('label', 'BASE_TYPE_MAX_LENGTH', `Must be ${most.label} or fewer in length.`);
  }
  if (!label && emoji === undefined) {
    throw refuse('label', 'BUTTON_COMPONENT_INVALID', 'A button must have a label or an emoji.');
  }
  if (style === 5) {
    if (typeof url !== 'string') throw refuse('url', 'BUTTON_COMPONENT_URL_REQUIRED', 'A url is required.');
    return;
  }
  if (![1, 2, 3, 4].includes(Number(style))) throw refuse('style', 'BASE_TYPE_CHOICES', 'Not a style.');
  if (typeof custom_id !== 'string' || custom_id.length < 1 || custom_id.length > most.customId) {
    const message = `Must be between 1 and ${most.customId} in length.`;
    throw refuse('custom_id', 'BASE_TYPE_BAD_LENGTH', message);
  }
  if (ids.has(custom_id)) {
    throw refuse('custom_id', 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated.');
  }
  ids.add(custom_id);
}

/** The buttons of checked components that can be pressed and tell the bot. */
export function toButtons(components: readonly unknown[]): readonly SeenButton[] {
  return (components as readonly Component[])
    .flatMap((row) => row.components ?? [])
    .filter(({ custom_id, disabled }) => typeof custom_id === 'string' && disabled !== true)
    .map(({ custom_id, label }) => ({ customId: String(custom_id), label: String(label ?? '') }));
}
