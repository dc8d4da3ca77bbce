import { ApiFault, invalidField, refusals } from '../api-fault.ts';
import { nextAttachments } from '../attachments.ts';
import type { Bucket } from '../limits.ts';
import { allowedMentionsOf, type MessageBody, readMessageBody, requireSomething } from '../message-body.ts';
import { changeMessage, postMessage, recordPings, removeMessage } from '../messages.ts';
import { botCanView, botPermissions, requirePermission } from '../permissions.ts';
import { type Call, findChannel, findMessage, type Route } from '../route.ts';
import { compareIds } from '../snowflakes.ts';
import { toApiMessage, withoutContent } from '../wire.ts';
import type { ChannelRecord, MessageRecord, World } from '../world.ts';

const nonceMemoryMs = 5 * 60_000;

/** Messages of channels. Posts and edits tell the same bucket, and count apart unless `shared`. */
export function messageRoutes(shared: boolean): Route[] {
  const bucket =
    (kind: 'create' | 'edit') =>
    (params: Readonly<Record<string, string>>): Bucket => ({
      limit: 'message',
      hash: 'channel-messages',
      key: `${shared ? 'message' : kind}:${params.channel}`,
    });
  return [
    { method: 'GET', path: '/channels/:channel/messages', handle: listMessages },
    { method: 'GET', path: '/channels/:channel/messages/:message', handle: getMessage },
    { method: 'POST', path: '/channels/:channel/messages', bucket: bucket('create'), handle: createMessage },
    {
      method: 'PATCH',
      path: '/channels/:channel/messages/:message',
      bucket: bucket('edit'),
      handle: editMessage,
    },
    { method: 'DELETE', path: '/channels/:channel/messages/:message', handle: deleteMessage },
  ];
}

function listMessages(call: Call) {
  const { world, query } = call;
  const channel = findChannel(call);
  if (!botCanView(world, channel)) throw refusals.missingAccess();
  if (channel.kind !== 'dm' && !botPermissions(world, channel).has('READ_MESSAGE_HISTORY'))
    return { body: [] };
  const limit = Number(query.get('limit') ?? 50);
  if (!(limit >= 1 && limit <= 100)) {
    throw invalidField('limit', 'NUMBER_TYPE_MAX', 'int value should be between 1 and 100.');
  }
  const newestFirst = channel.messages
    .filter((message) => !message.deleted && !message.ephemeral)
    .sort((left, right) => compareIds(right.id, left.id));
  return {
    body: selectMessages(newestFirst, query, limit).map((message) => readable(world, channel, message)),
  };
}

function selectMessages(newestFirst: MessageRecord[], query: URLSearchParams, limit: number) {
  const before = query.get('before');
  const after = query.get('after');
  const around = query.get('around');
  if (before !== null) {
    return newestFirst.filter(({ id }) => compareIds(id, before) < 0).slice(0, limit);
  }
  if (after !== null) {
    const later = newestFirst.filter(({ id }) => compareIds(id, after) > 0);
    return later.slice(Math.max(0, later.length - limit));
  }
  if (around !== null) {
    const middle = newestFirst.filter(({ id }) => compareIds(id, around) > 0).length;
    const start = Math.max(0, middle - Math.floor(limit / 2));
    return newestFirst.slice(start, start + limit);
  }
  return newestFirst.slice(0, limit);
}

function getMessage(call: Call) {
  const channel = findChannel(call);
  requirePermission(call.world, channel, 'READ_MESSAGE_HISTORY');
  return { body: readable(call.world, channel, findMessage(call, channel)) };
}

/** Without the MESSAGE_CONTENT intent only own messages, mentions and direct messages can be read. */
function readable(world: World, channel: ChannelRecord, message: MessageRecord) {
  const data = toApiMessage(world, message);
  const open =
    world.contentAllowed ||
    channel.kind === 'dm' ||
    message.author.id === world.bot.id ||
    message.mentions.includes(world.bot.id);
  return open ? data : withoutContent(data);
}

