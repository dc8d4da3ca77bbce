import { mentionedUsers } from './mentions.ts';
import { messageFlags, postMessage } from './messages.ts';
import type { DiscordUser, SayOptions } from './types.ts';
import {
  addChannel,
  type ChannelRecord,
  channelOf,
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
