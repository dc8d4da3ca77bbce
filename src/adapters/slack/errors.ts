import { webApi } from '@slack/bolt';
import { SurfaceError, type SurfaceFault } from '../../core/errors.ts';

/** Slack's own name for what went wrong (`channel_not_found`), where it gave one. */
export function errorNameOf(error: unknown): string | undefined {
  if (!(error instanceof webApi.WebAPIPlatformError)) return undefined;
  const name: unknown = error.data.error;
  // A body that is no JSON ends up here as a whole: a server fault, not a name.
  return typeof name === 'string' && /^[a-z0-9_]+$/.test(name) ? name : undefined;
}

/** Milliseconds until Slack takes such a call again, where the error says that there were too many of them. */
export function retryAfterOf(error: unknown): number | undefined {
  if (error instanceof webApi.WebAPIRateLimitedError) return error.retryAfter * 1_000;
  const name = errorNameOf(error);
  if (name === 'ratelimited' || name === 'rate_limited') {
    const told =
      error instanceof webApi.WebAPIPlatformError ? error.data.response_metadata?.retryAfter : undefined;
    return typeof told === 'number' ? told * 1_000 : withoutTelling;
  }
  return error instanceof Error && error.message.startsWith('Retry header did not contain')
    ? withoutTelling
    : undefined;
}

/** True where it makes sense to make the same call again later: nobody refused it for good. */
export function isPassing(error: unknown): boolean {
  const name = errorNameOf(error);
  return name === undefined || serverFaults.has(name) || retryAfterOf(error) !== undefined;
}

/** Options of {@link toSurfaceError}. */
export interface SurfaceErrorContext {
  /** For example `chat.update`. */
  readonly method: string;
  /** Id of the limit that a 429 of this call is about. */
  readonly scope?: string;
}

/** Translates whatever a call of a reply surface threw. */
export function toSurfaceError(error: unknown, { method, scope }: SurfaceErrorContext): SurfaceError {
  if (error instanceof SurfaceError) return error;
  const retryAfterMs = retryAfterOf(error);
  if (retryAfterMs !== undefined) {
    return new SurfaceError('rate-limited', method, {
      cause: error,
      retryAfterMs,
      ...(scope === undefined ? {} : { scope }),
    });
  }
  const name = errorNameOf(error);
  if (name === undefined) return new SurfaceError('unknown', `${method} was not answered`, { cause: error });
  const fault = faults.get(name) ?? defaultFault(method, name);
  const notice =
    fault === 'gone' ? (method.startsWith('files.') ? fileNotices : notices).get(name) : undefined;
  return new SurfaceError(fault, `${method}: ${name}`, {
    cause: error,
    ...(notice === undefined ? {} : { notice }),
  });
}

/** What to assume where Slack refuses for the moment and does not say for how long. */
const withoutTelling = 5_000;

const serverFaults = new Set(['internal_error', 'fatal_error', 'request_timeout', 'service_unavailable']);

const faults = new Map<string, SurfaceFault>([
  ['msg_too_long', 'too-long'],
  ['msg_blocks_too_long', 'too-long'],
  ['markdown_text_too_long', 'too-long'],
  ['file_upload_size_restricted', 'too-long'],
  // Their upload came to nothing: another one may not.
  ['file_not_found', 'unknown'],
  ['file_update_failed', 'unknown'],
  ['message_not_in_streaming_state', 'page-closed'],
  // A person pressed stop: going on in another message is the last thing they want.
  ['stopped_by_user', 'gone'],
  ['message_not_found', 'gone'],
  ['channel_not_found', 'gone'],
  ['thread_not_found', 'gone'],
  ['is_archived', 'gone'],
  ['not_in_channel', 'gone'],
  ['cant_update_message', 'gone'],
  ['edit_window_closed', 'gone'],
  ['restricted_action', 'gone'],
  ['restricted_action_read_only_channel', 'gone'],
  ['restricted_action_thread_locked', 'gone'],
  ['messages_tab_disabled', 'gone'],
  ['account_inactive', 'gone'],
  ['invalid_auth', 'gone'],
  ['not_authed', 'gone'],
  ['token_expired', 'gone'],
  ['token_revoked', 'gone'],
]);

const notices = new Map([
  ['not_in_channel', 'I am not in that channel: invite me there (`/invite` and my name) and ask again.'],
  [
    'channel_not_found',
    'I can not write in that channel: invite me there (`/invite` and my name) and ask again.',
  ],
  ['is_archived', 'That channel is archived, so I had to stop.'],
  [
    'missing_scope',
    'I am not allowed to write here: an admin has to install me again with the scope chat:write.',
  ],
]);

/** Of calls that bring files. */
const fileNotices = new Map([
  ...notices,
  [
    'missing_scope',
    'I am not allowed to send files here: an admin has to install me again from slack-manifest.json, with the scope files:write.',
  ],
  ['file_uploads_disabled', 'I can not send files here: this workspace does not allow any.'],
  ['storage_limit_reached', 'I can not send files here: this workspace has no room left for them.'],
]);

/** A refusal without an entry: what a stream can't do is done without one; nothing else will change by itself. */
function defaultFault(method: string, name: string): SurfaceFault {
  if (serverFaults.has(name)) return 'unknown';
  if (method === 'chat.startStream') return 'rung-refused';
  return method === 'chat.appendStream' || method === 'chat.stopStream' ? 'page-closed' : 'gone';
}
