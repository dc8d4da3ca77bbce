import { invalidAt, invalidField, refusals } from '../api-fault.ts';
import type { Call, Route } from '../route.ts';
import type { RegisteredCommand } from '../types.ts';
import { toApiApplication, toApiCommand } from '../wire.ts';

/** The application itself and its global commands. */
export const applicationRoutes: readonly Route[] = [
  { method: 'GET', path: '/applications/@me', handle: getApplication },
  { method: 'GET', path: '/oauth2/applications/@me', handle: getApplication },
  { method: 'GET', path: '/applications/:application/commands', handle: listCommands },
  { method: 'PUT', path: '/applications/:application/commands', handle: replaceCommands },
  { method: 'POST', path: '/applications/:application/commands', handle: createCommand },
  { method: 'PATCH', path: '/applications/:application/commands/:command', handle: changeCommand },
  { method: 'DELETE', path: '/applications/:application/commands/:command', handle: deleteCommand },
];

const namePattern = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

function getApplication({ world }: Call) {
  return { body: toApiApplication(world) };
}

function listCommands({ world }: Call) {
  return { body: [...world.commands.values()].map((command) => toApiCommand(world, command)) };
}

function replaceCommands(call: Call) {
  const { world, body } = call;
  if (!Array.isArray(body))
    throw invalidField('commands', 'LIST_TYPE_CONVERT', 'Only iterables may be used.');
  const replaced = body.map((command) => toCommand(call, command));
  world.commands.clear();
  for (const command of replaced) world.commands.set(command.name, command);
  written(call);
  return listCommands(call);
}

function createCommand(call: Call) {
  const { world } = call;
  const command = toCommand(call, call.body);
  const status = world.commands.has(command.name) ? 200 : 201;
  world.commands.set(command.name, command);
  written(call);
  return { status, body: toApiCommand(world, command) };
}

function changeCommand(call: Call) {
  const { world } = call;
  const known = findCommand(call);
  const command = { ...toCommand(call, { ...known.body, ...(call.body as object) }), id: known.id };
  world.commands.delete(known.name);
  world.commands.set(command.name, command);
  written(call);
  return { body: toApiCommand(world, command) };
}

function deleteCommand(call: Call) {
  call.world.commands.delete(findCommand(call).name);
  written(call);
  return {};
}

function written({ world }: Call): void {
  world.commandWrites += 1;
  world.touch();
}

function findCommand({ world, params }: Call): RegisteredCommand {
  const command = [...world.commands.values()].find(({ id }) => id === params.command);
  if (command === undefined) throw refusals.unknownCommand();
  return command;
}

function toCommand({ world }: Call, value: unknown): RegisteredCommand {
  const body = value as Readonly<Record<string, unknown>>;
  const name = String(body.name);
  const description = String(body.description ?? '');
  if (!namePattern.test(name) || name !== name.toLowerCase()) {
    throw invalidField('name', 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
  }
  if ((body.type ?? 1) === 1 && (description.length < 1 || description.length > 100)) {
    throw invalidField('description', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.');
  }
  checkOptions(body.options);
  return { id: world.commands.get(name)?.id ?? world.nextId(), name, description, body };
}

interface Option {
  readonly name?: unknown;
  readonly description?: unknown;
  readonly required?: unknown;
  readonly choices?: readonly { readonly name?: unknown; readonly value?: unknown }[];
}

/** @throws ApiFault 50035 */
function checkOptions(value: unknown): void {
  const options = (value ?? []) as readonly Option[];
  if (options.length > 25) {
    throw invalidField('options', 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer in length.');
  }
  for (const [at, { name, description, required, choices = [] }] of options.entries()) {
    const path = ['options', at] as const;
    if (!namePattern.test(String(name))) {
      const message = 'Command name is invalid';
      throw invalidAt([...path, 'name'], 'APPLICATION_COMMAND_INVALID_NAME', message);
    }
    if (!hasLength(description, 100)) throw badLength([...path, 'description'], 100);
    if (required === true && at > 0 && options[at - 1]?.required !== true) {
      const message = 'Required options must be placed before non-required options';
      throw invalidAt(path, 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', message);
    }
    if (choices.length > 25) throw badLength([...path, 'choices'], 25);
    for (const [place, choice] of choices.entries()) {
      if (!hasLength(choice.name, 100)) throw badLength([...path, 'choices', place, 'name'], 100);
      const isNumber = typeof choice.value === 'number';
      if (!isNumber && !hasLength(choice.value, 100))
        throw badLength([...path, 'choices', place, 'value'], 100);
    }
  }
}

function hasLength(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length >= 1 && value.length <= most;
}

function badLength(path: Parameters<typeof invalidAt>[0], most: number) {
  return invalidAt(path, 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${most} in length.`);
}
