import { type REST, type RESTPostAPICurrentUserCreateDMChannelResult, Routes } from 'discord.js';
import type { Counters, KeyValue, Logger } from '../../core/ports.ts';

const toldMs = 30 * 24 * 60 * 60 * 1000;

/**
 * Tells a person by direct message that Parley can't answer in a channel; once per person and channel.
 * Never rejects: where even that is impossible it is logged and counted.
 */
export type TellOnce = (user: string, channel: string, notice: string) => Promise<void>;

/** Options of {@link createTellOnce}. */
export interface TellOnceOptions {
  readonly rest: REST;
  readonly store: KeyValue;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Makes a {@link TellOnce} that remembers in the store whom it told. */
export function createTellOnce({ rest, store, logger, counters }: TellOnceOptions): TellOnce {
  return async (user, channel, notice) => {
    const key = `discord:told:${channel}:${user}`;
    try {
      if ((await store.get(key)) !== undefined) return;
      // Noted first: when the message fails, trying again at every question would only be refused again.
      await store.set(key, true, toldMs);
      const body = { recipient_id: user };
      const direct = (await rest.post(Routes.userChannels(), {
        body,
      })) as RESTPostAPICurrentUserCreateDMChannelResult;
      await rest.post(Routes.channelMessages(direct.id), {
        body: { content: `About <#${channel}>: ${notice}`, allowed_mentions: { parse: [] } },
      });
    } catch (error) {
      counters.add('discord.notice-undelivered');
      logger.warn('Discord: could not tell a person why there is no answer', { error, channel, notice });
    }
  };
}
