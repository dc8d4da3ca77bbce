import { setTimeout as wait } from 'node:timers/promises';
import {
  type APIInteraction,
  type Client,
  GatewayDispatchEvents,
  type GatewayMessageCreateDispatchData,
  type GatewayMessageDeleteBulkDispatchData,
  type GatewayMessageDeleteDispatchData,
  type GatewayMessageUpdateDispatchData,
  REST,
} from 'discord.js';
import type { ParleyError } from '../../core/errors.ts';
import type {
  CommandSpec,
  Counters,
  Inbox,
  KeyValue,
  Logger,
  Platform,
  ReplySurface,
} from '../../core/ports.ts';
import { createSequence } from '../../core/sequence.ts';
import { fromReplyAddress } from './address.ts';
import { createAttachments } from './attachments.ts';
import { createCardSurface } from './card-surface.ts';
import { mentionNames } from './channels.ts';
import { listen } from './client.ts';
import { registerCommands } from './commands.ts';
import { readEarlier } from './earlier.ts';
import { badTokenNotice, contentIntentHint, createGateway, type Gateway } from './gateway.ts';
import { createIntake, type Intake } from './intake.ts';
import { createInteractionAnswers } from './interaction-answers.ts';
import { createInteractions } from './interactions.ts';
import { createPagesPosted } from './pages-posted.ts';
import { createPresses } from './presses.ts';
import { createRefusals } from './refusals.ts';
import { createCall } from './rest.ts';
import { createSurface } from './surface.ts';
import { createTellOnce } from './tell-once.ts';
import { createTyping } from './typing.ts';

/** Options of {@link createDiscord}. */
export interface DiscordOptions {
  /** The bot token. */
  readonly token: string;
  /** REST base without the version. @default https://discord.com/api */
  readonly apiUrl?: string;
  /** Where a mention in a channel is answered: in a thread opened from it, or as a reply to it. */
  readonly replies: 'thread' | 'channel';
  /** Remembers which conversation a message in a channel belongs to. Its keys begin with `discord:`. */
  readonly store: KeyValue;
  readonly logger: Logger;
  readonly counters: Counters;
  /**
   * Told when the connection is gone for good while Parley runs (the token was taken back): `platform-failed`, with
   * a notice that says what to do.
   */
  onLost(error: ParleyError): void;
}

/** What is being taken in when Parley ends gets so long: Discord delivers nothing a second time. */
const handOverMs = 1500;

