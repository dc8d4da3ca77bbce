/** Who is who: `auth.test`, `users.info`, `bots.info`, and `reactions.add`. */
import { Refusal, requireText } from './arguments.ts';
import type { Method } from './methods.ts';
import { findWritable } from './places.ts';
import type { CallArguments } from './records.ts';
import type { Workspace } from './workspace.ts';

export const directoryMethods: Record<string, Method> = {
  'auth.test': { run: authTest },
  'users.info': { scopes: ['users:read'], run: userInfo },
  'bots.info': { scopes: ['users:read'], run: botInfo },
  'reactions.add': { scopes: ['reactions:write'], run: addReaction },
};

function authTest({ team, bot }: Workspace) {
  return {
    url: `https://${team.name.toLowerCase()}.slack.com/`,
    ...{ team: team.name, team_id: team.id },
    ...{ user: bot.name, user_id: bot.userId, bot_id: bot.botId },
    is_enterprise_install: false,
  };
}

function userInfo(workspace: Workspace, args: CallArguments) {
  const user = workspace.users.get(requireText(args, 'user'));
  if (!user) throw new Refusal('user_not_found');
  const { id, name } = user;
  return {
    user: {
      ...{ id, name: name.toLowerCase(), real_name: name, team_id: workspace.team.id, deleted: false },
      is_bot: id === workspace.bot.userId,
      profile: { display_name: name, real_name: name },
    },
  };
}

function botInfo(workspace: Workspace, args: CallArguments) {
  const { botId, userId, name } = workspace.bot;
  if (requireText(args, 'bot') !== botId) throw new Refusal('bot_not_found');
  return { bot: { id: botId, name, user_id: userId, app_id: workspace.ground.appId, deleted: false } };
}

function addReaction(workspace: Workspace, args: CallArguments) {
  const channel = findWritable(workspace, args);
  const message = channel.messages.get(requireText(args, 'timestamp'));
  if (!message || message.deleted) throw new Refusal('message_not_found');
  const name = requireText(args, 'name');
  if (message.reactions.includes(name)) throw new Refusal('already_reacted');
  message.reactions.push(name);
  workspace.ground.changed();
  return {};
}
