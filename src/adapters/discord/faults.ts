import { RESTJSONErrorCodes } from 'discord.js';
import { SurfaceError } from '../../core/errors.ts';
import { DiscordCallError } from './rest.ts';
import { globalScope } from './scopes.ts';

/** Said where Parley lost, or never had, the right to write. */
export const cannotWriteNotice =
  'I am not allowed to write there: an admin of the server has to give me the permissions View Channel, ' +
  'Send Messages and Send Messages in Threads.';

/** Said where Parley may write, but not send files. */
export const cannotAttachNotice =
  'I am not allowed to send files there: an admin of the server has to give me the permissions Send Messages ' +
  'and Attach Files.';

const notices: Readonly<Record<number, string>> = {
  [RESTJSONErrorCodes.MissingAccess]: cannotWriteNotice,
  [RESTJSONErrorCodes.MissingPermissions]: cannotWriteNotice,
  [RESTJSONErrorCodes.InvalidActionOnArchivedThread]:
    'This thread is archived: open it again and ask once more.',
  [RESTJSONErrorCodes.ThreadLocked]: 'This thread is locked: ask again outside of it.',
  [RESTJSONErrorCodes.MessageWasBlockedByAutomaticModeration]: 'AutoMod of this server blocked the answer.',
};

/** True where Discord no longer takes the token of an interaction, or never did. */
export function isInteractionOver(error: unknown): boolean {
  return (
    error instanceof DiscordCallError &&
    (error.code === RESTJSONErrorCodes.UnknownWebhook ||
      error.code === RESTJSONErrorCodes.InvalidWebhookToken ||
      error.code === RESTJSONErrorCodes.UnknownInteraction)
  );
}

/** True where the bot may not write in that place. */
export function isForbidden(error: unknown): boolean {
  return (
    error instanceof DiscordCallError &&
    (error.code === RESTJSONErrorCodes.MissingAccess || error.code === RESTJSONErrorCodes.MissingPermissions)
  );
}

/** True where it is the files that the bot may not send, as far as Discord tells. */
export function mayNotAttach(error: unknown): boolean {
  return (
    error instanceof DiscordCallError &&
    error.withFiles &&
    error.code === RESTJSONErrorCodes.MissingPermissions
  );
}

/**
 * Translates the failure of a call for the live reply. `scope` is the id of the limit the call counts
 * against, named where Discord refuses it and does not say that the whole bot is over its limit, which is `whole`.
 */
export function toSurfaceError(error: unknown, scope: string, whole = globalScope.id): SurfaceError {
  if (error instanceof SurfaceError) return error;
  if (!(error instanceof DiscordCallError)) {
    return new SurfaceError('unknown', 'the call broke off', { cause: error });
  }
  const cause = error;
  const { status, code, message } = error;
  if (status === 429) {
    return new SurfaceError('rate-limited', message, {
      cause,
      retryAfterMs: error.retryAfterMs ?? 1000,
      scope: error.global ? whole : scope,
    });
  }
  // 408 and no status at all: nobody knows whether the call was carried out.
  if (status === 0 || status === 408 || status >= 500) return new SurfaceError('unknown', message, { cause });
  if (error.tooLong) return new SurfaceError('too-long', message, { cause });
  // The edits of a message older than an hour are used up: the reply goes on in a new one.
  if (code === RESTJSONErrorCodes.MaximumNumberOfEditsToMessagesOlderThanOneHourReached) {
    return new SurfaceError('page-closed', message, { cause });
  }
  const notice = mayNotAttach(error) ? cannotAttachNotice : notices[code];
  return new SurfaceError('gone', message, { cause, ...(notice === undefined ? {} : { notice }) });
}

/**
 * For a call on the way to opening a page (a look whether it is there, the edit that brings it up to date):
 * a limit that refuses it may be none of those that the opening counts against, so the opening as a whole is
 * told to be of unknown fate, and is repeated a little later.
 */
export function toOpeningError(error: unknown): unknown {
  if (!(error instanceof SurfaceError) || error.fault !== 'rate-limited') return error;
  return new SurfaceError('unknown', 'a page could not be brought up to date', { cause: error });
}