function createMessage(call: Call) {
  const { world } = call;
  const channel = findChannel(call);
  requirePermission(world, channel, channel.kind === 'thread' ? 'SEND_MESSAGES_IN_THREADS' : 'SEND_MESSAGES');
  if (channel.locked && !botPermissions(world, channel).has('MANAGE_THREADS')) throw refusals.locked();
  const body = readMessageBody(call.body, call.files);
  requireSomething({ ...body, attachments: body.attachments?.added });
  if (call.files.length > 0) requirePermission(world, channel, 'ATTACH_FILES');
  const earlier = body.enforceNonce ? findByNonce(world, body.nonce) : undefined;
  if (earlier !== undefined) return { status: 200, body: toApiMessage(world, earlier) };
  const original = findReference(world, channel, body);
  const pinged = original !== undefined && (body.allowed ? body.allowed.replied_user === true : true);
  const { attachments, ...rest } = body;
  const message = postMessage(world, channel, {
    ...rest,
    author: world.bot,
    content: body.content ?? '',
    stored: nextAttachments(world, channel.id, [], attachments),
    mentions: [...allowedMentionsOf(body), ...(pinged ? [original.author.id] : [])],
    reference: original && { messageId: original.id, channelId: channel.id },
  });
  recordPings(world, message, 'create', {
    content: message.content,
    allowed: body.allowed,
    interaction: false,
    ...(original === undefined ? {} : { repliedTo: original.author.id }),
  });
  return { status: 200, body: toApiMessage(world, message) };
}

function findByNonce(world: World, nonce: string | number | undefined): MessageRecord | undefined {
  const earlier = nonce === undefined ? undefined : world.nonces.get(nonce);
  return earlier !== undefined && earlier.at >= world.now() - nonceMemoryMs ? earlier : undefined;
}

function findReference(world: World, channel: ChannelRecord, body: MessageBody): MessageRecord | undefined {
  if (body.reference === undefined) return undefined;
  if (channel.kind !== 'dm' && !botPermissions(world, channel).has('READ_MESSAGE_HISTORY')) {
    throw refusals.noHistoryToReply();
  }
  const original = world.messages.get(body.reference.messageId);
  if (original !== undefined && !original.deleted && original.channelId === channel.id) return original;
  if (!body.reference.required) return undefined;
  throw new ApiFault(400, 50035, 'Invalid Form Body', {
    message_reference: { _errors: [{ code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' }] },
  });
}

function editMessage(call: Call) {
  const { world } = call;
  const channel = findChannel(call);
  if (!botCanView(world, channel)) throw refusals.missingAccess();
  const message = findMessage(call, channel);
  if (message.author.id !== world.bot.id) throw refusals.notYourMessage();
  if (channel.archived) throw refusals.archived();
  const body = readMessageBody(call.body, call.files);
  if (call.files.length > 0) requirePermission(world, channel, 'ATTACH_FILES');
  applyEdit(world, message, body, message.interactionId !== undefined);
  return { status: 200, body: toApiMessage(world, message) };
}

/** Edits a message of the bot by a body. @throws ApiFault 50006 where nothing would be left */
export function applyEdit(
  world: World,
  message: MessageRecord,
  body: MessageBody,
  interaction: boolean,
): void {
  const attachments = nextAttachments(world, message.channelId, message.attachments, body.attachments);
  requireSomething({
    content: body.content ?? message.content,
    embeds: body.embeds ?? message.embeds,
    components: body.components ?? message.components,
    attachments: attachments ?? message.attachments,
  });
  changeMessage(world, message, {
    ...body,
    attachments,
    ...(body.content === undefined ? {} : { mentions: allowedMentionsOf(body) }),
  });
  if (body.content !== undefined) {
    recordPings(world, message, 'edit', { content: body.content, allowed: body.allowed, interaction });
  }
}

function deleteMessage(call: Call) {
  const { world } = call;
  const channel = findChannel(call);
  if (!botCanView(world, channel)) throw refusals.missingAccess();
  const message = findMessage(call, channel);
  if (message.author.id !== world.bot.id) requirePermission(world, channel, 'MANAGE_MESSAGES');
  removeMessage(world, message);
  return {};
}
