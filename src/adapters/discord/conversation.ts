import { type APIMessage, MessageReferenceType, type REST, Routes } from 'discord.js';
import type { Logger, ThreadKey } from '../../core/ports.ts';
import { threadKey } from './address.ts';
import type { PagesPosted } from './pages-posted.ts';

/** Most messages that a chain of replies is followed up. */
const longestChain = 20;

/** What of a message tells to which other it is a reply. */
export type Referring = Pick<APIMessage, 'id' | 'channel_id' | 'message_reference' | 'referenced_message'>;

/** The message that this one is a reply to; a forwarded message is none. */
export function repliedTo(message: Referring): string | undefined {
  const reference = message.message_reference;
  if (reference === undefined || reference.type === MessageReferenceType.Forward) return undefined;
  return reference.message_id;
}

/**
 * Fetches the message that another is a reply to, unless it came with it. `undefined` where there is none
 * any more, or it can't be read; that is logged.
 */
export async function fetchRepliedTo(
  message: Referring,
  rest: REST,
  logger: Logger,
): Promise<APIMessage | undefined> {
  const id = repliedTo(message);
  if (id === undefined || message.referenced_message === null) return undefined;
  if (message.referenced_message !== undefined) return message.referenced_message;
  const channel = message.message_reference?.channel_id ?? message.channel_id;
  try {
    return (await rest.get(Routes.channelMessage(channel, id))) as APIMessage;
  } catch (error) {
    logger.debug('Discord: could not read a message that was replied to', { error });
    return undefined;
  }
}

/** Options of {@link findConversation}. */
export interface ConversationOptions {
  readonly self: string;
  readonly pagesPosted: PagesPosted;
  readonly rest: REST;
  readonly logger: Logger;
}

/**
 * The conversation that a message in a plain channel goes on with: that of the message of Parley which it is a
 * reply to, as remembered, else the one that the chain of replies above it began with. `undefined` where it
 * is no reply to a message of Parley.
 */
export async function findConversation(
  message: Referring,
  { self, pagesPosted, rest, logger }: ConversationOptions,
): Promise<ThreadKey | undefined> {
  const first = repliedTo(message);
  if (first === undefined) return undefined;
  const remembered = await pagesPosted.find(first);
  if (remembered !== undefined) return remembered;
  let above = await fetchRepliedTo(message, rest, logger);
  if (above?.author.id !== self) return undefined;
  let root = above.id;
  for (let step = 0; step < longestChain; step += 1) {
    above = await fetchRepliedTo(above, rest, logger);
    if (above === undefined) break;
    const known = above.author.id === self ? await pagesPosted.find(above.id) : undefined;
    if (known !== undefined) return known;
    root = above.id;
  }
  return threadKey(root);
}
