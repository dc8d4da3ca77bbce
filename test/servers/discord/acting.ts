import { toButtons } from './components.ts';
import { callCommand, pressButton, submitModal } from './interacting.ts';
import { mentionedUsers } from './mentions.ts';
import { changeMessage, removeMessage, setThreadState } from './messages.ts';
import { addUser, dmWith, say } from './people.ts';
import { openThread } from './threads.ts';
import type { DiscordGuild, StandInDiscord } from './types.ts';
import { toApiChannel } from './wire.ts';
import { toApiGuild } from './wire-guild.ts';
import { addChannel, channelOf, messageOf, type World } from './world.ts';

/** The part of the stand-in with which tests build a world and act as the people in it. */
export type Acting = Pick<
  StandInDiscord,
  | 'guild'
  | 'channel'
  | 'dm'
  | 'user'
  | 'otherBot'
  | 'permit'
  | 'openThread'
  | 'setThread'
  | 'say'
  | 'editMessage'
  | 'deleteMessage'
  | 'deleteChannel'
  | 'command'
  | 'press'
  | 'submit'
  | 'buttons'
>;

/** Acts on a world. */
export function createActing(world: World): Acting {
  function guild(name = 'Guild'): DiscordGuild {
    const record = { id: world.nextId(), name };
    world.guilds.set(record.id, record);
    world.emit({ type: 'GUILD_CREATE', guildId: record.id, data: toApiGuild(world, record) });
    world.touch();
    return record;
  }

  return {
    guild,
    channel(options = {}) {
      const place = options.guild ?? world.guilds.values().next().value ?? guild();
      const channel = addChannel(world, {
        id: world.nextId(),
        kind: 'text',
        name: options.name ?? 'general',
        guildId: place.id,
        allowed: new Set(options.allow),
        denied: new Set(options.deny),
      });
      world.emit({ type: 'CHANNEL_CREATE', channel, data: toApiChannel(world, channel) });
      return channel;
    },
    dm: (user) => dmWith(world, user),
    user: (name) => addUser(world, name, false),
    otherBot: (name) => addUser(world, name, true),
    permit(channelId, { allow = [], deny = [] }) {
      const channel = channelOf(world, channelId);
      for (const permission of allow) {
        channel.allowed.add(permission);
        channel.denied.delete(permission);
      }
      for (const permission of deny) {
        channel.denied.add(permission);
        channel.allowed.delete(permission);
      }
      world.touch();
      world.emit({ type: 'CHANNEL_UPDATE', guildId: channel.guildId!, data: toApiChannel(world, channel) });
    },
    openThread(owner, channelId, name, messageId) {
      const from = messageId === undefined ? {} : { from: messageOf(world, messageId) };
      return openThread(world, channelOf(world, channelId), { name, owner, ...from });
    },
    setThread: (threadId, state) => setThreadState(world, channelOf(world, threadId), state),
    say: (user, channelId, text, options) => say(world, user, channelId, text, options),
    editMessage(messageId, text) {
      changeMessage(world, messageOf(world, messageId), { content: text, mentions: mentionedUsers(text) });
    },
    deleteMessage: (messageId) => removeMessage(world, messageOf(world, messageId)),
    deleteChannel(channelId) {
      const channel = channelOf(world, channelId);
      channel.deleted = true;
      world.touch();
      const type = channel.kind === 'thread' ? 'THREAD_DELETE' : 'CHANNEL_DELETE';
      world.emit({ type, channel, data: toApiChannel(world, channel) });
    },
    command: (user, channelId, name, options = {}) => callCommand(world, user, channelId, name, options),
    press: (user, messageId, button) => pressButton(world, user, messageId, button),
    submit: (pressed, values) => submitModal(world, pressed, values),
    buttons: (messageId) => toButtons(messageOf(world, messageId).components),
  };
}
