import type { SlackLimits } from './types.ts';

/** Slack's documented figures; undocumented ones are the strictest that were reported. */
export function createLimits(overrides: Partial<SlackLimits> = {}): SlackLimits {
  return {
    postsPerSecondPerChannel: 1,
    burst: 1,
    updateText: 4000,
    markdownText: 12_000,
    streamText: 12_000,
    streamBytes: 10_600,
    streamLifetimeMs: 300_000,
    streamLifetimeFrom: 'start',
    streamsNeedThread: 'everywhere',
    longPosts: 'truncate',
    cappedHistory: false,
    acknowledgeMs: 3000,
    responseUses: 5,
    responseLifetimeMs: 1_800_000,
    blocksText: 13_200,
    statusLifetimeMs: 120_000,
    connections: 10,
    filesInBlocks: 'all',
    fileRefusals: 0,
    fileReadyMs: 0,
    triggerLifetimeMs: 3000,
    ...overrides,
    perMinute: { ...TIERS, ...overrides.perMinute },
  };
}

/** Calls per minute, method and workspace. `chat.postMessage` is "several hundred". */
const TIERS: Readonly<Record<string, number>> = {
  'chat.postMessage': 300,
  'chat.postEphemeral': 100,
  'chat.update': 50,
  'chat.delete': 50,
  'chat.startStream': 20,
  'chat.appendStream': 100,
  'chat.stopStream': 20,
  'assistant.threads.setStatus': 600,
  'assistant.threads.setSuggestedPrompts': 100,
  'assistant.threads.setTitle': 100,
  'agents.sessions.setStatus': 50,
  'agents.sessions.rename': 50,
  'conversations.replies': 50,
  'conversations.history': 50,
  'conversations.info': 50,
  'conversations.open': 50,
  'files.getUploadURLExternal': 100,
  'files.completeUploadExternal': 100,
  'views.open': 100,
  'users.info': 100,
  'bots.info': 50,
  'reactions.add': 50,
  'apps.connections.open': 50,
};
