import { refusals } from './api-fault.ts';
import type { Permission } from './types.ts';
import type { ChannelRecord, World } from './world.ts';

const bits: Record<Permission, bigint> = {
  VIEW_CHANNEL: 1n << 10n,
  SEND_MESSAGES: 1n << 11n,
  MANAGE_MESSAGES: 1n << 13n,
  ATTACH_FILES: 1n << 15n,
  READ_MESSAGE_HISTORY: 1n << 16n,
  MANAGE_THREADS: 1n << 34n,
  CREATE_PUBLIC_THREADS: 1n << 35n,
  SEND_MESSAGES_IN_THREADS: 1n << 38n,
};

const everyoneHas: readonly Permission[] = [
  'VIEW_CHANNEL',
  'SEND_MESSAGES',
  'ATTACH_FILES',
  'READ_MESSAGE_HISTORY',
  'CREATE_PUBLIC_THREADS',
  'SEND_MESSAGES_IN_THREADS',
];

/** Embed links, add reactions, use external emojis, use application commands. */
const unenforced = (1n << 14n) | (1n << 6n) | (1n << 18n) | (1n << 31n);

/** Permissions as the decimal bit set that Discord sends. */
export function toBits(permissions: Iterable<Permission>): string {
  let sum = 0n;
  for (const permission of permissions) sum |= bits[permission];
  return String(sum);
}

/** Of the @everyone role of every guild. */
export const everyoneBits = String(BigInt(toBits(everyoneHas)) | unenforced);

/** What the bot may do in a channel; a thread has what its parent has. */
export function botPermissions(world: World, channel: ChannelRecord): ReadonlySet<Permission> {
  const place = channel.parentId === undefined ? channel : (world.channels.get(channel.parentId) ?? channel);
  const granted = new Set(everyoneHas);
  for (const permission of place.denied) granted.delete(permission);
  for (const permission of place.allowed) granted.add(permission);
  return granted;
}

/** The same as the decimal bit set. */
export function botPermissionBits(world: World, channel: ChannelRecord): string {
  return String(BigInt(toBits(botPermissions(world, channel))) | unenforced);
}

/** True where the bot sees the channel at all. */
export function botCanView(world: World, channel: ChannelRecord): boolean {
  return channel.kind === 'dm' || botPermissions(world, channel).has('VIEW_CHANNEL');
}

/** Refuses with 50001 where the bot can't see the channel, with 50013 where it lacks the permission. */
export function requirePermission(world: World, channel: ChannelRecord, permission: Permission): void {
  if (!botCanView(world, channel)) throw refusals.missingAccess();
  if (channel.kind !== 'dm' && !botPermissions(world, channel).has(permission)) {
    throw refusals.missingPermissions();
  }
}
