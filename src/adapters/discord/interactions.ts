import {
  type APIAttachment,
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ChannelType,
  type Client,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  RESTJSONErrorCodes,
  Routes,
} from 'discord.js';
import type { CommandSpec, Counters, Inbox, Logger } from '../../core/ports.ts';
import { threadKey, toReplyAddress } from './address.ts';
import type { Attachments } from './attachments.ts';
import { findChannel } from './channels.ts';
import { isInteractionOver } from './faults.ts';
import { toAuthor } from './people.ts';
import { type Call, DiscordCallError } from './rest.ts';

/** Options of {@link createInteractions}. */
export interface InteractionsOptions {
  readonly inbox: Inbox;
  readonly commands: readonly CommandSpec[];
  readonly call: Call;
  readonly attachments: Attachments;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Handles an interaction. Rejects only where a fault is ours. */
export type Interactions = (client: Client<true>, interaction: APIInteraction) => Promise<void>;

/** Takes slash commands: shows "is thinking…" at once, for Discord gives 3 seconds, then passes them on. */
export function createInteractions(options: InteractionsOptions): Interactions {
  const { inbox, commands, call, attachments, logger, counters } = options;

  return async (client, interaction) => {
    const created = Date.now();
    if (!isSlashCommand(interaction)) return;
    const user = interaction.member?.user ?? interaction.user;
    const spec = commands.find(({ name }) => name === interaction.data.name);
    if (user === undefined) return counters.add('discord.dropped.malformed');
    if (spec === undefined) return answerUnknown(interaction);
    const ephemeral = spec.visibility === 'caller';
    if (!(await acknowledge(interaction, ephemeral))) return;

    const channel = interaction.channel.id;
    const inThread = isThread(interaction.channel.type);
    const conversation = interaction.guild_id === undefined || inThread ? threadKey(channel) : undefined;
    const thread = conversation ?? threadKey(interaction.id);
    const files = attachments.ofInteraction(interaction.id, readFiles(interaction));
    await inbox.command({
      id: `discord:${interaction.id}`,
      name: spec.name,
      options: readOptions(interaction),
      ...(files.length === 0 ? {} : { attachments: files }),
      ...(conversation === undefined ? {} : { conversation }),
      author: toAuthor(user, interaction.member),
      shared: interaction.guild_id !== undefined,
      replyTo: toReplyAddress({
        thread,
        data: {
          mode: 'interaction',
          channel,
          message: interaction.id,
          author: user.id,
          self: client.user.id,
          starterIn: inThread ? await findStarter(client, channel) : undefined,
          application: interaction.application_id,
          token: interaction.token,
          created: String(created),
          visibility: spec.visibility,
        },
      }),
    });
  };

  /** False where the person has already been told that Parley did not respond. */
  async function acknowledge(interaction: APIInteraction, ephemeral: boolean): Promise<boolean> {
    const flags = ephemeral ? MessageFlags.Ephemeral : undefined;
    const type = InteractionResponseType.DeferredChannelMessageWithSource;
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      try {
        await respond(interaction, { type, data: { flags } });
        return true;
      } catch (error) {
        if (isCode(error, RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged)) return true;
        if (isInteractionOver(error)) {
          counters.add('discord.dropped.late-interaction');
          logger.warn('Discord: a command could not be acknowledged within 3 seconds', { error });
          return false;
        }
        logger.warn('Discord: acknowledging a command failed', { error, attempt });
      }
    }
    // It may have been acknowledged all the same, and where not, the answer still goes into the channel.
    return true;
  }

  async function answerUnknown(interaction: APIInteraction): Promise<void> {
    counters.add('discord.dropped.unknown-command');
    const data = { content: 'I no longer know this command. See /help.', flags: MessageFlags.Ephemeral };
    await respond(interaction, { type: InteractionResponseType.ChannelMessageWithSource, data });
  }

  async function respond({ id, token }: APIInteraction, body: unknown): Promise<void> {
    await call('POST', Routes.interactionCallback(id, token), { body, asBot: false, timeoutMs: 2500 });
  }

  async function findStarter(client: Client<true>, channel: string): Promise<string> {
    try {
      return (await findChannel(client, channel)).starterIn ?? channel;
    } catch (error) {
      // The answer doesn't need it.
      logger.debug('Discord: could not look up a thread', { error, channel });
      return channel;
    }
  }
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
    if (option.type === ApplicationCommandOptionType.String) options[option.name] = option.value;
  }
  return options;
}

function readFiles({ data }: APIChatInputApplicationCommandInteraction): APIAttachment[] {
  const known = data.resolved?.attachments ?? {};
  return (data.options ?? []).flatMap((option) => {
    const file = option.type === ApplicationCommandOptionType.Attachment ? known[option.value] : undefined;
    return file === undefined ? [] : [file];
  });
}

function isThread(type: ChannelType): boolean {
  return (
    type === ChannelType.PublicThread ||
    type === ChannelType.PrivateThread ||
    type === ChannelType.AnnouncementThread
  );
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof DiscordCallError && error.code === code;
}
