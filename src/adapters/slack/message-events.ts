import { asPayload, listOf, type Payload, textOf } from './payload.ts';

/** What a `message` or `app_mention` event tells, or why it is of no interest. */
export type MessageEvent =
  | {
      readonly kind: 'said';
      readonly channel: string;
      readonly ts: string;
      readonly threadTs?: string;
      readonly user: string;
      readonly userTeam?: string;
      /** In Slack's encoding. */
      readonly text: string;
      /** As Slack tells them. */
      readonly files: readonly Payload[];
    }
  | {
      readonly kind: 'edited';
      readonly channel: string;
      readonly ts: string;
      readonly threadTs?: string;
      readonly text: string;
    }
  | { readonly kind: 'deleted'; readonly channel: string; readonly ts: string; readonly threadTs?: string }
  | { readonly kind: 'ignored'; readonly why: 'bot' | 'no-news' | 'subtype' | 'malformed' };

/** Reads an event as it came over the wire. Never throws. */
export function readMessageEvent(event: Payload, botUserId: string): MessageEvent {
  const channel = textOf(event, 'channel');
  const subtype = textOf(event, 'subtype');
  if (channel === undefined) return { kind: 'ignored', why: 'malformed' };
  if (subtype === 'message_changed') return readChange(event, channel, botUserId);
  if (subtype === 'message_deleted') {
    const previous = asPayload(event.previous_message);
    return withPlace('deleted', channel, textOf(event, 'deleted_ts'), textOf(previous, 'thread_ts'));
  }
  if (subtype !== undefined && !personal.has(subtype)) return { kind: 'ignored', why: 'subtype' };
  if (isOfBot(event, botUserId)) return { kind: 'ignored', why: 'bot' };
  const ts = textOf(event, 'ts');
  const user = textOf(event, 'user');
  if (ts === undefined || user === undefined) return { kind: 'ignored', why: 'malformed' };
  const threadTs = textOf(event, 'thread_ts');
  const userTeam = textOf(event, 'user_team') ?? textOf(event, 'team');
  return {
    kind: 'said',
    channel,
    ts,
    ...(threadTs === undefined ? {} : { threadTs }),
    user,
    ...(userTeam === undefined ? {} : { userTeam }),
    text: textOf(event, 'text') ?? '',
    files: listOf(event, 'files'),
  };
}

/** Subtypes of what people say; all others are notices of Slack. */
const personal = new Set(['file_share', 'thread_broadcast', 'me_message']);

function readChange(event: Payload, channel: string, botUserId: string): MessageEvent {
  const message = asPayload(event.message);
  const previous = asPayload(event.previous_message);
  const ts = textOf(message, 'ts');
  const threadTs = textOf(message, 'thread_ts');
  // A deleted message that has replies stays behind as a tombstone.
  if (textOf(message, 'subtype') === 'tombstone') return withPlace('deleted', channel, ts, threadTs);
  if (message === undefined) return { kind: 'ignored', why: 'malformed' };
  if (isOfBot(message, botUserId)) return { kind: 'ignored', why: 'bot' };
  const text = textOf(message, 'text') ?? '';
  // Slack changes messages by itself: a first reply, a preview of a link.
  if (text === (textOf(previous, 'text') ?? '')) return { kind: 'ignored', why: 'no-news' };
  const place = withPlace('edited', channel, ts, threadTs);
  return place.kind === 'ignored' ? place : { ...place, text };
}

function withPlace<Kind extends 'edited' | 'deleted'>(
  kind: Kind,
  channel: string,
  ts: string | undefined,
  threadTs: string | undefined,
):
  | { readonly kind: Kind; readonly channel: string; readonly ts: string; readonly threadTs?: string }
  | { readonly kind: 'ignored'; readonly why: 'malformed' } {
  if (ts === undefined) return { kind: 'ignored', why: 'malformed' };
  return { kind, channel, ts, ...(threadTs === undefined ? {} : { threadTs }) };
}

function isOfBot(message: Payload, botUserId: string): boolean {
  const user = textOf(message, 'user');
  return textOf(message, 'bot_id') !== undefined || user === botUserId || user === 'USLACKBOT';
}
