import { isFetchable } from './files/receiver.ts';
import type {
  Attachment,
  Counters,
  EarlierMessage,
  Logger,
  Platform,
  ReplyAddress,
  ThreadKey,
} from './ports.ts';
import { untilAborted } from './until-aborted.ts';

/** What {@link readEarlier} needs. */
export interface EarlierOptions {
  platformOf(thread: ThreadKey): Platform;
  readonly logger: Logger;
  readonly counters: Counters;
}

/**
 * What was said in a thread before a question; nothing where that can't be read within ten seconds.
 * @throws the signal's reason
 */
export async function readEarlier(
  { thread, replyTo }: { readonly thread: ThreadKey; readonly replyTo: ReplyAddress },
  { platformOf, logger, counters }: EarlierOptions,
  signal: AbortSignal,
): Promise<readonly EarlierMessage[]> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
    return (await untilAborted(Promise.resolve(platformOf(thread).earlier?.(replyTo)), limit)) ?? [];
  } catch (error) {
    signal.throwIfAborted();
    counters.add('earlier.unread');
    logger.warn('what was said earlier in a thread could not be read', { thread, error });
    return [];
  }
}

/**
 * Files that were sent before a question, and that it may be about ("What is this?" is asked under a picture): those of the first
 * message, and the newest.
 */
export function filesAbove(earlier: readonly EarlierMessage[], platform: Platform): readonly Attachment[] {
  const sent = earlier.map(({ own, attachments = [] }) =>
    own ? [] : attachments.filter((attachment) => isFetchable(platform, attachment)),
  );
  const first = (sent[0] ?? []).slice(0, mostFiles);
  const later = sent.slice(1).flat();
  return [...first, ...later.slice(Math.max(0, later.length - (mostFiles - first.length)))];
}

const mostFiles = 8;
const longestMs = 10_000;
