import {
  type APIApplicationCommandInteraction,
  type APIMessageComponentInteraction,
  type APIModalSubmitInteraction,
  ChannelType,
  type Client,
} from 'discord.js';
import type { CommandSpec, Logger, ReplyAddress, ThreadKey } from '../../core/ports.ts';
import { threadKey, toReplyAddress } from './address.ts';
import { findChannel } from './channels.ts';

/** What people do with Parley other than by writing. */
export type PersonsInteraction =
  | APIApplicationCommandInteraction
  | APIMessageComponentInteraction
  | APIModalSubmitInteraction;

/** What an answer's address is made of. */
export interface AnswerPlace {
  readonly interaction: PersonsInteraction;
  /** When it came in, in milliseconds since the epoch. */
  readonly created: number;
  readonly thread: ThreadKey;
  /** Who called. */
  readonly user: string;
  readonly visibility: CommandSpec['visibility'];
}

/** The conversation that the place of an interaction has by itself: that of a thread or direct channel. */
export function conversationHere({ channel, guild_id }: PersonsInteraction): ThreadKey | undefined {
  if (channel === undefined) return undefined;
  return guild_id === undefined || isThread(channel.type) ? threadKey(channel.id) : undefined;
}

/** Where the answer to an interaction goes, which was deferred. */
export async function toAnswerAddress(
  client: Client<true>,
  { interaction, created, thread, user, visibility }: AnswerPlace,
  logger: Logger,
): Promise<ReplyAddress> {
  const channel = interaction.channel?.id ?? interaction.channel_id ?? '';
  const inThread = interaction.channel !== undefined && isThread(interaction.channel.type);
  return toReplyAddress({
    thread,
    data: {
      mode: 'interaction',
      channel,
      message: interaction.id,
      author: user,
      self: client.user.id,
      starterIn: inThread ? await findStarter(client, channel, logger) : undefined,
      application: interaction.application_id,
      token: interaction.token,
      created: String(created),
      visibility,
    },
  });
}

async function findStarter(client: Client<true>, channel: string, logger: Logger): Promise<string> {
  try {
    return (await findChannel(client, channel)).starterIn ?? channel;
  } catch (error) {
    // The answer doesn't need it.
    logger.debug('Discord: could not look up a thread', { error, channel });
    return channel;
  }
}

function isThread(type: ChannelType): boolean {
  return (
    type === ChannelType.PublicThread ||
    type === ChannelType.PrivateThread ||
    type === ChannelType.AnnouncementThread
  );
}
