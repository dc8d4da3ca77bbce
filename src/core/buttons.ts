import type { CardButton, CardForm } from './picture-ports.ts';

/** What a press of a button asks for. */
export type Press = Pick<CardButton, 'command' | 'options' | 'asks'>;

/** Every form that buttons ask with. */
export const forms = {
  edit: {
    name: 'edit',
    option: 'prompt',
    title: 'Edit this picture',
    label: 'What should change?',
    example: 'make the otter blue, and let it snow',
  },
} as const satisfies Readonly<Record<string, CardForm>>;

/** A button as an id that platforms keep for us, and give back when somebody presses it. At most 100 characters. */
export function toButtonId({ command, options, asks }: Press): string {
  const values = new URLSearchParams(options);
  if (asks !== undefined) values.set(formOption, asks.name);
  return `${command}?${values}`;
}

/** Reads what {@link toButtonId} wrote; `undefined` for any other id. */
export function readButtonId(id: string): Press | undefined {
  const [, command, query] = /^([a-z]+)\?(.*)$/s.exec(id) ?? [];
  if (command === undefined) return undefined;
  const { [formOption]: form, ...options } = Object.fromEntries(new URLSearchParams(query));
  if (form === undefined) return { command, options };
  const known: Readonly<Record<string, CardForm>> = forms;
  const asks = Object.hasOwn(known, form) ? known[form] : undefined;
  return asks === undefined ? undefined : { command, options, asks };
}

const formOption = 'form';
