/** `assistant.threads.*` and `agents.sessions.*`: status lines, titles, suggested prompts. */
import { missing, Refusal, readText, requireText } from './arguments.ts';
import type { Method } from './methods.ts';
import { findChannel, findRoot, requireRoot } from './places.ts';
import type { CallArguments, PromptsCall } from './records.ts';
import type { Workspace } from './workspace.ts';

export const agentMethods: Record<string, Method> = {
  'assistant.threads.setStatus': { scopes: ['chat:write', 'assistant:write'], run: setStatus },
  'assistant.threads.setTitle': { scopes: ['assistant:write'], run: setTitle },
  'assistant.threads.setSuggestedPrompts': { scopes: ['assistant:write'], run: setSuggestedPrompts },
  'agents.sessions.setStatus': { scopes: ['chat:write'], run: setSessionStatus },
  'agents.sessions.rename': { scopes: ['chat:write'], run: rename },
};

const SESSION_STATUSES = ['active', 'processing', 'suspended', 'closed'];
const MOST_PROMPTS = 4;
const MOST_LOADING_MESSAGES = 10;
const LONGEST_LOADING_MESSAGE = 50;
const LONGEST_TITLE = 200;

function setStatus(workspace: Workspace, args: CallArguments) {
  const channel = findChannel(workspace, args, 'channel_id');
  const root = requireRoot(channel, args, 'invalid_thread_ts');
  const status = readText(args, 'status');
  if (status === undefined) throw missing('status');
  const loading = args.loading_messages ?? [];
  const fits =
    Array.isArray(loading) &&
    loading.length <= MOST_LOADING_MESSAGES &&
    loading.every((line) => String(line).length <= LONGEST_LOADING_MESSAGE);
  if (!fits) throw new Refusal('invalid_arguments');
  workspace.showStatus(channel.id, root, status);
  return {};
}

function setTitle(workspace: Workspace, args: CallArguments) {
  const channel = findChannel(workspace, args, 'channel_id');
  const threadTs = requireRoot(channel, args, 'invalid_thread_ts');
  return addTitle(workspace, channel.id, threadTs, requireText(args, 'title'));
}

function rename(workspace: Workspace, args: CallArguments) {
  const channel = findChannel(workspace, args, 'channel_id');
  const threadTs = findRoot(channel, args, 'session_not_found');
  if (threadTs === undefined) throw new Refusal('thread_ts_required');
  const title = requireText(args, 'title');
  if (title.length > LONGEST_TITLE) throw new Refusal('invalid_arguments');
  return addTitle(workspace, channel.id, threadTs, title);
}

function addTitle(workspace: Workspace, channel: string, threadTs: string, title: string) {
  workspace.titles.push({ channel, threadTs, title, at: workspace.ground.now() });
  workspace.ground.changed();
  return {};
}

function setSuggestedPrompts(workspace: Workspace, args: CallArguments) {
  const channel = findChannel(workspace, args, 'channel_id');
  const threadTs = findRoot(channel, args, 'invalid_thread_ts');
  const prompts = args.prompts;
  if (!Array.isArray(prompts) || prompts.length === 0 || prompts.length > MOST_PROMPTS) {
    throw new Refusal('invalid_arguments');
  }
  if (!prompts.every((prompt) => prompt?.title && prompt?.message)) throw new Refusal('invalid_arguments');
  const title = readText(args, 'title');
  workspace.suggestedPrompts.push({
    ...{ channel: channel.id, prompts: prompts as PromptsCall['prompts'], at: workspace.ground.now() },
    ...(threadTs !== undefined && { threadTs }),
    ...(title !== undefined && { title }),
  });
  workspace.ground.changed();
  return {};
}

function setSessionStatus(workspace: Workspace, args: CallArguments) {
  const channel = findChannel(workspace, args, 'channel_id');
  const threadTs = findRoot(channel, args, 'thread_ts_required');
  if (threadTs === undefined) throw new Refusal('thread_ts_required');
  const status = requireText(args, 'status');
  if (!SESSION_STATUSES.includes(status)) throw new Refusal('invalid_status');
  workspace.sessions.push({ channel: channel.id, threadTs, status, at: workspace.ground.now() });
  workspace.ground.changed();
  return { status, agent_status: status };
}
