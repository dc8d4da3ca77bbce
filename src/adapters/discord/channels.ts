import {
  type AnyThreadChannel,
  type Channel,
  ChannelType,
  type Client,
  PermissionFlagsBits,
  type PermissionsBitField,
} from 'discord.js';
import type { Author } from '../../core/ports.ts';
import type { MentionNames } from './message-text.ts';

/** What kind of place a channel is, as far as answering in it goes. */
export type ChannelKind = 'direct' | 'thread' | 'threadable' | 'plain';

/** What is known of a channel. */
export interface KnownChannel {
  readonly id: string;
  readonly kind: ChannelKind;
  /** Of a thread: the channel that holds the message which it was opened from. */
  readonly starterIn?: string | undefined;
  /** Parley may send messages in it. True where that is not known: Discord will say. */
  readonly canWrite: boolean;
  /** Parley may open threads in it and write in them. True where that is not known. */
  readonly canThread: boolean;
}

/** Looks a channel up, in the client's cache and then at Discord. Rejects where it can't be found. */
export async function findChannel(client: Client<true>, id: string): Promise<KnownChannel> {
  const channel = client.channels.cache.get(id) ?? (await client.channels.fetch(id));
  if (channel === null) throw new Error(`There is no channel ${id}`);
  if (channel.isDMBased()) return { id, kind: 'direct', canWrite: true, canThread: false };
  const permissions = channel.permissionsFor(client.user);
  if (channel.isThread()) {
    return {
      id,
      kind: 'thread',
      starterIn: starterChannel(channel),
      canWrite: may(permissions, PermissionFlagsBits.SendMessagesInThreads),
      canThread: false,
    };
  }
  const threadable = channel.type === ChannelType.GuildText || channel.type === ChannelType.GuildAnnouncement;
  return {
    id,
    kind: threadable ? 'threadable' : 'plain',
    canWrite: may(permissions, PermissionFlagsBits.SendMessages),
    canThread:
      threadable &&
      may(permissions, PermissionFlagsBits.CreatePublicThreads | PermissionFlagsBits.SendMessagesInThreads),
  };
}

/** Names for the mentions in a message of that channel. `users` are those that came with it. */
export function mentionNames(
  client: Client<true> | undefined,
  channel: string,
  users: readonly Author[],
): MentionNames {
  if (client === undefined) return nameless(users);
  const known = client.channels.cache.get(channel);
  const roles = known === undefined || known.isDMBased() ? undefined : known.guild.roles;
  return {
    ...nameless(users),
    self: client.user.id,
    selfRole: roles?.botRoleFor(client.user)?.id,
    role: (id) => roles?.cache.get(id)?.name,
    channel: (id) => nameOf(client.channels.cache.get(id)),
  };
}

/** Names while nothing is connected: those that came with the message. */
function nameless(users: readonly Author[]): MentionNames {
  return {
    self: '0',
    user: (id) => users.find((user) => user.id === id)?.name,
    role: () => undefined,
    channel: () => undefined,
  };
}

function nameOf(channel: Channel | undefined): string | undefined {
  return channel !== undefined && 'name' in channel ? (channel.name ?? undefined) : undefined;
}

function starterChannel(thread: AnyThreadChannel): string {
  // The first post of a forum is in the thread itself, under the thread's id.
  const inForum =
    thread.parent?.type === ChannelType.GuildForum || thread.parent?.type === ChannelType.GuildMedia;
  return inForum ? thread.id : (thread.parentId ?? thread.id);
}

function may(permissions: Readonly<PermissionsBitField> | null, wanted: bigint): boolean {
  return permissions === null || permissions.has(PermissionFlagsBits.ViewChannel | wanted);
}
