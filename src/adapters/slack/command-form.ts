import type { types } from '@slack/bolt';
import type { CommandOption, CommandSpec } from '../../core/ports.ts';
import { type Form, type FormInput, toLabel } from './forms.ts';

/** Id of the form of a command. */
export function commandFormId({ name }: Pick<CommandSpec, 'name'>): string {
  return `parley:command:${name}`;
}

/** A form that asks for the options of a command. Slack's commands carry no files, so those are left out. */
export function toCommandForm(spec: CommandSpec, note: Form['note']): Form {
  return {
    id: commandFormId(spec),
    title: spec.description,
    note,
    inputs: spec.options
      .filter(({ kind }) => kind !== 'file')
      .map(
        (option, index): FormInput => ({
          name: option.name,
          label: option.description,
          optional: !option.required,
          element: toElement(option, index === 0),
        }),
      ),
  };
}

function toElement(option: CommandOption, isFirst: boolean): types.InputBlock['element'] {
  const { name, kind, least, most, choices, maxLength = mostText } = option;
  if (choices !== undefined) return toSelect(name, choices);
  if (kind !== 'number') {
    const length = Math.min(maxLength, mostText);
    return { type: 'plain_text_input', action_id: name, multiline: isFirst, max_length: length };
  }
  if (least !== undefined && most !== undefined && most - least < fewNumbers) {
    const numbers = Array.from({ length: most - least + 1 }, (_, index) => String(least + index));
    return toSelect(
      name,
      numbers.map((value) => ({ label: value, value })),
    );
  }
  return {
    ...{ type: 'number_input', action_id: name, is_decimal_allowed: false },
    ...(least === undefined ? {} : { min_value: String(least) }),
    ...(most === undefined ? {} : { max_value: String(most) }),
  };
}

function toSelect(name: string, choices: NonNullable<CommandOption['choices']>): types.StaticSelect {
  const options = choices.map(({ label, value }) => ({ text: toLabel(label, mostChoice), value }));
  return { type: 'static_select', action_id: name, options };
}

/** So many numbers are chosen from a list. */
const fewNumbers = 10;
const mostText = 3_000;
const mostChoice = 75;
