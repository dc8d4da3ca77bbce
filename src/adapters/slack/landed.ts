import type { webApi } from '@slack/bolt';
import { SurfaceError } from '../../core/errors.ts';
import type { SlackAddress } from './address.ts';
import { isPassing } from './errors.ts';
import type { Identity } from './identity.ts';
import { asPayload, listOf, type Payload, textOf } from './payload.ts';

/** What to look for. */
export interface Wanted {
  /** Who posted it. */
  readonly by: Identity;
  /** As it was put into the message's metadata. */
  readonly key: string;
  /** Markdown as it was sent: a stream carries no metadata when it starts, so its words have to do. */
  readonly texts: Iterable<string>;
  /** True of messages that are known to be something else. */
  isTaken(ts: string): boolean;
}

/** The type of the metadata that marks a page of a reply. */
export const pageEventType = 'parley_page';

/**
 * Looks whether a page that was posted before, with an unknown outcome, is there. Makes one call.
 * @returns its timestamp, or `undefined` where it is not there or Slack does not let us look.
 * @throws SurfaceError `unknown` where it may be found out later. A look-up that comes too often is that as well:
 *   its limit is none of those that a reply counts against.
 */
export async function findPage(
  client: webApi.WebClient,
  { channel, threadTs, ts }: SlackAddress,
  wanted: Wanted,
): Promise<string | undefined> {
  const since = {
    channel,
    limit: 100,
    include_all_metadata: true,
    ...(ts === undefined ? {} : { oldest: ts }),
  };
  try {
    const answer =
      threadTs === undefined
        ? await client.conversations.history(since)
        : await client.conversations.replies({ ...since, ts: threadTs });
    const sent = new Set(Array.from(wanted.texts, bare).filter((text) => text !== ''));
    const messages = listOf(asPayload(answer), 'messages');
    return textOf(
      messages.find((message) => isWanted(message, ts, wanted, sent)),
      'ts',
    );
  } catch (error) {
    // Without the right to look, a page that is there twice is better than none.
    if (!isPassing(error)) return undefined;
    throw new SurfaceError('unknown', 'Slack did not tell whether a page is there', { cause: error });
  }
}

function isWanted(
  message: Payload,
  after: string | undefined,
  { by, key, isTaken }: Wanted,
  sent: ReadonlySet<string>,
): boolean {
  const ts = textOf(message, 'ts');
  if (ts === undefined || isTaken(ts)) return false;
  if (message.bot_id !== by.botId && message.user !== by.userId) return false;
  if (after !== undefined && Number(ts) <= Number(after)) return false;
  const metadata = asPayload(message.metadata);
  if (metadata?.event_type === pageEventType) return asPayload(metadata.event_payload)?.key === key;
  return sent.has(bare(textOf(message, 'text') ?? ''));
}

/** Slack gives Markdown back in its own dress, so only letters and digits are compared. */
function bare(text: string): string {
  return text.replace(/&(?:lt|gt|amp);/g, '').replace(/[^\p{L}\p{N}]/gu, '');
}
