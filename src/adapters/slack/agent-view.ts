import type { webApi } from '@slack/bolt';
import type { KeyValue, Logger } from '../../core/ports.ts';
import { isDirect } from './address.ts';
import { asPayload, textOf } from './payload.ts';

/** What Slack shows around a conversation with the app. All of it is decoration: no method rejects. */
export interface AgentView {
  /** `app_home_opened`: somebody looks at their conversation with the app. */
  opened(event: unknown): Promise<void>;
  /** Names a thread of direct messages after the first question in it; once. */
  title(channel: string, threadTs: string, question: string): Promise<void>;
}

/** What somebody who does not know where to begin may ask. */
export const suggestedPrompts = [
  { title: 'What can you do?', message: 'What can you do?' },
  { title: 'Explain something', message: 'Explain in simple words how the internet finds a web page.' },
  {
    title: 'Draft a message',
    message: 'Draft a short, friendly message that moves our meeting to next week.',
  },
  {
    title: 'Think it through',
    message: 'Help me to weigh the pros and cons of a decision. Ask me what it is about first.',
  },
] as const;

/** What {@link createAgentView} needs. */
export interface AgentViewOptions {
  readonly client: webApi.WebClient;
  readonly team: string;
  /** Remembers which threads have a title. */
  readonly store: KeyValue;
  readonly logger: Logger;
}

/** Creates an {@link AgentView}. */
export function createAgentView({ client, team, store, logger }: AgentViewOptions): AgentView {
  return {
    async opened(event) {
      const payload = asPayload(event);
      const channel = textOf(payload, 'channel');
      if (channel === undefined || textOf(payload, 'tab') !== 'messages') return;
      try {
        await client.assistant.threads.setSuggestedPrompts({
          channel_id: channel,
          prompts: [...suggestedPrompts],
        });
      } catch (error) {
        logger.debug('Slack did not take the suggested prompts', { error });
      }
    },

    async title(channel, threadTs, question) {
      if (!isDirect(channel) || question === '') return;
      try {
        const key = `slack:title:${team}:${channel}:${threadTs}`;
        if ((await store.get<boolean>(key)) === true) return;
        await store.set(key, true, titleMemoryMs);
        await client.assistant.threads.setTitle({
          channel_id: channel,
          thread_ts: threadTs,
          title: toTitle(question),
        });
      } catch (error) {
        logger.debug('a thread of Slack got no title', { error });
      }
    },
  };
}

const titleMemoryMs = 90 * 24 * 3_600_000;
const titleLength = 80;

function toTitle(question: string): string {
  const line = question.replace(/\s+/g, ' ');
  const characters = [...line];
  return characters.length <= titleLength
    ? line
    : `${characters
        .slice(0, titleLength - 1)
        .join('')
        .trimEnd()}…`;
}
