import { createHash } from 'node:crypto';
import {
  type APIMessage,
  MessageFlags,
  RESTJSONErrorCodes,
  type RESTPatchAPIChannelMessageJSONBody,
  type RESTPostAPIChannelMessageJSONBody,
  Routes,
} from 'discord.js';
import type { Meter, OpenOptions, Reading } from '../../core/ports.ts';
import { isForbidden, toOpeningError, toSurfaceError } from './faults.ts';
import type { Place } from './place.ts';
import { type Call, DiscordCallError } from './rest.ts';
import { editScope, postScope } from './scopes.ts';

/** What a page of Parley shows; whatever the text says, nobody is pinged. */
export const nobody = { parse: [] };

/** Writes messages as the bot, in a channel or thread. Throws SurfaceError. */
export interface MessageRoute {
  /** Posts; a second attempt with the same key gives the first message. Resolves to its id. */
  post(text: string, options: OpenOptions): Promise<string>;
  /** Replaces the text of a message in that channel. */
  edit(channel: string, message: string, text: string): Promise<void>;
}

/**
 * Writes through the bot's own routes. Link previews are suppressed: while a text grows they come and go and
 * move it about, and an answer with links ends in a tail of cards nobody asked for.
 */
export function createMessageRoute(call: Call, place: Place, meter?: Meter): MessageRoute {
  const replying = new Set<string>();

  async function attempt(
    text: string,
    options: OpenOptions,
    reference: string | undefined,
  ): Promise<APIMessage> {
    const body: RESTPostAPIChannelMessageJSONBody = {
      content: text,
      flags: MessageFlags.SuppressEmbeds,
      // Discord gives the same message for the same nonce, for a few minutes.
      nonce: createHash('sha256').update(options.key).digest('base64url').slice(0, 25),
      enforce_nonce: true,
      allowed_mentions: reference === undefined ? nobody : { ...nobody, replied_user: true },
      ...(reference === undefined
        ? {}
        : { message_reference: { message_id: reference, fail_if_not_exists: false } }),
    };
    try {
      const posted = await call<APIMessage>('POST', Routes.channelMessages(place.channel), {
        body,
        onReading: (reading) => meter?.(postScope(place.channel).id, reading),
      });
      if (reference !== undefined) replying.add(posted.id);
      return posted;
    } catch (error) {
      // Without Read Message History a message can't be a reply, but it can be a message.
      if (
        reference !== undefined &&
        isCode(error, RESTJSONErrorCodes.CannotReplyWithoutPermissionToReadMessageHistory)
      ) {
        return attempt(text, options, undefined);
      }
      if (options.index === 0 && isForbidden(error) && place.retreat()) {
        return attempt(text, options, place.reference);
      }
      throw error;
    }
  }

  async function patch(channel: string, message: string, text: string): Promise<void> {
    const body: RESTPatchAPIChannelMessageJSONBody = {
      content: text,
      // Without this an edit pings by the default rules. A page that is a reply goes on naming whom it answers.
      allowed_mentions: replying.has(message) ? { ...nobody, replied_user: true } : nobody,
    };
    const onReading = (reading: Reading) => meter?.(editScope(channel).id, reading);
    await call('PATCH', Routes.channelMessage(channel, message), { body, onReading });
  }

  async function edit(channel: string, message: string, text: string): Promise<void> {
    try {
      await patch(channel, message, text);
    } catch (error) {
      if (!isCode(error, RESTJSONErrorCodes.InvalidActionOnArchivedThread)) {
        throw toSurfaceError(error, editScope(channel).id);
      }
      try {
        await call('PATCH', Routes.channel(channel), { body: { archived: false } });
        await patch(channel, message, text);
      } catch (second) {
        // Not allowed to open it again: the archive is the better reason to give.
        throw toSurfaceError(isForbidden(second) ? error : second, editScope(channel).id);
      }
    }
  }

  return {
    async post(text, options) {
      await place.ready();
      let posted: APIMessage;
      try {
        posted = await attempt(text, options, options.index === 0 ? place.reference : undefined);
      } catch (error) {
        throw toSurfaceError(error, postScope(place.channel).id);
      }
      // An earlier attempt did land, with the shorter text of that time.
      if (options.attempt > 1 && posted.content !== text.trim()) {
        try {
          await edit(place.channel, posted.id, text);
        } catch (error) {
          throw toOpeningError(error);
        }
      }
      return posted.id;
    },
    edit,
  };
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof DiscordCallError && error.code === code;
}
