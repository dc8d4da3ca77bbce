/** Slash commands and buttons: what the person did, and what came of it. */
import type { Parcel } from './parcel.ts';
import type { CallArguments, Ephemeral, Interaction, ResponseUse } from './records.ts';
import type { StandInUser } from './types.ts';
import { toBlocksText, toVisible } from './visible-text.ts';
import type { Channel, Workspace } from './workspace.ts';

/** What a person did, and what an app may open one modal for, for a short while. */
export interface Trigger {
  readonly user: StandInUser;
  readonly at: number;
  used: boolean;
}

export type OpenInteraction = { -readonly [Key in keyof Interaction]: Interaction[Key] };

export function slash(
  workspace: Workspace,
  user: StandInUser,
  channelId: string,
  command: string,
  text: string,
): Interaction {
  const channel = workspace.get(channelId);
  const interaction = open(workspace, user, channel);
  if (!workspace.scopes.has('commands')) return interaction;
  dispatch(workspace, interaction, 'slash_commands', {
    token: 'verification-token',
    team_id: workspace.team.id,
    team_domain: workspace.team.name.toLowerCase(),
    channel_id: channelId,
    channel_name: channel.user ? 'directmessage' : channel.name,
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: workspace.ground.appId,
    is_enterprise_install: 'false',
    response_url: interaction.responseUrl,
    trigger_id: interaction.triggerId,
  });
  return interaction;
}

export function action(
  workspace: Workspace,
  user: StandInUser,
  target: { channel: string; ts: string },
  press: { actionId: string; value?: string; blockId?: string; type?: string },
): Interaction {
  const channel = workspace.get(target.channel);
  const interaction = open(workspace, user, channel, target.ts);
  const message = channel.messages.get(target.ts);
  const messages = [...channel.messages.values()];
  // The head of a thread names itself as soon as somebody has replied.
  const isHead = messages.some((other) => other.threadTs === target.ts);
  const threadTs = message?.threadTs ?? (isHead ? target.ts : undefined);
  dispatch(workspace, interaction, 'interactive', {
    type: 'block_actions',
    token: 'verification-token',
    api_app_id: workspace.ground.appId,
    team: { id: workspace.team.id, domain: workspace.team.name.toLowerCase() },
    enterprise: null,
    is_enterprise_install: false,
    user: { id: user.id, username: user.name, name: user.name, team_id: workspace.team.id },
    channel: { id: channel.id, name: channel.name },
    container: {
      ...{ type: 'message', message_ts: target.ts, channel_id: channel.id, is_ephemeral: false },
      ...(threadTs !== undefined && { thread_ts: threadTs }),
    },
    message: {
      ...{ type: 'message', ts: target.ts, user: message?.author, text: message?.source },
      ...(message?.botId !== undefined && { bot_id: message.botId, app_id: workspace.ground.appId }),
      ...(message && message.blocks.length > 0 && { blocks: message.blocks }),
      ...(threadTs !== undefined && { thread_ts: threadTs }),
    },
    response_url: interaction.responseUrl,
    trigger_id: interaction.triggerId,
    actions: [
      {
        type: press.type ?? 'button',
        action_id: press.actionId,
        block_id: press.blockId ?? 'block',
        action_ts: workspace.ground.ts(),
        ...(press.value !== undefined && { value: press.value }),
      },
    ],
  });
  return interaction;
}

function open(workspace: Workspace, user: StandInUser, channel: Channel, pressed?: string): OpenInteraction {
  const { ground } = workspace;
  const triggerId = openTrigger(workspace, user);
  const openedAt = ground.now();
  const responses: ResponseUse[] = [];
  const responseUrl = ground.openResponseUrl(triggerId, (body) => {
    const at = ground.now();
    const uses = responses.filter((use) => use.ok).length;
    const ok = uses < ground.limits.responseUses && at - openedAt < ground.limits.responseLifetimeMs;
    responses.push({ at, body, ok });
    if (ok) answer(workspace, user, channel, body, 'response-url', pressed);
    ground.changed();
    return ok;
  });
  return { triggerId, responseUrl, acknowledged: false, responses };
}

/** Makes a trigger id. */
export function openTrigger(workspace: Workspace, user: StandInUser): string {
  const id = workspace.ground.id('Tr');
  workspace.triggers.set(id, { user, at: workspace.ground.now(), used: false });
  return id;
}

function dispatch(
  workspace: Workspace,
  interaction: OpenInteraction,
  kind: 'slash_commands' | 'interactive',
  payload: Parcel['payload'],
): void {
  workspace.ground.send({
    id: interaction.triggerId,
    kind,
    type: kind,
    payload,
    acknowledged(body) {
      interaction.acknowledged = true;
      if (body !== undefined && body !== '') interaction.ackBody = body;
      const channel = workspace.get(String(payload.channel_id ?? (payload.channel as { id: string }).id));
      const user = workspace.users.get(String(payload.user_id));
      const reply = typeof body === 'string' ? { text: body } : body;
      if (kind === 'slash_commands' && user && hasText(reply)) {
        answer(workspace, user, channel, reply, 'acknowledgement');
      }
    },
    failed(failure) {
      interaction.failure = failure;
    },
  });
}

function hasText(body: unknown): body is CallArguments {
  return typeof body === 'object' && body !== null && ('text' in body ? body.text !== '' : 'blocks' in body);
}

/** Shows what an acknowledgement or a post to a response URL says. */
function answer(
  workspace: Workspace,
  user: StandInUser,
  channel: Channel,
  body: CallArguments,
  via: Ephemeral['via'],
  pressed?: string,
): void {
  const { ground } = workspace;
  const source = body.blocks ? toBlocksText(body.blocks) : String(body.markdown_text ?? body.text ?? '');
  const threadTs = typeof body.thread_ts === 'string' ? body.thread_ts : undefined;
  const target = pressed === undefined ? undefined : channel.messages.get(pressed);
  if (target && body.delete_original === true) target.deleted = true;
  else if (target && body.replace_original === true) target.show(source);
  else if (body.response_type === 'in_channel') {
    const { userId: author, botId } = workspace.bot;
    workspace.add({
      ...{ ts: ground.ts(), channel: channel.id, threadTs, author, botId, source },
      ...{ format: 'mrkdwn', args: body },
    });
  } else if (body.delete_original !== true) {
    workspace.ephemerals.push({
      ...{ channel: channel.id, user: user.id, source, via, at: ground.now() },
      text: toVisible(source),
      ...(threadTs !== undefined && { threadTs }),
    });
  }
}
