/** `chat.startStream`, `.appendStream`, `.stopStream`. */
import { missing, Refusal, readText } from './arguments.ts';
import { readBlocks, readMetadata } from './content.ts';
import { sendChanged, sendChannelEvent, toMessageEvent, toWireMessage } from './events.ts';
import type { Message } from './message.ts';
import type { Method } from './methods.ts';
import { findOwn, findRoot, findWritable } from './places.ts';
import type { CallArguments } from './records.ts';
import { toBlocksText } from './visible-text.ts';
import type { Channel, Workspace } from './workspace.ts';

const scopes = ['chat:write'];

export const streamMethods: Record<string, Method> = {
  'chat.startStream': { scopes, run: start },
  'chat.appendStream': { scopes, run: append },
  'chat.stopStream': { scopes, run: stop },
};

function start(workspace: Workspace, args: CallArguments) {
  const { ground, bot } = workspace;
  const channel = findWritable(workspace, args);
  const threadTs = findRoot(channel, args);
  const threadNeeded = ground.limits.streamsNeedThread === 'everywhere' || !channel.user;
  if (threadTs === undefined && threadNeeded) throw missing('thread_ts');
  if (!channel.user) checkRecipient(workspace, args);
  const source = readAddition(workspace, args);
  if (tooLong(workspace, source)) throw new Refusal('msg_too_long');
  const message = workspace.add({
    ...{ ts: ground.ts(), channel: channel.id, threadTs, author: bot.userId, botId: bot.botId, source },
    ...{ format: 'markdown', streaming: true, args },
  });
  setSession(workspace, message, 'processing');
  if (ground.echoes) sendChannelEvent(workspace, channel, toMessageEvent(workspace, message));
  return { channel: channel.id, ts: message.ts };
}

function append(workspace: Workspace, args: CallArguments) {
  const channel = findWritable(workspace, args);
  const message = findStreaming(workspace, channel, args);
  const addition = readAddition(workspace, args);
  if (addition === '' && args.chunks === undefined) throw new Refusal('no_text');
  if (message.streamOverflows(addition)) throw new Refusal('msg_too_long');
  message.append(addition);
  workspace.ground.changed();
  return { channel: channel.id, ts: message.ts };
}

function stop(workspace: Workspace, args: CallArguments) {
  const { changed, echoes } = workspace.ground;
  const channel = findWritable(workspace, args);
  const message = findStreaming(workspace, channel, args);
  const addition = readAddition(workspace, args);
  if (message.streamOverflows(addition)) throw new Refusal('msg_too_long');
  const blocks = readBlocks(workspace, args);
  const metadata = readMetadata(args);
  const before = toWireMessage(workspace, message);
  message.append(addition);
  message.endStream('app');
  if (blocks) message.blocks = blocks;
  if (metadata !== undefined) message.metadata = metadata;
  setSession(workspace, message, readText(args, 'session_status') ?? 'active');
  changed();
  if (echoes) sendChanged(workspace, message, before);
  return { channel: channel.id, ts: message.ts, message: toWireMessage(workspace, message, true) };
}

function checkRecipient(workspace: Workspace, args: CallArguments): void {
  const user = readText(args, 'recipient_user_id');
  if (!user) throw new Refusal('missing_recipient_user_id');
  if (!readText(args, 'recipient_team_id')) throw new Refusal('missing_recipient_team_id');
  if (!workspace.users.has(user)) throw new Refusal('user_not_found');
}

function findStreaming(workspace: Workspace, channel: Channel, args: CallArguments): Message {
  const message = findOwn(workspace, channel, args, 'message_not_found');
  if (message.streaming) return message;
  const stopped = message.streamClosedBy === 'person';
  throw new Refusal(stopped ? 'stopped_by_user' : 'message_not_in_streaming_state');
}

/** New text of a call: `markdown_text`, or the text in its chunks. @throws Refusal */
function readAddition(workspace: Workspace, args: CallArguments): string {
  const text = readText(args, 'markdown_text');
  const chunks = args.chunks;
  if (chunks === undefined) {
    if ((text ?? '').length > workspace.ground.limits.markdownText) throw new Refusal('msg_too_long');
    return text ?? '';
  }
  if (text !== undefined || !Array.isArray(chunks)) throw new Refusal('invalid_arguments');
  return chunks.map(toChunkText).join('');
}

function toChunkText(chunk: { type?: string; text?: string; blocks?: unknown }): string {
  if (chunk.type === 'markdown_text') return String(chunk.text ?? '');
  return chunk.type === 'blocks' ? toBlocksText(chunk.blocks) : '';
}

function tooLong(workspace: Workspace, source: string): boolean {
  const { streamText, streamBytes } = workspace.ground.limits;
  return source.length > streamText || Buffer.byteLength(source) > streamBytes;
}

function setSession(workspace: Workspace, message: Message, status: string): void {
  const { channel, root: threadTs } = message;
  workspace.sessions.push({ channel, threadTs, status, at: workspace.ground.now() });
}
