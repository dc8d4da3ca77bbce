import {
  type APIMessage,
  MessageFlags,
  type RESTPatchAPIWebhookWithTokenMessageJSONBody,
  type RESTPostAPIWebhookWithTokenJSONBody,
  Routes,
} from 'discord.js';
import { SurfaceError } from '../../core/errors.ts';
import type { Meter, Reading } from '../../core/ports.ts';
import type { DiscordAddressData } from './address.ts';
import { isForbidden, isInteractionOver, toOpeningError, toSurfaceError } from './faults.ts';
import { type Content, isCard, isShown, toFields, uploadsOf } from './message-content.ts';
import { nobody, type Posting } from './message-route.ts';
import type { Call } from './rest.ts';
import { webhookScope } from './scopes.ts';

/** The token of an interaction lives for 15 minutes; the last one is left for calls on their way. */
const usableMs = 14 * 60_000;

/** Writes the answer to a slash command with the token of the interaction. Throws SurfaceError. */
export interface WebhookRoute {
  /** False once the token is too old, or Discord no longer took it. */
  readonly usable: boolean;
  /**
   * The first message takes the place of "is thinking…", the others follow it. Resolves to it as it shows the content.
   * @throws SurfaceError `rung-refused` where the token is no longer taken; nothing was posted
   */
  open(content: Content, posting: Posting): Promise<APIMessage>;
  /** @throws SurfaceError `rung-refused` where the token is no longer taken; nothing was changed */
  edit(message: string, content: Content): Promise<APIMessage>;
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

  async function send(method: string, path: string, body?: unknown, content?: Content): Promise<APIMessage> {
    try {
      const onReading = (reading: Reading) => meter?.(scope, reading);
      const files = content === undefined ? [] : uploadsOf(content);
      return await call<APIMessage>(method, path, { body, files, asBot: false, onReading });
    } catch (error) {
      if (!isInteractionOver(error)) throw toSurfaceError(error, scope, scope);
      over = true;
      throw new SurfaceError('rung-refused', 'the interaction is over', { cause: error });
    }
  }

  /**
   * A follow-up has no nonce: a second attempt looks whether the first one landed. Of the messages that belong to
   * the interaction, the oldest that is not yet known is the one; pages have no files or buttons, most cards have.
   */
  async function findLanded(content: Content, { kind }: Posting): Promise<APIMessage | undefined> {
    // An answer that the caller alone sees is in no list: it may be posted twice, which is better than not at all.
    if (data.visibility === 'caller') return undefined;
    const isPage = (message: APIMessage) => !isCard(message);
    const isFollowUpCard = (message: APIMessage) =>
      message.interaction_metadata?.original_response_message_id !== undefined &&
      (isCard(message) || message.content === content.text.trim());
    const fits = kind === 'page' ? isPage : isFollowUpCard;
    try {
      const path = `${Routes.channelMessages(data.channel)}?limit=100`;
      const newestFirst = await call<APIMessage[]>('GET', path);
      return newestFirst.findLast(
        (message) =>
          message.interaction_metadata?.id === data.message && !opened.has(message.id) && fits(message),
      );
    } catch (error) {
      // Where Parley may not look, posting it perhaps twice is better than not at all.
      if (isForbidden(error)) return undefined;
      throw toOpeningError(toSurfaceError(error, scope));
    }
  }

  async function edit(message: string, content: Content): Promise<APIMessage> {
    const body: RESTPatchAPIWebhookWithTokenMessageJSONBody = {
      ...toFields(content),
      allowed_mentions: nobody,
    };
    return send('PATCH', Routes.webhookMessage(application, token, message), body, content);
  }

  async function openFirst(content: Content): Promise<APIMessage> {
    const flags = MessageFlags.SuppressEmbeds;
    const body = { ...toFields(content), allowed_mentions: nobody, flags };
    return send('PATCH', Routes.webhookMessage(application, token), body, content);
  }

  /** While "is thinking…" stands, Discord puts the first follow-up in its place, where the words are to come. */
  async function keepFirst(): Promise<void> {
    const { flags = 0 } = await send('GET', Routes.webhookMessage(application, token));
    if ((flags & MessageFlags.Loading) !== 0) await openFirst({ text: '…' });
  }

  async function openFollowUp(content: Content, posting: Posting): Promise<APIMessage> {
    const landed = posting.attempt > 1 ? await findLanded(content, posting) : undefined;
    if (landed !== undefined && isShown(landed, content)) return landed;
    try {
      if (landed !== undefined) return await edit(landed.id, content);
      if (posting.kind === 'card') await keepFirst();
    } catch (error) {
      throw toOpeningError(error);
    }
    const flags = MessageFlags.SuppressEmbeds | (data.visibility === 'caller' ? MessageFlags.Ephemeral : 0);
    const body: RESTPostAPIWebhookWithTokenJSONBody = {
      ...toFields(content),
      allowed_mentions: nobody,
      flags,
    };
    return send('POST', Routes.webhook(application, token), body, content);
  }

  return {
    get usable() {
      return !over && Date.now() - Number(data.created) < usableMs;
    },
    async open(content, posting) {
      const first = posting.index === 0;
      const message = first ? await openFirst(content) : await openFollowUp(content, posting);
      opened.add(message.id);
      return message;
    },
    edit,
  };
}
