import {
  Client,
  Events,
  type GatewayDispatchEvents,
  GatewayIntentBits,
  Options,
  SimpleShardingStrategy,
  type WebSocketOptions,
} from 'discord.js';
import type { Counters, Logger } from '../../core/ports.ts';
import type { Refusals } from './refusals.ts';

/** Options of {@link createClient}. */
export interface ClientOptions {
  readonly apiUrl: string;
  /** Ask for the text of messages that don't mention Parley (the Message Content Intent). */
  readonly withContent: boolean;
  readonly logger: Logger;
  readonly counters: Counters;
  readonly refusals: Refusals;
}

/**
 * A discord.js client that holds the gateway connection and knows servers, channels, threads and roles. It
 * keeps no messages, members or anything else that grows with use: what people say is read from the
 * dispatches themselves, so an edit or a deletion arrives also for a message that is in no cache.
 */
export function createClient(options: ClientOptions): Client {
  const { apiUrl, withContent, logger, counters } = options;
  const intents = [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.DirectMessages,
  ];
  if (withContent) intents.push(GatewayIntentBits.MessageContent);
  const isSelf = ({ id }: { readonly id: string }) => id === client.user?.id;
  const client: Client = new Client({
    intents,
    shards: 'auto',
    allowedMentions: { parse: [], repliedUser: true },
    failIfNotExists: false,
    waitGuildTimeout: 5000,
    rest: { api: apiUrl.replace(/\/+$/, '') },
    makeCache: Options.cacheWithLimits({
      AutoModerationRuleManager: 0,
      ApplicationCommandManager: 0,
      BaseGuildEmojiManager: 0,
      EntitlementManager: 0,
      GuildBanManager: 0,
      GuildEmojiManager: 0,
      GuildInviteManager: 0,
      GuildMemberManager: { maxSize: 0, keepOverLimit: isSelf },
      GuildScheduledEventManager: 0,
      GuildStickerManager: 0,
      MessageManager: 0,
      PresenceManager: 0,
      ReactionManager: 0,
      StageInstanceManager: 0,
      ThreadMemberManager: 0,
      UserManager: { maxSize: 0, keepOverLimit: isSelf },
      VoiceStateManager: 0,
    }),
    ws: { buildStrategy: (manager) => new SimpleShardingStrategy(guarded(manager, logger, counters)) },
  });
  client.on(Events.Error, (error) => logger.error('Discord: the client reports an error', { error }));
  client.on(Events.Warn, (warning) => logger.warn('Discord: the client warns', { warning }));
  client.on(Events.ShardError, (error, shard) => logger.warn('Discord: connection error', { error, shard }));
  client.on(Events.ShardResume, (shard, replayed) => logger.info('Discord: resumed', { shard, replayed }));
  options.refusals.watch(client.rest);
  return client;
}

/** Takes the data of a dispatch as Discord sent it. */
export type DispatchListener = (data: unknown, client: Client<true>) => void;

/** Listens to one kind of dispatch of a client. */
export function listen(client: Client, event: GatewayDispatchEvents, listener: DispatchListener): void {
  // Nothing of interest is dispatched before READY, from which on the client knows who it is.
  client.ws.on(event, (data: unknown) => {
    if (client.user !== null) listener(data, client as Client<true>);
  });
}

type GatewayManager = Parameters<NonNullable<WebSocketOptions['buildStrategy']>>[0];

/**
 * Dispatches are handled inside of an async function of the SDK whose rejection nobody catches: one event
 * that the SDK can't read would end the process. Here it is logged and counted instead.
 */
function guarded(manager: GatewayManager, logger: Logger, counters: Counters): GatewayManager {
  const emit = manager.emit.bind(manager);
  manager.emit = (...args: Parameters<typeof emit>) => {
    try {
      return emit(...args);
    } catch (error) {
      counters.add('discord.dropped.malformed');
      logger.error('Discord: an event could not be handled', { error });
      return true;
    }
  };
  return manager;
}
