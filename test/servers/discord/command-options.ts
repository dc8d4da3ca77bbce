import { storeFile, toApiAttachment } from './cdn.ts';
import type { OptionValue, RegisteredCommand } from './types.ts';
import type { World } from './world.ts';

const types = { text: 3, integer: 4, boolean: 5, number: 10, file: 11 } as const;

/** Options of a call as Discord sends them. */
export interface GivenOptions {
  readonly options: readonly { readonly name: string; readonly type: number; readonly value: unknown }[];
  readonly resolved?: { readonly attachments: Readonly<Record<string, unknown>> };
}

/** What of a registered option a client looks at. */
interface Registered {
  readonly name: string;
  readonly type: number;
  readonly choices?: readonly { readonly value: unknown }[];
  readonly min_value?: number;
  readonly max_value?: number;
  readonly max_length?: number;
}

/**
 * What somebody gives for the options of a command.
 * @throws Error where a client would not let them, for the test that did
 */
export function toGivenOptions(
  world: World,
  command: RegisteredCommand | undefined,
  given: Readonly<Record<string, OptionValue>>,
): GivenOptions {
  const registered = command?.body.options as readonly Registered[] | undefined;
  const files: Record<string, unknown> = {};
  const options = Object.entries(given).map(([name, value]) => {
    const option = registered?.find((candidate) => candidate.name === name);
    const type = option?.type ?? typeOf(value);
    if (command !== undefined) check(name, option, value);
    if (typeof value !== 'object') return { name, type, value };
    const file = storeFile(world, `ephemeral-attachments/${world.applicationId}`, value);
    files[file.id] = { ...toApiAttachment(world, file), ephemeral: true };
    return { name, type, value: file.id };
  });
  return { options, ...(Object.keys(files).length === 0 ? {} : { resolved: { attachments: files } }) };
}

function typeOf(value: OptionValue): number {
  if (typeof value === 'string') return types.text;
  if (typeof value === 'boolean') return types.boolean;
  if (typeof value === 'number') return Number.isInteger(value) ? types.integer : types.number;
  return types.file;
}

function check(name: string, option: Registered | undefined, value: OptionValue): void {
  const refuse = (why: string) => new Error(`A client does not let a person give ${name}: ${why}.`);
  if (option === undefined) throw refuse('there is no such option');
  const { type, choices, min_value, max_value, max_length } = option;
  const fits = type === types.number ? typeof value === 'number' : typeOf(value) === type;
  if (!fits) throw refuse(`it is no option of type ${type}`);
  if (choices !== undefined && choices.length > 0 && !choices.some((choice) => choice.value === value)) {
    throw refuse('it is none of the choices');
  }
  if (typeof value === 'number' && (value < (min_value ?? value) || value > (max_value ?? value))) {
    throw refuse(`it is not between ${min_value} and ${max_value}`);
  }
  if (typeof value === 'string' && value.length > (max_length ?? 6000)) throw refuse('it is too long');
}
