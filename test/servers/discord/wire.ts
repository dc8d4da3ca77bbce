import { toApiAttachment } from './cdn.ts';
import { botPermissionBits, toBits } from './permissions.ts';
import type { DiscordUser, RegisteredCommand } from './types.ts';
import { type ChannelRecord, interactionTypes, type MessageRecord, type World } from './world.ts';

/** A JSON object. */
export type Json = Record<string, unknown>;

/** When everything began that has no time of its own. */
export const startOfTime = '2026-01-01T00:00:00.000000+00:00';

const channelTypes = { text: 0, dm: 1, thread: 11 } as const;

/** A user as Discord sends it. */
export function toApiUser(user: DiscordUser): Json {
  return {
    id: user.id,
    username: user.username,
    global_name: user.bot ? null : user.username,
    discriminator: '0',
    avatar: null,
    bot: user.bot,
    flags: 0,
  };
}

/** A member without its user, as it comes with messages. */
export function toApiMember(): Json {
  return { roles: [], joined_at: startOfTime, deaf: false, mute: false, flags: 0, nick: null, avatar: null };
}

/** A channel or thread as Discord sends it. */
export function toApiChannel(world: World, channel: ChannelRecord): Json {
  const last = channel.messages.at(-1)?.id ?? null;
  const common = { id: channel.id, type: channelTypes[channel.kind], last_message_id: last, flags: 0 };
  if (channel.kind === 'dm') return { ...common, recipients: [toApiUser(channel.recipient!)] };
  const named = { ...common, guild_id: channel.guildId, name: channel.name, rate_limit_per_user: 0 };
  if (channel.kind === 'thread') {
    const joined = channel.members.has(world.bot.id);
    return {
      ...named,
      parent_id: channel.parentId,
      owner_id: channel.ownerId,
      message_count: channel.messages.length,
      total_message_sent: channel.messages.length,
      member_count: channel.members.size,
      thread_metadata: {
        archived: channel.archived,
        locked: channel.locked,
        auto_archive_duration: 1440,
        archive_timestamp: toTime(world.now()),
        create_timestamp: startOfTime,
      },
      ...(joined ? { member: toApiThreadMember(channel.id, world.bot.id) } : {}),
    };
  }
  return {
    ...named,
    parent_id: null,
    position: 0,
    topic: null,
    nsfw: false,
    permission_overwrites: [
      { id: world.bot.id, type: 1, allow: toBits(channel.allowed), deny: toBits(channel.denied) },
    ],
  };
}

/** A thread's member as Discord sends it. */
export function toApiThreadMember(threadId: string, userId: string): Json {
  return { id: threadId, user_id: userId, join_timestamp: startOfTime, flags: 0 };
}

/** A message as Discord sends it; `depth` is how many messages replied to come with it. */
export function toApiMessage(world: World, message: MessageRecord, depth = 1): Json {
  const users = message.mentions.map((id) => world.users.get(id)).filter((user) => user !== undefined);
  const channel = world.channels.get(message.channelId);
  return {
    id: message.id,
    channel_id: message.channelId,
    type: message.type,
    author: toApiUser(message.author),
    content: message.content,
    timestamp: toTime(message.at),
    edited_timestamp: message.editedAt === undefined ? null : toTime(message.editedAt),
    tts: false,
    mention_everyone: message.author.id !== world.bot.id && /@(everyone|here)\b/.test(message.content),
    mentions: users.map(toApiUser),
    mention_roles: [],
    attachments: message.attachments.map((file) => toApiAttachment(world, file)),
    embeds: message.embeds,
    components: message.components,
    pinned: false,
    flags: message.flags,
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(message.thread ? { thread: toApiChannel(world, message.thread) } : {}),
    ...toReference(world, message, channel, depth),
    ...toInteraction(world, message),
  };
}

/** What those see of a message who may not read it. */
export function withoutContent(message: Json): Json {
  return { ...message, content: '', embeds: [], attachments: [], components: [] };
}

/** A command as Discord sends it. */
export function toApiCommand(world: World, command: RegisteredCommand): Json {
  return {
    type: 1,
    options: [],
    default_member_permissions: null,
    nsfw: false,
    ...command.body,
    id: command.id,
    application_id: world.applicationId,
    version: command.id,
  };
}

/** The application as Discord sends it. Its flags tell whether the content of messages may be read. */
export function toApiApplication(world: World): Json {
  return {
    id: world.applicationId,
    name: world.bot.username,
    icon: null,
    description: '',
    bot: toApiUser(world.bot),
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '',
    flags: world.contentAllowed ? 1 << 19 : 0,
    team: null,
    owner: null,
  };
}

/** The channel of an interaction, with the permissions of who called. */
export function toApiInteractionChannel(world: World, channel: ChannelRecord): Json {
  return { ...toApiChannel(world, channel), permissions: botPermissionBits(world, channel) };
}

function toTime(at: number): string {
  return new Date(at).toISOString();
}

function toReference(
  world: World,
  message: MessageRecord,
  channel: ChannelRecord | undefined,
  depth: number,
): Json {
  if (message.reference === undefined) return {};
  const { messageId, channelId } = message.reference;
  const original = world.messages.get(messageId);
  const gone = original === undefined || original.deleted;
  return {
    message_reference: { type: 0, message_id: messageId, channel_id: channelId, guild_id: channel?.guildId },
    ...(depth > 0 ? { referenced_message: gone ? null : toApiMessage(world, original, depth - 1) } : {}),
  };
}

function toInteraction(world: World, message: MessageRecord): Json {
  if (message.interactionId === undefined) return {};
  const interaction = world.interactions.get(message.interactionId);
  return {
    application_id: world.applicationId,
    webhook_id: world.applicationId,
    ...(interaction === undefined
      ? {}
      : {
          interaction_metadata: {
            id: interaction.id,
            type: interactionTypes[interaction.kind],
            user: toApiUser(interaction.user),
            authorizing_integration_owners: {},
            ...(interaction.original === undefined || interaction.original === message.id
              ? {}
              : { original_response_message_id: interaction.original }),
          },
        }),
  };
}
