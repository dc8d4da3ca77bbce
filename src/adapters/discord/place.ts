import { type APIThreadChannel, RESTJSONErrorCodes, Routes } from 'discord.js';
import type { Logger, Meter, Scope } from '../../core/ports.ts';
import type { DiscordAddress } from './address.ts';
import { toSurfaceError } from './faults.ts';
import { type Call, DiscordCallError } from './rest.ts';
import { threadScope } from './scopes.ts';

/** Refused for so long or longer, a thread is not worth waiting for: the answer goes into the channel. */
const threadWaitMs = 30_000;

/** Where the messages of a reply go. */
export interface Place {
  /** The channel or thread, as far as is known by now. */
  readonly channel: string;
  /** The message that the first page is a reply to. */
  readonly reference: string | undefined;
  /** The limit that {@link ready} counts against, while it still has a thread to open. */
  readonly opening: readonly Scope[];
  /**
   * Opens the thread where there is one to open; the same for every call. After it the other members are right.
   * @throws SurfaceError
   */
  ready(): Promise<void>;
  /** The thread can't be written in: goes to the channel instead. False where there is nothing else. */
  retreat(): boolean;
}

/** Options of {@link createPlace}. */
export interface PlaceOptions {
  readonly call: Call;
  readonly logger: Logger;
}

/**
 * Finds the place of a reply. A thread opened from a message has that message's id, so a thread that exists
 * already (opened by an earlier attempt, another process, or a person) is found without asking.
 */
export function createPlace({ data }: DiscordAddress, { call, logger }: PlaceOptions, meter?: Meter): Place {
  const inThread = data.mode === 'open-thread';
  let channel = inThread ? data.message : data.channel;
  let reference = data.mode === 'reply' ? data.message : undefined;
  let settled = !inThread;
  let opening: Promise<void> | undefined;

  function retreat(): boolean {
    if (!inThread || channel === data.channel) return false;
    channel = data.channel;
    reference = data.message;
    settled = true;
    return true;
  }

  async function openThread(): Promise<void> {
    try {
      const path = Routes.threads(data.channel, data.message);
      const thread = await call<APIThreadChannel>('POST', path, {
        body: { name: data.title },
        // Our figure is a guess: Discord's own takes its place with the first answer.
        onReading: (reading) => meter?.(threadScope(data.channel).id, reading),
      });
      channel = thread.id;
    } catch (error) {
      if (isThere(error)) return;
      if (!isImpossible(error)) throw toSurfaceError(error, threadScope(data.channel).id);
      logger.info('Discord: no thread could be opened, answering in the channel', {
        error,
        channel: data.channel,
      });
      retreat();
    }
  }

  return {
    get channel() {
      return channel;
    },
    get reference() {
      return reference;
    },
    get opening() {
      return settled ? [] : [threadScope(data.channel)];
    },
    async ready() {
      if (settled) return;
      opening ??= openThread();
      try {
        await opening;
        settled = true;
      } finally {
        opening = undefined;
      }
    },
    retreat,
  };
}

function isThere(error: unknown): boolean {
  return (
    error instanceof DiscordCallError && error.code === RESTJSONErrorCodes.ThreadAlreadyCreatedForMessage
  );
}

/** True where trying again won't help, but the channel itself may still take an answer. */
function isImpossible(error: unknown): boolean {
  if (!(error instanceof DiscordCallError)) return false;
  if (error.status === 429) return (error.retryAfterMs ?? 0) >= threadWaitMs;
  if (error.status < 400 || error.status >= 500 || error.status === 408) return false;
  return error.code !== RESTJSONErrorCodes.UnknownMessage && error.code !== RESTJSONErrorCodes.UnknownChannel;
}
