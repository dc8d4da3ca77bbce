import type { ReplyAddress, ThreadKey } from '../../core/ports.ts';

/** Where a reply goes in Slack. */
export interface SlackAddress {
  /** The workspace that the app is installed in. */
  readonly team: string;
  readonly channel: string;
  /** Absent for a direct message outside of any thread. */
  readonly threadTs?: string;
  /** The message that is answered. */
  readonly ts?: string;
  /** When a command's question was posted there for everybody to see, in milliseconds since the epoch. */
  readonly postedAt?: string;
  /** Who asked; Slack wants to know for whom a stream is. */
  readonly user?: string;
  /** The workspace of who asked: another one in a channel that is shared between companies. */
  readonly userTeam?: string;
  /** Set where only the caller of a command may see the answer. */
  readonly responseUrl?: string;
}

/** `slack:<team>:<channel>:<ts of the thread>`, or `slack:<team>:<channel>` outside of any thread. */
export function toThreadKey(team: string, channel: string, threadTs?: string): ThreadKey {
  return threadTs === undefined ? `slack:${team}:${channel}` : `slack:${team}:${channel}:${threadTs}`;
}

/** The same for every delivery of a message, be it as `message` or `app_mention`. */
export function toMessageId(team: string, channel: string, ts: string): string {
  return `slack:${team}:${channel}:${ts}`;
}

/** True for a conversation between one person and the app. */
export function isDirect(channel: string): boolean {
  return channel.startsWith('D');
}

/** Packs an address as plain data. */
export function toReplyAddress(thread: ThreadKey, address: SlackAddress): ReplyAddress {
  return { thread, data: { ...address } };
}

/**
 * Unpacks {@link toReplyAddress}.
 * @throws TypeError where it is no address of Slack: a fault of the caller.
 */
export function fromReplyAddress({ thread, data }: ReplyAddress): SlackAddress {
  const { team, channel } = data;
  if (team === undefined || channel === undefined) throw new TypeError(`not an address in Slack: ${thread}`);
  return { ...data, team, channel };
}
