import { type StoredFile, storeFile } from './cdn.ts';
import { findPings } from './mentions.ts';
import type { AttachedFile, DiscordUser, Ping } from './types.ts';
import { toApiChannel, toApiMember, toApiMessage, withoutContent } from './wire.ts';
import { type ChannelRecord, channelOf, type MessageRecord, type World } from './world.ts';

/** Flags of a message. */
export const messageFlags = {
  hasThread: 1 << 5,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  voice: 1 << 13,
} as const;

/** What a new message consists of. */
export interface NewMessage {
  readonly author: DiscordUser;
  readonly content: string;
  readonly mentions: readonly string[];
  readonly id?: string;
  readonly type?: number;
  readonly reference?: MessageRecord['reference'];
  readonly flags?: number;
  readonly nonce?: string | number;
  readonly attachments?: readonly AttachedFile[];
  /** In place of `attachments`, where they are stored already. */
  readonly stored?: readonly StoredFile[] | undefined;
  readonly embeds?: readonly unknown[];
  readonly components?: readonly unknown[];
  readonly allowedMentions?: unknown;
  readonly interactionId?: string;
  /** No event for it. */
  readonly silent?: boolean;
}

/** Puts a message into a channel. A thread that was archived is open again. */
export function postMessage(world: World, channel: ChannelRecord, message: NewMessage): MessageRecord {
  const flags = message.flags ?? 0;
  const loading = (flags & messageFlags.loading) !== 0;
  const at = world.now();
  const record: MessageRecord = {
    id: message.id ?? world.nextId(),
    channelId: channel.id,
    type: message.type ?? (message.reference === undefined ? 0 : 19),
    author: message.author,
    content: message.content,
    versions: [],
    at,
    mentions: message.mentions,
    flags,
    ephemeral: (flags & messageFlags.ephemeral) !== 0,
    attachments: message.stored ?? toStored(world, channel.id, message.attachments),
    embeds: message.embeds ?? [],
    components: message.components ?? [],
    deleted: false,
    ...(message.reference === undefined ? {} : { reference: message.reference }),
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(message.allowedMentions === undefined ? {} : { allowedMentions: message.allowedMentions }),
    ...(message.interactionId === undefined ? {} : { interactionId: message.interactionId }),
  };
  if (!loading) noteVersion(world, record);
  if (channel.archived) setThreadState(world, channel, { archived: false });
  if (channel.kind === 'thread') channel.members.add(message.author.id);
  world.messages.set(record.id, record);
  channel.messages.push(record);
  if (record.nonce !== undefined) world.nonces.set(record.nonce, record);
  world.touch();
  if (!message.silent) emitMessage(world, 'MESSAGE_CREATE', record);
  return record;
}

function toStored(
  world: World,
  channelId: string,
  files: readonly AttachedFile[] = [],
): readonly StoredFile[] {
  return files.map((file) => storeFile(world, `attachments/${channelId}`, file));
}

/** What an edit changes; what is left out stays. */
export interface MessageChange {
  readonly content?: string;
  readonly mentions?: readonly string[];
  readonly flags?: number;
  readonly embeds?: readonly unknown[];
  readonly components?: readonly unknown[];
  readonly attachments?: readonly StoredFile[] | undefined;
  /** As sent by this very call. */
  readonly allowedMentions?: unknown;
}

/** Changes a message. It loads no longer. */
export function changeMessage(world: World, message: MessageRecord, change: MessageChange): void {
  const wasLoading = (message.flags & messageFlags.loading) !== 0;
  message.flags = (message.flags | (change.flags ?? 0)) & ~messageFlags.loading;
  const before = shownBy(message);
  message.content = change.content ?? message.content;
  message.mentions = change.mentions ?? message.mentions;
  message.embeds = change.embeds ?? message.embeds;
  message.components = change.components ?? message.components;
  message.attachments = change.attachments ?? message.attachments;
  if (wasLoading || shownBy(message) !== before) noteVersion(world, message);
  message.allowedMentions = change.allowedMentions;
  message.editedAt = world.now();
  world.touch();
  emitMessage(world, 'MESSAGE_UPDATE', message);
}

function noteVersion(world: World, { content, attachments, components, versions }: MessageRecord): void {
  versions.push({ content, files: attachments, components, at: world.now() });
}

/** Tells whether two moments of a message looked the same. */
function shownBy({ content, attachments, components }: MessageRecord): string {
  const files = attachments.map(({ id, description }) => [id, description]);
  return JSON.stringify([content, files, components]);
}

/** Takes a message away. A thread that was opened from it stays. */
export function removeMessage(world: World, message: MessageRecord): void {
  if (message.deleted) return;
  message.deleted = true;
  world.touch();
  if (message.ephemeral) return;
  const channel = channelOf(world, message.channelId);
  world.emit({
    type: 'MESSAGE_DELETE',
    channel,
    data: { id: message.id, channel_id: channel.id, guild_id: channel.guildId },
  });
}

/** Archives or locks a thread, or takes that back, and tells the bot. */
export function setThreadState(
  world: World,
  thread: ChannelRecord,
  state: { archived?: boolean; locked?: boolean; name?: string },
): void {
  Object.assign(thread, state);
  world.touch();
  world.emit({ type: 'THREAD_UPDATE', channel: thread, data: toApiChannel(world, thread) });
}

/** Tells the bot of a message. Nobody is told of messages that only one person sees. */
export function emitMessage(world: World, type: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', message: MessageRecord) {
  if (message.ephemeral) return;
  const channel = channelOf(world, message.channelId);
  const data = {
    ...toApiMessage(world, message),
    channel_type: channel.kind === 'dm' ? 1 : channel.kind === 'thread' ? 11 : 0,
    ...(channel.guildId === undefined ? {} : { guild_id: channel.guildId, member: toApiMember() }),
  };
  const open =
    channel.kind === 'dm' || message.author.id === world.bot.id || message.mentions.includes(world.bot.id);
  world.emit({ type, channel, data, ...(open ? {} : { withoutContent: withoutContent(data) }) });
}

/** Writes down whom a text of the bot would have notified. */
export function recordPings(
  world: World,
  message: MessageRecord,
  cause: Ping['cause'],
  source: Parameters<typeof findPings>[0],
): void {
  for (const ping of findPings(source)) world.pings.push({ ...ping, messageId: message.id, cause });
}
