import { type APIMessage, MessageType, type REST, Routes } from 'discord.js';
import type { Author, EarlierMessage, Logger } from '../../core/ports.ts';
import type { DiscordAddress } from './address.ts';
import { fetchRepliedTo } from './conversation.ts';
import { type MentionNames, readableText } from './message-text.ts';
import { toAuthor } from './people.ts';

/** Most messages that are read: one request. */
const most = 100;

/** Most messages of a chain of replies: a request each. */
const mostOfChain = 20;

/** Options of {@link readEarlier}. */
export interface EarlierOptions {
  readonly rest: REST;
  readonly logger: Logger;
  /** Names for mentions in a text whose mentioned users are these. */
  names(users: readonly Author[]): MentionNames;
}

/**
 * What was said before the question, oldest first: in a thread the newest hundred messages above it, and the
 * message that the thread was opened from; elsewhere only the messages that the question is a reply to, one
 * above the other. (Parley has been part of a direct channel from its first word.)
 */
export async function readEarlier(
  address: DiscordAddress,
  options: EarlierOptions,
): Promise<EarlierMessage[]> {
  const { data } = address;
  const messages =
    data.starterIn !== undefined
      ? await readThread(data.channel, data.message, data.starterIn, options)
      : data.reference !== undefined
        ? await readChain(data.channel, data.reference, options)
        : [];
  return messages.filter(isSpeech).flatMap((message) => {
    const users = (message.mentions ?? []).map((user) => toAuthor(user));
    // In what is looked back at, Parley is one of those who are mentioned.
    const names = { ...options.names(users), self: 'none', selfRole: undefined };
    const files = (message.attachments ?? []).map(({ filename }) => `[file: ${filename}]`);
    const text = [readableText(message.content, names), ...files].filter((part) => part !== '').join('\n');
    return text === ''
      ? []
      : [{ author: toAuthor(message.author), own: message.author.id === data.self, text }];
  });
}

async function readThread(
  thread: string,
  before: string,
  starterIn: string,
  { rest, logger }: EarlierOptions,
) {
  const query = new URLSearchParams({ before, limit: String(most) });
  const newestFirst = (await rest.get(Routes.channelMessages(thread), { query })) as APIMessage[];
  const messages = newestFirst.reverse();
  const inList = messages.some(({ type, id }) => type === MessageType.ThreadStarterMessage || id === thread);
  if (inList || before === thread) {
    return messages.map((message) =>
      message.type === MessageType.ThreadStarterMessage ? (message.referenced_message ?? message) : message,
    );
  }
  try {
    return [(await rest.get(Routes.channelMessage(starterIn, thread))) as APIMessage, ...messages];
  } catch (error) {
    // A thread that was opened from no message, or whose message is gone.
    logger.debug('Discord: a thread has no message that it was opened from', { error, thread });
    return messages;
  }
}

async function readChain(channel: string, reference: string, { rest, logger }: EarlierOptions) {
  const chain: APIMessage[] = [];
  let above: APIMessage | undefined = (await rest.get(
    Routes.channelMessage(channel, reference),
  )) as APIMessage;
  while (above !== undefined && chain.length < mostOfChain) {
    chain.unshift(above);
    above = await fetchRepliedTo(above, rest, logger);
  }
  return chain;
}

function isSpeech({ type }: APIMessage): boolean {
  return (
    type === MessageType.Default ||
    type === MessageType.Reply ||
    type === MessageType.ChatInputCommand ||
    type === MessageType.ContextMenuCommand
  );
}
