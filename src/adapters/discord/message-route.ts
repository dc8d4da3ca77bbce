import { createHash } from 'node:crypto';
import {
  type APIMessage,
  MessageFlags,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageJSONBody,
  Routes,
} from 'discord.js';
import type { Meter, Reading } from '../../core/ports.ts';
import { isForbidden, toOpeningError, toSurfaceError } from './faults.ts';
import { type Content, isShown, toFields, uploadsOf } from './message-content.ts';
import type { Place } from './place.ts';
import { type Call, DiscordCallError } from './rest.ts';
import { editScope, postScope } from './scopes.ts';

/** What a page of Parley shows; whatever the text says, nobody is pinged. */
export const nobody = { parse: [] };

/** A message that is to be posted. */
export interface Posting {
  /** The same for every attempt at the same message. */
  readonly key: string;
  /** From 1. From 2 on an earlier attempt may have been carried out. */
  readonly attempt: number;
  /** Which message of the answer, from 0: that one is a reply to the question, or the answer to the interaction. */
  readonly index: number;
  /** A page of text, whose first one pings whom it answers, or a card, which pings nobody. */
  readonly kind: 'page' | 'card';
}

/** Writes messages as the bot, in a channel or thread. Throws SurfaceError. */
export interface MessageRoute {
  /** Posts; a second attempt with the same key gives the first message. Resolves to it as it shows the content. */
  post(content: Content, posting: Posting): Promise<APIMessage>;
  /** Replaces the content of a message in that channel. */
  edit(channel: string, message: string, content: Content): Promise<APIMessage>;
}

/**
 * Writes through the bot's own routes. Link previews are suppressed: while a text grows they come and go and
 * move it about, and an answer with links ends in a tail of cards nobody asked for.
 */
export function createMessageRoute(call: Call, place: Place, meter?: Meter): MessageRoute {
  const replying = new Set<string>();

  async function attempt(
    content: Content,
    posting: Posting,
    reference: string | undefined,
  ): Promise<APIMessage> {
    const pings = reference !== undefined && posting.kind === 'page';
    const body: RESTPostAPIChannelMessageJSONBody = {
      ...toFields(content),
      flags: MessageFlags.SuppressEmbeds,
      // Discord gives the same message for the same nonce, for a few minutes.
      nonce: createHash('sha256').update(posting.key).digest('base64url').slice(0, 25),
      enforce_nonce: true,
      allowed_mentions: pings ? { ...nobody, replied_user: true } : nobody,
      ...(reference === undefined
        ? {}
        : { message_reference: { message_id: reference, fail_if_not_exists: false } }),
    };
    try {
      const posted = await call<APIMessage>('POST', Routes.channelMessages(place.channel), {
        body,
        files: uploadsOf(content),
        onReading: (reading) => meter?.(postScope(place.channel).id, reading),
      });
      if (pings) replying.add(posted.id);
      return posted;
    } catch (error) {
      // Without Read Message History a message can't be a reply, but it can be a message.
      if (
        reference !== undefined &&
        isCode(error, RESTJSONErrorCodes.CannotReplyWithoutPermissionToReadMessageHistory)
      ) {
        return attempt(content, posting, undefined);
      }
      // A further page is where the first one is; a card does not know where that went.
      const mayRetreat = posting.index === 0 || posting.kind === 'card';
      if (mayRetreat && isForbidden(error) && place.retreat()) {
        return attempt(content, posting, place.reference);
      }
      throw error;
    }
  }

  async function patch(channel: string, message: string, content: Content): Promise<APIMessage> {
    const body: RESTPatchAPIChannelMessageJSONBody = {
      ...toFields(content),
      // Without this an edit pings by the default rules. A page that is a reply goes on naming whom it answers.
      allowed_mentions: replying.has(message) ? { ...nobody, replied_user: true } : nobody,
    };
    const onReading = (reading: Reading) => meter?.(editScope(channel).id, reading);
    const files = uploadsOf(content);
    return call('PATCH', Routes.channelMessage(channel, message), { body, files, onReading });
  }

  async function edit(channel: string, message: string, content: Content): Promise<APIMessage> {
    try {
      return await patch(channel, message, content);
    } catch (error) {
      if (!isCode(error, RESTJSONErrorCodes.InvalidActionOnArchivedThread)) {
        throw toSurfaceError(error, editScope(channel).id);
      }
      try {
        await call('PATCH', Routes.channel(channel), { body: { archived: false } });
        return await patch(channel, message, content);
      } catch (second) {
        // Not allowed to open it again: the archive is the better reason to give.
        throw toSurfaceError(isForbidden(second) ? error : second, editScope(channel).id);
      }
    }
  }

  return {
    async post(content, posting) {
      await place.ready();
      let posted: APIMessage;
      try {
        posted = await attempt(content, posting, posting.index === 0 ? place.reference : undefined);
      } catch (error) {
        throw toSurfaceError(error, postScope(place.channel).id);
      }
      if (posting.attempt === 1 || isShown(posted, content)) return posted;
      // An earlier attempt did land, with the content of that time.
      try {
        return await edit(place.channel, posted.id, content);
      } catch (error) {
        throw toOpeningError(error);
      }
    },
    edit,
  };
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof DiscordCallError && error.code === code;
}