/** Parley on Discord. Nothing is connected before `start`; `surface` and `earlier` work without it. */
export function createDiscord(options: DiscordOptions): Platform<ReplySurface> {
  const { token, logger, counters } = options;
  const apiUrl = (options.apiUrl ?? 'https://discord.com/api').replace(/\/+$/, '');
  let unauthorized = false;
  const refusals = createRefusals({ logger, counters });
  const call = createCall({
    apiUrl,
    token,
    onAnswer: refusals.count,
    onUnauthorized() {
      if (!unauthorized) logger.error(`Discord: nothing can be written any more. ${badTokenNotice}`);
      unauthorized = true;
    },
  });
  const rest = new REST({ api: apiUrl }).setToken(token);
  refusals.watch(rest);
  const pagesPosted = createPagesPosted(options);
  const tellOnce = createTellOnce({ ...options, rest });
  const attachments = createAttachments({ apiUrl, rest });
  const shared = { ...options, call, rest, pagesPosted, tellOnce, attachments, typing: createTyping(call) };
  const events = createSequence();
  let gateway: Gateway | undefined;
  let closed = false;

  return {
    name: 'discord',

    smallPrint: '-# ',

    async start(inbox: Inbox, commands: readonly CommandSpec[]) {
      const intake = createIntake({ ...shared, inbox });
      const answers = createInteractionAnswers(shared);
      const presses = createPresses({ ...shared, inbox, answers });
      const interactions = createInteractions({ ...shared, inbox, commands, answers, presses });
      gateway = createGateway({
        ...{ token, apiUrl, logger, counters, refusals },
        onLost: options.onLost,
        attach(next) {
          attachMessages(next, intake, take);
          listen(next, GatewayDispatchEvents.InteractionCreate, (data, ready) => {
            const interaction = data as APIInteraction;
            take('interaction', interaction.id, () => interactions(ready, interaction));
          });
        },
      });
      const client = await gateway.start();
      await register(client, commands);
      const servers = client.guilds.cache.size;
      const where = `in ${servers} server${servers === 1 ? '' : 's'}`;
      const lost = gateway.withContent ? '' : ` (Message Content Intent is off: ${contentIntentHint})`;
      return `Discord: connected as ${client.user.tag} ${where}${lost}`;
    },

    ready: () => gateway?.ready === true,

    surface: (address, meter) => createSurface(fromReplyAddress(address), shared, meter),

    card: (address, meter) => createCardSurface(fromReplyAddress(address), shared, meter),

    async earlier(address) {
      const discord = fromReplyAddress(address);
      return readEarlier(discord, {
        rest,
        logger,
        names: (users) => mentionNames(gateway?.client, discord.data.channel, users),
      });
    },

    fetchFile: attachments.fetch,

    async stop() {
      // The gateway delivers no event again to another session: what is said from now on is taken until the end.
    },

    async close() {
      const over = new AbortController();
      // An abort ends the wait, which is what it is for.
      const timeIsUp = wait(handOverMs, undefined, { signal: over.signal }).catch(() => undefined);
      // Some have to look a channel up, for which the client must be there; the others came while it was closed.
      await Promise.race([events.settled(), timeIsUp]);
      await gateway?.close();
      await Promise.race([events.settled(), timeIsUp]);
      closed = true;
      over.abort();
      rest.clearHandlerSweeper();
      rest.clearHashSweeper();
    },
  };

  /** Handles an event behind those of the same key; no fault of it may end the process or touch another conversation. */
  function take(what: string, key: string, handle: () => Promise<void> | void): void {
    void events.run(key, async () => {
      if (closed) return counters.add('discord.dropped.closed');
      try {
        await handle();
      } catch (error) {
        counters.add('discord.handler-failed');
        logger.error(`Discord: an event was dropped (${what})`, { error });
      }
    });
  }

  async function register(ready: Client<true>, commands: readonly CommandSpec[]): Promise<void> {
    try {
      const changed = await registerCommands(rest, ready.application.id, commands);
      logger.info(changed ? 'Discord: commands registered' : 'Discord: commands are as they were');
    } catch (error) {
      logger.error('Discord: the slash commands could not be registered; mentions work all the same', {
        error,
      });
    }
  }
}

type Take = (what: string, key: string, handle: () => Promise<void> | void) => void;

function attachMessages(client: Client, intake: Intake, take: Take): void {
  listen(client, GatewayDispatchEvents.MessageCreate, (data, ready) => {
    const message = data as GatewayMessageCreateDispatchData;
    take('message', message.channel_id, () => intake.said(ready, message));
  });
  listen(client, GatewayDispatchEvents.MessageUpdate, (data, ready) => {
    const message = data as GatewayMessageUpdateDispatchData;
    take('edit', message.channel_id, () => intake.edited(ready, message));
  });
  listen(client, GatewayDispatchEvents.MessageDelete, (data) => {
    const { channel_id, guild_id, id } = data as GatewayMessageDeleteDispatchData;
    take('deletion', channel_id, () => intake.deleted(channel_id, guild_id, id));
  });
  listen(client, GatewayDispatchEvents.MessageDeleteBulk, (data) => {
    const { channel_id, guild_id, ids } = data as GatewayMessageDeleteBulkDispatchData;
    take('deletion', channel_id, () => {
      for (const id of ids) intake.deleted(channel_id, guild_id, id);
    });
  });
}
