/** Finding channels, threads and messages that a call names. */
import { missing, Refusal, readText, requireText } from './arguments.ts';
import type { Message } from './message.ts';
import type { CallArguments } from './records.ts';
import type { Channel, Workspace } from './workspace.ts';

/** The channel of a call; a person's id stands for their direct message. @throws Refusal */
export function findChannel(workspace: Workspace, args: CallArguments, name = 'channel'): Channel {
  const id = requireText(args, name);
  const user = id.startsWith('U') ? workspace.users.get(id) : undefined;
  const channel = user ? workspace.dm(user) : workspace.channels.get(id);
  if (!channel || channel.gone) throw new Refusal('channel_not_found');
  return channel;
}

/** A channel that the app may write to now. @throws Refusal */
export function findWritable(workspace: Workspace, args: CallArguments, name = 'channel'): Channel {
  const channel = findChannel(workspace, args, name);
  if (channel.archived) throw new Refusal('is_archived');
  if (!channel.member && !workspace.scopes.has('chat:write.public')) throw new Refusal('not_in_channel');
  return channel;
}

/** Root of the thread that the call names, if it names one. @throws Refusal where no message ever had that ts */
export function findRoot(
  channel: Channel,
  args: CallArguments,
  error = 'thread_not_found',
): string | undefined {
  const ts = readText(args, 'thread_ts');
  if (ts === undefined || ts === '') return undefined;
  const message = channel.messages.get(ts);
  if (!message) throw new Refusal(error);
  return message.root;
}

/** A message of the app that the call may change. @throws Refusal; `foreign` for a message of somebody else */
export function findOwn(
  workspace: Workspace,
  channel: Channel,
  args: CallArguments,
  foreign: string,
): Message {
  const ts = requireText(args, 'ts');
  const message = channel.messages.get(ts);
  if (!message || message.deleted) throw new Refusal('message_not_found');
  if (!workspace.owns(message)) throw new Refusal(foreign);
  return message;
}

/** As {@link findRoot}, for methods that can't do without. */
export function requireRoot(channel: Channel, args: CallArguments, error: string): string {
  const root = findRoot(channel, args, error);
  if (root === undefined) throw missing('thread_ts');
  return root;
}
