import { invalidField, refusals } from '../api-fault.ts';
import type { Bucket } from '../limits.ts';
import { setThreadState } from '../messages.ts';
import { botCanView, requirePermission } from '../permissions.ts';
import { type Call, findChannel, findMessage, type Route } from '../route.ts';
import { openThread } from '../threads.ts';
import { toApiChannel, toApiThreadMember } from '../wire.ts';

/** Channels, "is typing" and threads. */
export const channelRoutes: readonly Route[] = [
  { method: 'GET', path: '/channels/:channel', handle: getChannel },
  { method: 'PATCH', path: '/channels/:channel', handle: changeChannel },
  {
    method: 'POST',
    path: '/channels/:channel/typing',
    bucket: ({ channel }) => ({ limit: 'typing', hash: 'channel-typing', key: `typing:${channel}` }),
    handle: showTyping,
  },
  {
    method: 'POST',
    path: '/channels/:channel/messages/:message/threads',
    bucket: threadBucket,
    handle: openThreadFromMessage,
  },
  { method: 'POST', path: '/channels/:channel/threads', bucket: threadBucket, handle: openThreadFromNothing },
  { method: 'GET', path: '/channels/:channel/thread-members', handle: listThreadMembers },
  { method: 'PUT', path: '/channels/:channel/thread-members/@me', handle: joinThread },
  { method: 'DELETE', path: '/channels/:channel/thread-members/@me', handle: leaveThread },
];

function threadBucket({ channel }: Readonly<Record<string, string>>): Bucket {
  return { limit: 'thread', hash: 'channel-threads', key: `thread:${channel}` };
}

function viewChannel(call: Call) {
  const channel = findChannel(call);
  if (!botCanView(call.world, channel)) throw refusals.missingAccess();
  return channel;
}

function getChannel(call: Call) {
  return { body: toApiChannel(call.world, viewChannel(call)) };
}

function changeChannel(call: Call) {
  const { world } = call;
  const channel = viewChannel(call);
  if (channel.kind !== 'thread') throw refusals.missingPermissions();
  if (channel.ownerId !== world.bot.id) requirePermission(world, channel, 'MANAGE_THREADS');
  const { name, archived, locked } = call.body as Record<string, unknown>;
  if (channel.archived && archived !== false) throw refusals.archived();
  setThreadState(world, channel, {
    ...(name === undefined ? {} : { name: readName(name) }),
    ...(typeof archived === 'boolean' ? { archived } : {}),
    ...(typeof locked === 'boolean' ? { locked } : {}),
  });
  return { body: toApiChannel(world, channel) };
}

function showTyping(call: Call) {
  const { world } = call;
  const channel = findChannel(call);
  requirePermission(world, channel, channel.kind === 'thread' ? 'SEND_MESSAGES_IN_THREADS' : 'SEND_MESSAGES');
  world.typing.push({ channelId: channel.id, at: world.now() });
  world.touch();
  return {};
}

function openThreadFromMessage(call: Call) {
  const { world } = call;
  const channel = findChannel(call);
  requirePermission(world, channel, 'CREATE_PUBLIC_THREADS');
  const from = findMessage(call, channel);
  const name = readName((call.body as Record<string, unknown>).name);
  const thread = openThread(world, channel, { name, owner: world.bot, from });
  return { status: 201, body: toApiChannel(world, thread) };
}

function openThreadFromNothing(call: Call) {
  const { world } = call;
  const channel = findChannel(call);
  requirePermission(world, channel, 'CREATE_PUBLIC_THREADS');
  const name = readName((call.body as Record<string, unknown>).name);
  return { status: 201, body: toApiChannel(world, openThread(world, channel, { name, owner: world.bot })) };
}

function readName(value: unknown): string {
  const name = typeof value === 'string' ? value.trim() : '';
  if (name.length < 1 || name.length > 100) {
    throw invalidField('name', 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.');
  }
  return name;
}

function viewThread(call: Call) {
  const thread = viewChannel(call);
  if (thread.kind !== 'thread') throw refusals.wrongChannelType();
  return thread;
}

function listThreadMembers(call: Call) {
  const thread = viewThread(call);
  return { body: [...thread.members].map((userId) => toApiThreadMember(thread.id, userId)) };
}

function joinThread(call: Call) {
  const thread = viewThread(call);
  if (thread.archived) throw refusals.archived();
  thread.members.add(call.world.bot.id);
  call.world.touch();
  return {};
}

function leaveThread(call: Call) {
  viewThread(call).members.delete(call.world.bot.id);
  call.world.touch();
  return {};
}
