import {
  type Client,
  type GatewayMessageCreateDispatchData,
  type GatewayMessageUpdateDispatchData,
  MessageType,
  type REST,
} from 'discord.js';
import type { Addressee, Counters, Inbox, Logger, ThreadKey } from '../../core/ports.ts';
import { type DiscordAddress, threadKey, toReplyAddress } from './address.ts';
import type { Attachments } from './attachments.ts';
import { findChannel, type KnownChannel, mentionNames } from './channels.ts';
import { fetchRepliedTo, findConversation, repliedTo } from './conversation.ts';
import { cannotWriteNotice } from './faults.ts';
import { type MentionNames, readableText, titleOf } from './message-text.ts';
import type { PagesPosted } from './pages-posted.ts';
import { toAuthor } from './people.ts';
import { createRecentMessages } from './recent-messages.ts';
import type { TellOnce } from './tell-once.ts';

/** What people say, edit and delete, as the gateway tells it. The methods reject only where a fault is ours. */
export interface Intake {
  said(client: Client<true>, message: GatewayMessageCreateDispatchData): Promise<void>;
  edited(client: Client<true>, message: GatewayMessageUpdateDispatchData): Promise<void>;
  deleted(channel: string, guild: string | undefined, message: string): void;
}

/** Options of {@link createIntake}. */
export interface IntakeOptions {
  readonly inbox: Inbox;
  /** Where a mention in a channel is answered. */
  readonly replies: 'thread' | 'channel';
  readonly rest: REST;
  readonly pagesPosted: PagesPosted;
  readonly tellOnce: TellOnce;
  readonly attachments: Attachments;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Turns gateway messages into the core's, and leaves out what concerns nobody here. */
export function createIntake(options: IntakeOptions): Intake {
  const { inbox, rest, counters, logger, tellOnce, attachments } = options;
  const recent = createRecentMessages();

  return {
    async said(client, message) {
      if (!isFromPerson(message, client.user.id)) return;
      const channel = await channelOf(client, message);
      const names = namesIn(client, message);
      const inChannel = channel.kind === 'threadable' || channel.kind === 'plain';
      const known = inChannel ? await findConversation(message, { ...options, self: names.self }) : undefined;
      const to = await addressee(message, channel, known, names);
      if (to === undefined) return;
      // Without the Message Content Intent Discord empties what does not mention Parley.
      if (message.content === '' && message.attachments.length === 0) {
        counters.add('discord.dropped.no-content');
        return;
      }
      const place = placeOf(message, channel, known, names);
      if (place === undefined) {
        counters.add('discord.dropped.no-permission');
        logger.info('Discord: not allowed to answer in a channel', { channel: channel.id });
        if (to === 'parley') await tellOnce(message.author.id, channel.id, cannotWriteNotice);
        return;
      }
      const text = readableText(message.content, names);
      recent.add(message.id, { thread: place.thread, text });
      // "What is this?" is asked as a reply to the picture.
      const above = to === 'others' ? undefined : await fetchRepliedTo(message, rest, logger);
      await inbox.message({
        id: `discord:${message.id}`,
        thread: place.thread,
        author: toAuthor(message.author, message.member),
        text,
        attachments: [message, ...(above === undefined ? [] : [above])].flatMap(attachments.ofMessage),
        to,
        shared: channel.kind !== 'direct',
        replyTo: toReplyAddress(place),
      });
    },

    async edited(client, message) {
      const known = recent.get(message.id);
      // An edit is also sent when a link gets its preview: then the text is the same, or not there at all.
      if (known === undefined || typeof message.content !== 'string') return;
      const text = readableText(message.content, namesIn(client, message));
      if (text === known.text) return;
      recent.add(message.id, { thread: known.thread, text });
      inbox.revise(known.thread, `discord:${message.id}`, text);
    },

    deleted(channel, guild, message) {
      const thread = recent.get(message)?.thread;
      if (thread !== undefined) return inbox.withdraw(thread, `discord:${message}`);
      // Taken in before a restart: in a thread or direct channel, or as the start of a conversation in a channel.
      inbox.withdraw(threadKey(channel), `discord:${message}`);
      if (guild !== undefined) inbox.withdraw(threadKey(message), `discord:${message}`);
    },
  };

  /** To whom a message speaks; `undefined` where it is none of Parley's business. */
  async function addressee(
    message: RawMessage,
    channel: KnownChannel,
    known: ThreadKey | undefined,
    names: MentionNames,
  ): Promise<Addressee | undefined> {
    if (channel.kind === 'direct' || known !== undefined || isMentioned(message, names)) return 'parley';
    if (channel.kind !== 'thread') return undefined;
    const above = await fetchRepliedTo(message, rest, logger);
    if (above?.author.id === names.self) return 'parley';
    const repliesToOther = above !== undefined && above.author.id !== message.author.id;
    const mentions =
      message.mentions.length > 0 || message.mention_roles.length > 0 || message.mention_everyone;
    return repliesToOther || mentions ? 'others' : 'thread';
  }

  /** The conversation of a message and where its answer goes; `undefined` where Parley may not write. */
  function placeOf(
    message: RawMessage,
    channel: KnownChannel,
    known: ThreadKey | undefined,
    names: MentionNames,
  ): DiscordAddress | undefined {
    const base = {
      channel: channel.id,
      message: message.id,
      author: message.author.id,
      self: names.self,
      reference: repliedTo(message),
    };
    if (channel.kind === 'direct' || channel.kind === 'thread') {
      if (!channel.canWrite) return undefined;
      return { thread: threadKey(channel.id), data: { ...base, mode: 'here', starterIn: channel.starterIn } };
    }
    if (known === undefined && options.replies === 'thread' && channel.canThread) {
      const title = titleOf(message.content, `Chat with ${toAuthor(message.author, message.member).name}`);
      return { thread: threadKey(message.id), data: { ...base, mode: 'open-thread', title } };
    }
    if (!channel.canWrite) return undefined;
    return { thread: known ?? threadKey(message.id), data: { ...base, mode: 'reply' } };
  }
}

type RawMessage = GatewayMessageCreateDispatchData;

/** A direct channel needs no looking up: it is where there is no server. */
async function channelOf(client: Client<true>, { channel_id, guild_id }: RawMessage): Promise<KnownChannel> {
  if (guild_id === undefined) return { id: channel_id, kind: 'direct', canWrite: true, canThread: false };
  return findChannel(client, channel_id);
}

function isFromPerson(message: RawMessage, self: string): boolean {
  const { author, webhook_id, type } = message;
  if (author.id === self || author.bot === true || author.system === true || webhook_id !== undefined)
    return false;
  return type === MessageType.Default || type === MessageType.Reply;
}

function isMentioned({ mentions, mention_roles }: RawMessage, { self, selfRole }: MentionNames): boolean {
  return (
    mentions.some(({ id }) => id === self) || (selfRole !== undefined && mention_roles.includes(selfRole))
  );
}

function namesIn(client: Client<true>, message: Pick<RawMessage, 'channel_id' | 'mentions'>): MentionNames {
  const users = (message.mentions ?? []).map((user) => toAuthor(user, user.member));
  return mentionNames(client, message.channel_id, users);
}
