import {
  type APIApplicationCommand,
  type APIApplicationCommandBasicOption,
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type REST,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  Routes,
} from 'discord.js';
import type { CommandOption, CommandSpec } from '../../core/ports.ts';

/**
 * Registers the commands for servers and direct messages, where the set differs from what Discord has:
 * registering is limited per day. Resolves to true where it had to. Rejects where Discord refuses.
 */
export async function registerCommands(
  rest: REST,
  application: string,
  specs: readonly CommandSpec[],
): Promise<boolean> {
  const route = Routes.applicationCommands(application);
  const registered = (await rest.get(route)) as APIApplicationCommand[];
  const wanted = specs.map(toBody);
  if (fingerprint(registered) === fingerprint(wanted)) return false;
  await rest.put(route, { body: wanted });
  return true;
}

function toBody(spec: CommandSpec): RESTPostAPIChatInputApplicationCommandsJSONBody {
  return {
    type: ApplicationCommandType.ChatInput,
    name: spec.name,
    description: spec.description,
    integration_types: [ApplicationIntegrationType.GuildInstall],
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    // Discord wants the required ones first.
    options: spec.options
      .toSorted((one, other) => Number(other.required) - Number(one.required))
      .map(toOption),
  };
}

function toOption(option: CommandOption): APIApplicationCommandBasicOption {
  const { name, description, required, kind, maxLength, least, most, choices } = option;
  const common = { name, description, required };
  if (kind === 'file') return { ...common, type: ApplicationCommandOptionType.Attachment };
  if (kind === 'number') {
    return {
      ...common,
      type: ApplicationCommandOptionType.Integer,
      ...(least === undefined ? {} : { min_value: least }),
      ...(most === undefined ? {} : { max_value: most }),
    };
  }
  if (choices !== undefined && choices.length > 0) {
    return {
      ...common,
      type: ApplicationCommandOptionType.String,
      choices: choices.map(({ label, value }) => ({ name: label, value })),
    };
  }
  const limit = maxLength === undefined ? {} : { max_length: Math.min(maxLength, 6000) };
  return { ...common, type: ApplicationCommandOptionType.String, ...limit };
}

type Command = APIApplicationCommand | RESTPostAPIChatInputApplicationCommandsJSONBody;

/** What matters of a set of commands, whatever Discord adds to it and in whatever order. */
function fingerprint(commands: readonly Command[]): string {
  const normal = commands.map((command) => ({
    type: command.type ?? ApplicationCommandType.ChatInput,
    name: command.name,
    description: 'description' in command ? command.description : '',
    integrationTypes: [...(command.integration_types ?? [])].sort(),
    contexts: [...(command.contexts ?? [])].sort(),
    options: (command.options ?? []).map((option: APIApplicationCommandOption) => [
      option.type,
      option.name,
      option.description,
      option.required ?? false,
      'max_length' in option ? (option.max_length ?? null) : null,
      'min_value' in option ? (option.min_value ?? null) : null,
      'max_value' in option ? (option.max_value ?? null) : null,
      'choices' in option ? (option.choices ?? []).map(({ name, value }) => [name, value]) : [],
    ]),
  }));
  return JSON.stringify(normal.sort((one, other) => one.name.localeCompare(other.name)));
}
