/** What people do with messages and with the app, and the events it makes. */
import {
  sendChanged,
  sendChannelEvent,
  sendDeleted,
  sendEvent,
  toMentionEvent,
  toMessageEvent,
  toWireMessage,
} from './events.ts';
import { storeFile } from './files.ts';
import type { Message } from './message.ts';
import { toSeenFiles } from './seen-files.ts';
import type { Said, SayOptions, StandInUser } from './types.ts';
import type { Workspace } from './workspace.ts';

export { sendEvent };

export function say(
  workspace: Workspace,
  user: StandInUser,
  channelId: string,
  text: string,
  options: SayOptions,
): Said {
  const { ground, bot } = workspace;
  const call = `<@${bot.userId}>`;
  const source = options.mention ? `${call} ${text}` : text;
  const files = options.files?.map((file) => storeFile(workspace, file));
  const message = workspace.add({
    ts: ground.ts(),
    channel: channelId,
    threadTs: options.threadTs,
    author: user.id,
    botId: options.bot ? `B${user.id.slice(1)}` : undefined,
    source,
    format: 'mrkdwn',
    subtype: options.subtype ?? (options.files ? 'file_share' : undefined),
    files,
    shown: toSeenFiles(workspace, undefined, files),
  });
  const eventIds = sendSaid(workspace, message, source.includes(call), options);
  return {
    ...{ ts: message.ts, channel: channelId, eventIds },
    ...(options.threadTs !== undefined && { threadTs: options.threadTs }),
  };
}

export function editMessage(workspace: Workspace, channelId: string, ts: string, text: string): string {
  const message = find(workspace, channelId, ts);
  const before = toWireMessage(workspace, message);
  message.show(text);
  message.edited = true;
  workspace.ground.changed();
  return sendChanged(workspace, message, before) ?? '';
}

export function deleteMessage(workspace: Workspace, channelId: string, ts: string): string {
  const message = find(workspace, channelId, ts);
  const before = toWireMessage(workspace, message);
  message.deleted = true;
  workspace.ground.changed();
  return sendDeleted(workspace, message, before) ?? '';
}

/** In an agent view the direct message is opened by its Messages tab. */
export function openAgentView(workspace: Workspace, user: StandInUser): string {
  const eventTs = workspace.ground.ts();
  const channel = workspace.dm(user).id;
  return sendEvent(workspace, {
    ...{ type: 'app_home_opened', user: user.id, channel, tab: 'messages', event_ts: eventTs },
  });
}

export function stopSession(
  workspace: Workspace,
  channelId: string,
  threadTs: string,
  user: StandInUser,
): string {
  const open = workspace
    .messages(channelId)
    .filter((message) => message.root === threadTs && message.streaming);
  for (const message of open) message.endStream('person');
  workspace.ground.changed();
  return sendEvent(workspace, {
    type: 'agent_session_stopped',
    channel: channelId,
    user: user.id,
    thread_ts: threadTs,
    streaming_message_ts: open.map((message) => message.ts),
    event_ts: workspace.ground.ts(),
  });
}

export function rateLimitEvents(workspace: Workspace): void {
  const { ground, team } = workspace;
  ground.send({
    id: ground.id('Ev'),
    kind: 'events_api',
    type: 'app_rate_limited',
    payload: {
      token: 'verification-token',
      type: 'app_rate_limited',
      team_id: team.id,
      minute_rate_limited: Math.floor(ground.now() / 60_000) * 60,
      api_app_id: ground.appId,
    },
  });
}

/** The events of one message: they have ids of their own, and one ts. */
function sendSaid(
  workspace: Workspace,
  message: Message,
  mentioned: boolean,
  { deliver, first }: SayOptions,
): readonly string[] {
  const channel = workspace.get(message.channel);
  const wanted = deliver ?? (mentioned && !channel.user ? 'both' : 'message');
  // A mention reaches the app also from channels that it is not in.
  const mention = () =>
    workspace.scopes.has('app_mentions:read')
      ? sendEvent(workspace, toMentionEvent(workspace, message))
      : undefined;
  const plain = () => sendChannelEvent(workspace, channel, toMessageEvent(workspace, message));
  const ways = {
    both: first === 'message' ? [plain, mention] : [mention, plain],
    app_mention: [mention],
    message: [plain],
    none: [],
  };
  return ways[wanted].map((send) => send()).filter((id) => id !== undefined);
}

function find(workspace: Workspace, channelId: string, ts: string): Message {
  const message = workspace.get(channelId).messages.get(ts);
  if (!message) throw new Error(`There is no message ${ts} in ${channelId}.`);
  return message;
}
