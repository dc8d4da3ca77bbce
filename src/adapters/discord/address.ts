import type { ReplyAddress, ThreadKey } from '../../core/ports.ts';

/**
 * How a reply reaches people.
 * - `open-thread`: a thread is opened from the question.
 * - `reply`: as a reply to the question, in its channel.
 * - `here`: as plain messages in the thread or direct channel where the question was put.
 * - `interaction`: as the answer to a slash command.
 */
export type ReplyMode = 'open-thread' | 'reply' | 'here' | 'interaction';

/** What the `data` of a Discord address holds. All ids are Discord's. */
export interface DiscordAddressData {
  readonly mode: ReplyMode;
  /** Where the question was put. */
  readonly channel: string;
  /** The message that is answered, or the interaction; either marks a point in time. */
  readonly message: string;
  /** The user who asked. */
  readonly author: string;
  /** The user that Parley is. */
  readonly self: string;
  /** `open-thread`: name of the thread. */
  readonly title?: string | undefined;
  /** The message that the question is a reply to. */
  readonly reference?: string | undefined;
  /** Of a question in a thread: the channel that holds the message which the thread was opened from. */
  readonly starterIn?: string | undefined;
  /** `interaction`: id of the application. */
  readonly application?: string | undefined;
  readonly token?: string | undefined;
  /** `interaction`: when it came in, in milliseconds since the epoch. */
  readonly created?: string | undefined;
  /** `interaction`: `caller` where nobody else sees the answer. */
  readonly visibility?: string | undefined;
}

/** An address of this adapter, its data typed. */
export interface DiscordAddress {
  readonly thread: ThreadKey;
  readonly data: DiscordAddressData;
}

/** Conversation key of a thread, a direct channel, or the message or interaction that a conversation began with. */
export function threadKey(id: string): ThreadKey {
  return `discord:${id}`;
}

/** The address as plain data, for the core. */
export function toReplyAddress(address: DiscordAddress): ReplyAddress {
  const data: Record<string, string> = {};
  for (const [name, value] of Object.entries(address.data)) {
    if (value !== undefined) data[name] = value;
  }
  return { thread: address.thread, data };
}

/** Reads what {@link toReplyAddress} wrote. @throws TypeError where it is no address of this adapter */
export function fromReplyAddress(address: ReplyAddress): DiscordAddress {
  const { mode, channel, message, author, self } = address.data;
  if (!isMode(mode) || !channel || !message || !author || !self) {
    throw new TypeError(`Not an address on Discord: ${address.thread}`);
  }
  return { thread: address.thread, data: { ...address.data, mode, channel, message, author, self } };
}

function isMode(mode: string | undefined): mode is ReplyMode {
  return mode === 'open-thread' || mode === 'reply' || mode === 'here' || mode === 'interaction';
}
