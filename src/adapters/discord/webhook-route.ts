import {
  type APIMessage,
  MessageFlags,
  type RESTPatchAPIWebhookWithTokenMessageJSONBody,
  type RESTPostAPIWebhookWithTokenJSONBody,
  Routes,
} from 'discord.js';
import { SurfaceError } from '../../core/errors.ts';
import type { Meter, OpenOptions, Reading } from '../../core/ports.ts';
import type { DiscordAddressData } from './address.ts';
import { isForbidden, isInteractionOver, toOpeningError, toSurfaceError } from './faults.ts';
import { nobody } from './message-route.ts';
import type { Call } from './rest.ts';
import { webhookScope } from './scopes.ts';

/** The token of an interaction lives for 15 minutes; the last one is left for calls on their way. */
const usableMs = 14 * 60_000;

/** Writes the answer to a slash command with the token of the interaction. Throws SurfaceError. */
export interface WebhookRoute {
  /** False once the token is too old, or Discord no longer took it. */
  readonly usable: boolean;
  /**
   * The first page takes the place of "is thinking…", the others follow it. Resolves to the message's id.
   * @throws SurfaceError `rung-refused` where the token is no longer taken; nothing was posted
   */
  open(text: string, options: OpenOptions): Promise<string>;
  /** @throws SurfaceError `rung-refused` where the token is no longer taken; nothing was changed */
  edit(message: string, text: string): Promise<void>;
}

/**
 * Writes through the interaction's webhook: a limit of its own, outside the bot's global one, and the only
 * way to write what the caller alone sees.
 */
export function createWebhookRoute(data: DiscordAddressData, call: Call, meter?: Meter): WebhookRoute {
  const application = data.application ?? '';
  const token = data.token ?? '';
  const scope = webhookScope(token).id;
  const opened = new Set<string>();
  let over = token === '';

  async function send<Answer>(method: string, path: string, body: unknown): Promise<Answer> {
    try {
      const onReading = (reading: Reading) => meter?.(scope, reading);
      return await call<Answer>(method, path, { body, asBot: false, onReading });
    } catch (error) {
      if (!isInteractionOver(error)) throw toSurfaceError(error, scope, scope);
      over = true;
      throw new SurfaceError('rung-refused', 'the interaction is over', { cause: error });
    }
  }

  /**
   * A follow-up has no nonce: a second attempt looks whether the first one landed. Of the messages that belong to
   * the interaction, the oldest that this reply has not yet opened is the one.
   */
  async function findLanded(): Promise<APIMessage | undefined> {
    // An answer that the caller alone sees is in no list: it may be posted twice, which is better than not at all.
    if (data.visibility === 'caller') return undefined;
    try {
      const path = `${Routes.channelMessages(data.channel)}?limit=100`;
      const newestFirst = await call<APIMessage[]>('GET', path);
      return newestFirst.findLast(
        ({ id, interaction_metadata }) => interaction_metadata?.id === data.message && !opened.has(id),
      );
    } catch (error) {
      // Where Parley may not look, posting it perhaps twice is better than not at all.
      if (isForbidden(error)) return undefined;
      throw toOpeningError(toSurfaceError(error, scope));
    }
  }

  async function edit(message: string, text: string): Promise<void> {
    const body: RESTPatchAPIWebhookWithTokenMessageJSONBody = { content: text, allowed_mentions: nobody };
    await send('PATCH', Routes.webhookMessage(application, token, message), body);
  }

  async function update(message: string, text: string): Promise<void> {
    try {
      await edit(message, text);
    } catch (error) {
      throw toOpeningError(error);
    }
  }

  async function openFollowUp(text: string, options: OpenOptions): Promise<string> {
    const landed = options.attempt > 1 ? await findLanded() : undefined;
    if (landed !== undefined) {
      if (landed.content !== text.trim()) await update(landed.id, text);
      return landed.id;
    }
    const flags = MessageFlags.SuppressEmbeds | (data.visibility === 'caller' ? MessageFlags.Ephemeral : 0);
    const body: RESTPostAPIWebhookWithTokenJSONBody = { content: text, allowed_mentions: nobody, flags };
    return (await send<APIMessage>('POST', Routes.webhook(application, token), body)).id;
  }

  return {
    get usable() {
      return !over && Date.now() - Number(data.created) < usableMs;
    },
    async open(text, options) {
      let id: string;
      if (options.index === 0) {
        const body = { content: text, allowed_mentions: nobody, flags: MessageFlags.SuppressEmbeds };
        id = (await send<APIMessage>('PATCH', Routes.webhookMessage(application, token), body)).id;
      } else {
        id = await openFollowUp(text, options);
      }
      opened.add(id);
      return id;
    },
    edit,
  };
}
