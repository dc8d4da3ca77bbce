import { refusals } from './api-fault.ts';
import { emitMessage, messageFlags, postMessage } from './messages.ts';
import type { DiscordUser } from './types.ts';
import { toApiChannel } from './wire.ts';
import { addChannel, type ChannelRecord, type MessageRecord, type World } from './world.ts';

/** The message with which Discord itself starts a thread; people don't see it as one. */
export const threadStarterType = 21;

/**
 * Opens a thread, from a message or from none. A thread from a message has that message's id, and its first
 * message points back to it.
 */
export function openThread(
  world: World,
  channel: ChannelRecord,
  thread: { readonly name: string; readonly owner: DiscordUser; readonly from?: MessageRecord },
): ChannelRecord {
  const { from, name, owner } = thread;
  if (channel.kind !== 'text') throw refusals.wrongChannelType();
  if (from?.thread !== undefined) throw refusals.threadExists();
  const record = addChannel(world, {
    id: from?.id ?? world.nextId(),
    kind: 'thread',
    name,
    ownerId: owner.id,
    parentId: channel.id,
    members: new Set([owner.id]),
    ...(channel.guildId === undefined ? {} : { guildId: channel.guildId }),
  });
  world.emit({
    type: 'THREAD_CREATE',
    channel: record,
    data: { ...toApiChannel(world, record), newly_created: true },
  });
  if (from !== undefined) {
    from.thread = record;
    from.flags |= messageFlags.hasThread;
    emitMessage(world, 'MESSAGE_UPDATE', from);
    postMessage(world, record, {
      type: threadStarterType,
      author: from.author,
      content: '',
      mentions: [],
      reference: { messageId: from.id, channelId: channel.id },
    });
    record.members.delete(from.author.id);
    record.members.add(owner.id);
  }
  return record;
}
