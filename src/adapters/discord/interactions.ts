import {
  type APIAttachment,
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type Client,
  InteractionType,
} from 'discord.js';
import type { CommandSpec, Counters, Inbox, Logger } from '../../core/ports.ts';
import { threadKey } from './address.ts';
import type { Attachments } from './attachments.ts';
import type { InteractionAnswers } from './interaction-answers.ts';
import { conversationHere, toAnswerAddress } from './interaction-place.ts';
import { toAuthor } from './people.ts';
import type { Presses } from './presses.ts';

/** Options of {@link createInteractions}. */
export interface InteractionsOptions {
  readonly inbox: Inbox;
  readonly commands: readonly CommandSpec[];
  readonly answers: InteractionAnswers;
  readonly presses: Presses;
  readonly attachments: Attachments;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Handles an interaction. Rejects only where a fault is ours. */
export type Interactions = (client: Client<true>, interaction: APIInteraction) => Promise<void>;

/** Takes slash commands: shows "is thinking…" at once, for Discord gives 3 seconds, then passes them on. */
export function createInteractions(options: InteractionsOptions): Interactions {
  const { inbox, commands, answers, presses, attachments, logger, counters } = options;

  return async (client, interaction) => {
    const created = Date.now();
    if (interaction.type === InteractionType.MessageComponent) return presses.pressed(client, interaction);
    if (interaction.type === InteractionType.ModalSubmit) return presses.filledIn(client, interaction);
    if (!isSlashCommand(interaction)) return;
    const user = interaction.member?.user ?? interaction.user;
    const spec = commands.find(({ name }) => name === interaction.data.name);
    if (user === undefined) return counters.add('discord.dropped.malformed');
    if (spec === undefined) {
      counters.add('discord.dropped.unknown-command');
      return answers.tell(interaction, 'I no longer know this command. See /help.');
    }
    const { visibility } = spec;
    if (!(await answers.defer(interaction, visibility === 'caller'))) return;

    const conversation = conversationHere(interaction);
    const thread = conversation ?? threadKey(interaction.id);
    const files = attachments.ofInteraction(interaction.id, readFiles(interaction));
    const place = { interaction, created, thread, user: user.id, visibility };
    await inbox.command({
      id: `discord:${interaction.id}`,
      name: spec.name,
      options: readOptions(interaction),
      ...(files.length === 0 ? {} : { attachments: files }),
      ...(conversation === undefined ? {} : { conversation }),
      author: toAuthor(user, interaction.member),
      shared: interaction.guild_id !== undefined,
      replyTo: await toAnswerAddress(client, place, logger),
    });
  };
}

function isSlashCommand(
  interaction: APIInteraction,
): interaction is APIChatInputApplicationCommandInteraction {
  return (
    interaction.type === InteractionType.ApplicationCommand &&
    interaction.data.type === ApplicationCommandType.ChatInput
  );
}

function readOptions({ data }: APIChatInputApplicationCommandInteraction): Record<string, string> {
  const options: Record<string, string> = {};
  for (const option of data.options ?? []) {
    const isText = option.type === ApplicationCommandOptionType.String;
    if (isText || option.type === ApplicationCommandOptionType.Integer) {
      options[option.name] = String(option.value);
    }
  }
  return options;
}

function readFiles({ data }: APIChatInputApplicationCommandInteraction) {
  const known = data.resolved?.attachments ?? {};
  return (data.options ?? []).flatMap((option): { option: string; file: APIAttachment }[] => {
    const file = option.type === ApplicationCommandOptionType.Attachment ? known[option.value] : undefined;
    return file === undefined ? [] : [{ option: option.name, file }];
  });
}
