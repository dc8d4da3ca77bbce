/** `conversations.*`: reading what was said. */
import { Refusal, readFlag, readText, requireText } from './arguments.ts';
import { toWireMessage } from './events.ts';
import type { Message } from './message.ts';
import type { Method } from './methods.ts';
import { findChannel } from './places.ts';
import type { CallArguments } from './records.ts';
import type { Channel, Workspace } from './workspace.ts';

export const conversationMethods: Record<string, Method> = {
  'conversations.replies': { scopes: { channel: 'channels:history', dm: 'im:history' }, run: replies },
  'conversations.history': { scopes: { channel: 'channels:history', dm: 'im:history' }, run: history },
  'conversations.info': { scopes: { channel: 'channels:read', dm: 'im:read' }, run: info },
  'conversations.open': { scopes: ['im:write'], run: open },
};

const MOST_MESSAGES = 1000;
/** What apps get that are sold outside of Slack's marketplace. */
const CAPPED_MESSAGES = 15;

function replies(workspace: Workspace, args: CallArguments) {
  const channel = findReadable(workspace, args);
  const named = channel.messages.get(requireText(args, 'ts'));
  if (!named) throw new Refusal('thread_not_found');
  const thread = [...channel.messages.values()].filter(
    (message) => message.root === named.root && (!message.deleted || message.ts === named.root),
  );
  if (thread.every((message) => message.deleted)) throw new Refusal('thread_not_found');
  return toPage(workspace, channel, args, thread);
}

function history(workspace: Workspace, args: CallArguments) {
  const channel = findReadable(workspace, args);
  const top = [...channel.messages.values()].filter(
    (message) =>
      !message.deleted && (message.threadTs === undefined || message.subtype === 'thread_broadcast'),
  );
  return toPage(workspace, channel, args, top.reverse());
}

function info(workspace: Workspace, args: CallArguments) {
  const channel = findChannel(workspace, args);
  return {
    channel: {
      ...{ id: channel.id, is_im: channel.user !== undefined, is_archived: channel.archived },
      ...(channel.user
        ? { user: channel.user.id }
        : { name: channel.name, is_channel: true, is_private: false, is_member: channel.member }),
    },
  };
}

function open(workspace: Workspace, args: CallArguments) {
  const user = workspace.users.get(requireText(args, 'users'));
  if (!user) throw new Refusal('user_not_found');
  return { channel: { id: workspace.dm(user).id } };
}

function findReadable(workspace: Workspace, args: CallArguments): Channel {
  const channel = findChannel(workspace, args);
  if (!channel.member) throw new Refusal('not_in_channel');
  return channel;
}

/** One page of messages that are already in the order in which the method gives them. */
function toPage(workspace: Workspace, channel: Channel, args: CallArguments, ordered: readonly Message[]) {
  const within = ordered.filter(isWithin(args));
  const cap = workspace.ground.limits.cappedHistory ? CAPPED_MESSAGES : MOST_MESSAGES;
  const asked = Number(readText(args, 'limit') ?? MOST_MESSAGES);
  const limit = Math.max(1, Math.min(Number.isFinite(asked) ? asked : MOST_MESSAGES, cap));
  const from = readCursor(args);
  const next = from + limit;
  const more = next < within.length;
  const withMetadata = readFlag(args, 'include_all_metadata');
  const replyCounts = countReplies(channel);
  return {
    messages: within
      .slice(from, next)
      .map((message) => toListed(workspace, message, withMetadata, replyCounts.get(message.ts) ?? 0)),
    has_more: more,
    ...(more && { response_metadata: { next_cursor: toCursor(next) } }),
  };
}

function toListed(workspace: Workspace, message: Message, withMetadata: boolean, replyCount: number) {
  // Of a deleted message that has replies something stays in its place.
  if (message.deleted) {
    return { type: 'message', subtype: 'tombstone', ts: message.ts, thread_ts: message.ts, hidden: true };
  }
  const wire = toWireMessage(workspace, message, withMetadata);
  return replyCount > 0 ? { ...wire, thread_ts: message.ts, reply_count: replyCount } : wire;
}

function countReplies(channel: Channel): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { threadTs, deleted } of channel.messages.values()) {
    if (threadTs !== undefined && !deleted) counts.set(threadTs, (counts.get(threadTs) ?? 0) + 1);
  }
  return counts;
}

function isWithin(args: CallArguments): (message: Message) => boolean {
  const oldest = Number(readText(args, 'oldest') ?? 0);
  const latest = Number(readText(args, 'latest') ?? Number.POSITIVE_INFINITY);
  const inclusive = readFlag(args, 'inclusive');
  return ({ ts }) => {
    const at = Number(ts);
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
  };
}

function toCursor(index: number): string {
  return Buffer.from(`next:${index}`).toString('base64');
}

function readCursor(args: CallArguments): number {
  const cursor = readText(args, 'cursor');
  if (!cursor) return 0;
  const [, index] = /^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString()) ?? [];
  if (index === undefined) throw new Refusal('invalid_cursor');
  return Number(index);
}
