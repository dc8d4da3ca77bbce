import type { webApi } from '@slack/bolt';
import type { Counters, KeyValue, Logger } from '../../core/ports.ts';

/**
 * Tells a person by direct message why there is no answer in a channel; once per person and channel. Never
 * rejects: where even that is impossible it is logged and counted.
 */
export type TellOnce = (user: string, channel: string, notice: string) => Promise<void>;

/** Options of {@link createTellOnce}. */
export interface TellOnceOptions {
  readonly client: webApi.WebClient;
  readonly store: KeyValue;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Makes a {@link TellOnce} that remembers in the store whom it told. */
export function createTellOnce({ client, store, logger, counters }: TellOnceOptions): TellOnce {
  return async (user, channel, notice) => {
    const key = `slack:told:${channel}:${user}`;
    try {
      if ((await store.get(key)) !== undefined) return;
      // Noted first: when the message fails, trying again at every question would only be refused again.
      await store.set(key, true, toldMs);
      const { channel: direct } = await client.conversations.open({ users: user });
      if (direct?.id === undefined) return;
      await client.chat.postMessage({ channel: direct.id, text: `About <#${channel}>: ${notice}` });
    } catch (error) {
      counters.add('slack.notice-undelivered');
      logger.warn('Slack: could not tell a person why there is no answer', { error, channel, notice });
    }
  };
}

const toldMs = 30 * 24 * 60 * 60 * 1000;
