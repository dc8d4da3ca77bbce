import { refusals } from '../api-fault.ts';
import { dmWith } from '../people.ts';
import type { Call, Route } from '../route.ts';
import type { DiscordGuild, DiscordUser } from '../types.ts';
import { toApiChannel, toApiMember, toApiUser } from '../wire.ts';
import { toApiGuild, toApiRoles } from '../wire-guild.ts';

/** Guilds and users, as far as a client looks them up. */
export const guildRoutes: readonly Route[] = [
  { method: 'GET', path: '/users/@me', handle: ({ world }) => ({ body: toApiUser(world.bot) }) },
  { method: 'GET', path: '/users/:user', handle: (call) => ({ body: toApiUser(findUser(call)) }) },
  { method: 'POST', path: '/users/@me/channels', handle: openDirectChannel },
  { method: 'GET', path: '/guilds/:guild', handle: (call) => ({ body: guildOf(call) }) },
  { method: 'GET', path: '/guilds/:guild/channels', handle: (call) => ({ body: guildOf(call).channels }) },
  { method: 'GET', path: '/guilds/:guild/roles', handle: (call) => ({ body: toApiRoles(findGuild(call)) }) },
  { method: 'GET', path: '/guilds/:guild/members/:user', handle: getMember },
  { method: 'GET', path: '/guilds/:guild/threads/active', handle: listActiveThreads },
];

function findGuild({ world, params }: Call): DiscordGuild {
  const guild = world.guilds.get(params.guild!);
  if (guild === undefined) throw refusals.unknownGuild();
  return guild;
}

function findUser({ world, params }: Call): DiscordUser {
  const user = world.users.get(params.user!);
  if (user === undefined) throw refusals.unknownUser();
  return user;
}

function guildOf(call: Call) {
  return toApiGuild(call.world, findGuild(call));
}

function getMember(call: Call) {
  findGuild(call);
  const user = call.world.users.get(call.params.user!);
  if (user === undefined) throw refusals.unknownMember();
  return { body: { ...toApiMember(), user: toApiUser(user) } };
}

function listActiveThreads(call: Call) {
  return { body: { threads: guildOf(call).threads, members: [], has_more: false } };
}

function openDirectChannel({ world, body }: Call) {
  const { recipient_id: id } = body as Record<string, unknown>;
  const user = world.users.get(String(id));
  if (user === undefined) throw refusals.unknownUser();
  return { body: toApiChannel(world, dmWith(world, user)) };
}
