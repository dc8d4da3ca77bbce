import { storeFile, toApiAttachment } from './cdn.ts';
import { mentionedUsers } from './mentions.ts';
import { messageFlags, postMessage } from './messages.ts';
import { botPermissionBits } from './permissions.ts';
import type { AttachedFile, DiscordUser, SayOptions } from './types.ts';
import { toApiInteractionChannel, toApiMember, toApiMessage, toApiUser } from './wire.ts';
import {
  addChannel,
  type ChannelRecord,
  channelOf,
  type InteractionRecord,
  type MessageRecord,
  messageOf,
  type World,
} from './world.ts';

/** Makes a person or a bot known. */
export function addUser(world: World, username: string, bot: boolean): DiscordUser {
  const user = { id: world.nextId(), username, bot };
  world.users.set(user.id, user);
  return user;
}

/** The direct channel of a person with the bot. */
export function dmWith(world: World, recipient: DiscordUser): ChannelRecord {
  for (const channel of world.channels.values()) {
    if (channel.recipient?.id === recipient.id && !channel.deleted) return channel;
  }
  return addChannel(world, { id: world.nextId(), kind: 'dm', name: recipient.username, recipient });
}

/** Somebody says something. */
export function say(
  world: World,
  author: DiscordUser,
  channelId: string,
  text: string,
  options: SayOptions = {},
): MessageRecord {
  const { replyTo, mentions = [], ping = true } = options;
  const wanted = (mentions === 'bot' ? [world.bot] : mentions).map(({ id }) => id);
  const present = mentionedUsers(text);
  const missing = wanted.filter((id) => !present.includes(id)).map((id) => `<@${id}>`);
  const content = [...missing, text].join(' ').trim();
  const original = replyTo === undefined ? undefined : messageOf(world, replyTo);
  const pinged = original !== undefined && ping ? [original.author.id] : [];
  return postMessage(world, channelOf(world, channelId), {
    author,
    content,
    mentions: [...new Set([...mentionedUsers(content), ...pinged])],
    reference: original && { messageId: original.id, channelId: original.channelId },
    ...(options.attachments === undefined ? {} : { attachments: options.attachments }),
    ...(options.voice ? { flags: messageFlags.voice } : {}),
    ...(options.id === undefined ? {} : { id: options.id }),
    ...(options.silent === undefined ? {} : { silent: options.silent }),
  });
}

/** Somebody calls a slash command with texts and files. */
export function callCommand(
  world: World,
  user: DiscordUser,
  channelId: string,
  name: string,
  options: Readonly<Record<string, string | AttachedFile>>,
): InteractionRecord {
  const channel = channelOf(world, channelId);
  const interaction = addInteraction(world, user, channel, { name, kind: 'command' });
  const resolved: Record<string, unknown> = {};
  const given = Object.entries(options).map(([option, value]) => {
    if (typeof value === 'string') return { name: option, type: 3, value };
    const file = storeFile(world, `ephemeral-attachments/${world.applicationId}`, value);
    resolved[file.id] = { ...toApiAttachment(world, file), ephemeral: true };
    return { name: option, type: 11, value: file.id };
  });
  emitInteraction(world, interaction, channel, {
    id: world.commands.get(name)?.id ?? world.nextId(),
    type: 1,
    name,
    options: given,
    ...(Object.keys(resolved).length === 0 ? {} : { resolved: { attachments: resolved } }),
  });
  return interaction;
}

/** Somebody presses a button. */
export function pressButton(
  world: World,
  user: DiscordUser,
  messageId: string,
  customId: string,
): InteractionRecord {
  const message = messageOf(world, messageId);
  const channel = channelOf(world, message.channelId);
  const interaction = addInteraction(world, user, channel, {
    name: customId,
    kind: 'button',
    original: message.id,
  });
  const data = { custom_id: customId, component_type: 2 };
  emitInteraction(world, interaction, channel, data, toApiMessage(world, message));
  return interaction;
}

function addInteraction(
  world: World,
  user: DiscordUser,
  channel: ChannelRecord,
  rest: Pick<InteractionRecord, 'name' | 'kind' | 'original'>,
): InteractionRecord {
  const id = world.nextId();
  const interaction: InteractionRecord = {
    id,
    token: `interaction-token-${id}`,
    channelId: channel.id,
    user,
    at: world.now(),
    missed: false,
    ephemeral: false,
    followUps: [],
    ...rest,
  };
  world.interactions.set(id, interaction);
  world.interactionTokens.set(interaction.token, id);
  world.touch();
  return interaction;
}

function emitInteraction(
  world: World,
  interaction: InteractionRecord,
  channel: ChannelRecord,
  data: object,
  message?: object,
): void {
  const { guildId } = channel;
  const user = toApiUser(interaction.user);
  const permissions = botPermissionBits(world, channel);
  world.emit({
    type: 'INTERACTION_CREATE',
    ...(guildId === undefined ? {} : { guildId }),
    data: {
      id: interaction.id,
      application_id: world.applicationId,
      type: interaction.kind === 'command' ? 2 : 3,
      data,
      ...(message === undefined ? {} : { message }),
      token: interaction.token,
      version: 1,
      channel_id: channel.id,
      channel: toApiInteractionChannel(world, channel),
      app_permissions: permissions,
      locale: 'en-US',
      entitlements: [],
      attachment_size_limit: 10_485_760,
      ...(guildId === undefined
        ? { user, context: 1, authorizing_integration_owners: { 0: '0' } }
        : {
            guild_id: guildId,
            guild: { id: guildId, locale: 'en-US', features: [] },
            guild_locale: 'en-US',
            member: { ...toApiMember(), user, permissions },
            context: 0,
            authorizing_integration_owners: { 0: guildId },
          }),
    },
  });
}
