import { refusals } from './api-fault.ts';
import type { UploadedFile } from './attachments.ts';
import type { Bucket } from './limits.ts';
import type { ChannelRecord, MessageRecord, World } from './world.ts';

/** A REST call as its route sees it. */
export interface Call {
  readonly world: World;
  /** What the `:name` parts of the path were. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Files that came with it. */
  readonly files: readonly UploadedFile[];
}

/** What a route answers; without a body the status is 204. */
export interface Answer {
  readonly status?: number;
  readonly body?: unknown;
}

/** A method and path that Discord knows. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** For example `/channels/:channel/messages/:message`. */
  readonly path: string;
  /** False where the path itself holds a secret. @default true */
  readonly needsToken?: boolean;
  /** The bucket it counts against. Absent: only the global limit. */
  bucket?(params: Readonly<Record<string, string>>): Bucket;
  /** @throws ApiFault */
  handle(call: Call): Answer;
}

/** The channel that a call names. @throws ApiFault 10003 */
export function findChannel({ world, params }: Call): ChannelRecord {
  const channel = world.channels.get(params.channel!);
  const parent = world.channels.get(channel?.parentId ?? '');
  if (channel === undefined || channel.deleted || parent?.deleted) throw refusals.unknownChannel();
  return channel;
}

/** The message that a call names, in its channel. @throws ApiFault 10008 */
export function findMessage({ world, params }: Call, channel: ChannelRecord): MessageRecord {
  const message = world.messages.get(params.message!);
  if (message === undefined || message.deleted || message.channelId !== channel.id) {
    throw refusals.unknownMessage();
  }
  return message;
}
