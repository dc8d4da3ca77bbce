/** `chat.postMessage`, `.update`, `.delete`, `.postEphemeral`. */
import { Refusal, readText, requireText } from './arguments.ts';
import type { Content } from './content.ts';
import { readContent, readMetadata } from './content.ts';
import { sendChanged, sendChannelEvent, sendDeleted, toMessageEvent, toWireMessage } from './events.ts';
import type { Message } from './message.ts';
import type { Method } from './methods.ts';
import { findChannel, findOwn, findRoot, findWritable } from './places.ts';
import type { CallArguments } from './records.ts';
import { toSeenFiles } from './seen-files.ts';
import { toVisible } from './visible-text.ts';
import type { Channel, Workspace } from './workspace.ts';

const scopes = ['chat:write'];
/** Posts are cut at this. */
const LONGEST_POST = 40_000;
/** Where posts are split: from this length on, into pieces of that. */
const SPLIT = { above: 4041, into: 4000 };

export const chatMethods: Record<string, Method> = {
  'chat.postMessage': { scopes, run: postMessage },
  'chat.update': { scopes, run: update },
  'chat.delete': { scopes, run: remove },
  'chat.postEphemeral': { scopes, run: postEphemeral },
};

function postMessage(workspace: Workspace, args: CallArguments) {
  const channel = findWritable(workspace, args);
  const threadTs = findRoot(channel, args);
  const content = readContent(workspace, args);
  const metadata = readMetadata(args);
  const posted = toPosts(content, workspace.ground.limits.longPosts).map((part) =>
    post(workspace, channel, threadTs, part, metadata, args),
  );
  const [first] = posted;
  const cut = posted.length === 1 && first!.source !== content.source;
  return {
    channel: channel.id,
    ts: first!.ts,
    message: toWireMessage(workspace, first!, true),
    ...(cut && { response_metadata: { warnings: ['message_truncated'] } }),
  };
}

function post(
  workspace: Workspace,
  channel: Channel,
  threadTs: string | undefined,
  content: Content,
  metadata: unknown,
  args: CallArguments,
): Message {
  const message = workspace.add({
    ...content,
    ts: workspace.ground.ts(),
    channel: channel.id,
    threadTs,
    author: workspace.bot.userId,
    botId: workspace.bot.botId,
    metadata,
    shown: toSeenFiles(workspace, content.blocks),
    args,
  });
  if (workspace.ground.echoes) sendChannelEvent(workspace, channel, toMessageEvent(workspace, message));
  return message;
}

function update(workspace: Workspace, args: CallArguments) {
  const { limits, changed, echoes } = workspace.ground;
  const channel = findChannel(workspace, args);
  if (channel.archived) throw new Refusal('is_inactive');
  const message = findOwn(workspace, channel, args, 'cant_update_message');
  if (message.streaming) throw new Refusal('streaming_state_conflict');
  if ((readText(args, 'text') ?? '').length > limits.updateText) throw new Refusal('msg_too_long');
  const content = readContent(workspace, args);
  const metadata = readMetadata(args);
  const before = toWireMessage(workspace, message);
  message.format = content.format;
  message.blocks = content.blocks ?? [];
  // Slack shows "(edited)" after an update that came without blocks.
  message.edited = content.blocks === undefined;
  if (metadata !== undefined) message.metadata = metadata;
  message.show(content.source, toSeenFiles(workspace, content.blocks, message.files));
  changed();
  if (echoes) sendChanged(workspace, message, before);
  const wire = toWireMessage(workspace, message, true);
  return { channel: channel.id, ts: message.ts, text: message.source, message: wire };
}

function remove(workspace: Workspace, args: CallArguments) {
  const channel = findChannel(workspace, args);
  const message = findOwn(workspace, channel, args, 'cant_delete_message');
  const before = toWireMessage(workspace, message);
  message.deleted = true;
  workspace.ground.changed();
  if (workspace.ground.echoes) sendDeleted(workspace, message, before);
  return { channel: channel.id, ts: message.ts };
}

function postEphemeral(workspace: Workspace, args: CallArguments) {
  const { ground } = workspace;
  const channel = findWritable(workspace, args);
  const user = requireText(args, 'user');
  if (!workspace.users.has(user)) throw new Refusal('user_not_in_channel');
  const threadTs = findRoot(channel, args);
  const { source } = readContent(workspace, args);
  workspace.ephemerals.push({
    ...{ channel: channel.id, user, source, text: toVisible(source), via: 'postEphemeral', at: ground.now() },
    ...(threadTs !== undefined && { threadTs }),
  });
  ground.changed();
  return { message_ts: ground.ts() };
}

/** What becomes of a text that is too long for one message. Markdown and blocks have limits of their own. */
function toPosts(content: Content, longPosts: 'truncate' | 'split'): readonly Content[] {
  const { source } = content;
  if (content.format === 'markdown' || content.blocks) return [content];
  if (longPosts === 'split' && source.length >= SPLIT.above) {
    const pieces = source.match(new RegExp(`[^]{1,${SPLIT.into}}`, 'g')) ?? [];
    return pieces.map((piece) => ({ ...content, source: piece }));
  }
  return [{ ...content, source: source.slice(0, LONGEST_POST) }];
}
