/** Events API payloads, as Slack builds them. */
import type { Message } from './message.ts';
import type { Parcel } from './parcel.ts';
import type { Channel, Workspace } from './workspace.ts';

type Event = Readonly<Record<string, unknown>>;

/** Wraps an inner event and hands it to the app. Returns the event id. */
export function sendEvent(workspace: Workspace, event: Event): string {
  const { ground, team, bot } = workspace;
  const id = ground.id('Ev');
  const authorization = { enterprise_id: null, team_id: team.id, user_id: bot.userId };
  const parcel: Parcel = {
    id,
    kind: 'events_api',
    type: String(event.type),
    payload: {
      token: 'verification-token',
      team_id: team.id,
      context_team_id: team.id,
      context_enterprise_id: null,
      api_app_id: ground.appId,
      event,
      type: 'event_callback',
      event_id: id,
      event_time: Math.floor(ground.now() / 1000),
      authorizations: [{ ...authorization, is_bot: true, is_enterprise_install: false }],
      is_ext_shared_channel: false,
      event_context: `4-${id}`,
    },
  };
  ground.send(parcel);
  return id;
}

/** Sends an event about a channel where the app may hear of it: as a member, with the scope for it. */
export function sendChannelEvent(workspace: Workspace, channel: Channel, event: Event): string | undefined {
  const scope = channel.user ? 'im:history' : 'channels:history';
  if (!channel.member || !workspace.scopes.has(scope)) return undefined;
  return sendEvent(workspace, event);
}

/** The `message` event of a message. */
export function toMessageEvent(workspace: Workspace, message: Message): Event {
  const channel = workspace.get(message.channel);
  return {
    ...toMentionEvent(workspace, message),
    type: 'message',
    channel_type: channel.user ? 'im' : 'channel',
  };
}

/** The `app_mention` event of a message. */
export function toMentionEvent(workspace: Workspace, message: Message): Event {
  return {
    ...toWireMessage(workspace, message),
    type: 'app_mention',
    channel: message.channel,
    event_ts: message.ts,
  };
}

/** A message as the Web API gives it, and inside events. */
export function toWireMessage(workspace: Workspace, message: Message, withMetadata = false): Event {
  const { threadTs, botId, subtype, files, metadata } = message;
  return {
    type: 'message',
    ...(subtype && { subtype }),
    user: message.author,
    text: message.source,
    ts: message.ts,
    team: workspace.team.id,
    ...(botId && { bot_id: botId, app_id: workspace.owns(message) ? workspace.ground.appId : 'A0OTHER' }),
    ...(threadTs && { thread_ts: threadTs, parent_user_id: parentOf(workspace, message)?.author }),
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(files && { files }),
    ...(message.edited && { edited: { user: message.author, ts: message.ts } }),
    ...(message.reactions.length > 0 && { reactions: message.reactions.map((name) => ({ name, count: 1 })) }),
    ...(withMetadata && metadata !== undefined && { metadata }),
  };
}

/** Tells the app of a change of a message, as Slack does for everybody's messages. */
export function sendChanged(workspace: Workspace, message: Message, before: Event): string | undefined {
  return sendChannelEvent(workspace, workspace.get(message.channel), {
    type: 'message',
    subtype: 'message_changed',
    message: { ...toWireMessage(workspace, message), source_team: workspace.team.id },
    previous_message: before,
    ...hidden(workspace, message),
  });
}

/** Tells the app that a message is gone. */
export function sendDeleted(workspace: Workspace, message: Message, before: Event): string | undefined {
  return sendChannelEvent(workspace, workspace.get(message.channel), {
    type: 'message',
    subtype: 'message_deleted',
    previous_message: before,
    deleted_ts: message.ts,
    ...hidden(workspace, message),
  });
}

function hidden(workspace: Workspace, message: Message): Event {
  const ts = workspace.ground.ts();
  const channelType = workspace.get(message.channel).user ? 'im' : 'channel';
  return { channel: message.channel, channel_type: channelType, hidden: true, ts, event_ts: ts };
}

function parentOf(workspace: Workspace, message: Message): Message | undefined {
  return message.threadTs === undefined
    ? undefined
    : workspace.get(message.channel).messages.get(message.threadTs);
}
