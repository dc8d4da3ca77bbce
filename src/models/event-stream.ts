import type { IncomingMessage } from 'node:http';
import { createParser } from 'eventsource-parser';

/** A server-sent event. */
export interface ServerEvent {
  /** Absent: an ordinary one. */
  readonly event?: string | undefined;
  readonly data: string;
}

/** What an answer may cost before it is made to wait, or given up. */
export interface EventBounds {
  /** Most characters of an event. @default 10,000,000: nothing that a model says in one piece is longer */
  readonly longestEvent?: number;
  /** The server is made to wait from so many events on that nobody has taken yet. @default 1,000 */
  readonly mostWaiting?: number;
}

/** Takes an event. Where it returns a promise, the next one waits for it. */
export type EventTaker = (event: ServerEvent) => void | Promise<void>;

/**
 * Reads the events of a streamed answer one by one, as they come. Resolves after `[DONE]`, which is not among them, or with
 * the answer. No iterable: every token of every answer comes through here, and that would cost each of them several promises.
 * @throws what broke the connection, after the events before it; what `take` throws; the signal's reason. It ends the connection.
 */
export function readEvents(
  incoming: IncomingMessage,
  signal: AbortSignal,
  take: EventTaker,
  { longestEvent = 10_000_000, mostWaiting = 1_000 }: EventBounds = {},
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const waiting: ServerEvent[] = [];
  /** Somebody takes their time. */
  let taking = false;
  /** Nothing more comes, and why. */
  let over: { readonly error?: unknown } | undefined;
  const parser = createParser({
    onEvent(event) {
      if (over !== undefined) return;
      if (event.data === '[DONE]') end({});
      else if (!taking) give(event);
      else if (waiting.push(event) > mostWaiting) incoming.pause();
    },
    maxBufferSize: longestEvent,
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') end({ error });
    },
  });

  function give(event: ServerEvent): void {
    try {
      const taken = take(event);
      if (!taken) return;
      taking = true;
      taken.then(goOn, refuse);
    } catch (error) {
      refuse(error);
    }
  }

  function goOn(): void {
    taking = false;
    while (!taking && waiting.length > 0) give(waiting.shift()!);
    if (taking) return;
    if (incoming.isPaused()) incoming.resume();
    settle();
  }

  function refuse(error: unknown): void {
    taking = false;
    waiting.length = 0;
    over = { error };
    settle();
  }

  function end(how: { readonly error?: unknown }): void {
    // What breaks after the last event has cost nobody anything.
    over ??= how;
    settle();
  }

  function abort(): void {
    incoming.destroy();
    waiting.length = 0;
    end({ error: signal.reason });
  }

  function settle(): void {
    if (taking || over === undefined) return;
    signal.removeEventListener('abort', abort);
    if ('error' in over) {
      incoming.destroy();
      reject(over.error);
    } else {
      letGo(incoming);
      resolve();
    }
  }

  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  incoming.setEncoding('utf8');
  incoming.on('data', (text: string) => {
    if (over === undefined) parser.feed(text);
  });
  incoming.on('end', () => end({})).on('close', () => end({}));
  incoming.on('error', (error) => end({ error }));
  return promise;
}

/** The connection can be used again if the server ends its answer. */
function letGo(incoming: IncomingMessage): void {
  incoming.resume();
  if (incoming.complete || incoming.destroyed) return;
  const timer = setTimeout(() => incoming.destroy(), lingerMs);
  incoming.once('close', () => clearTimeout(timer));
}

const lingerMs = 1_000;
