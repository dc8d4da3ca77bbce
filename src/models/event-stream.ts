import type { IncomingMessage } from 'node:http';
import { addAbortSignal } from 'node:stream';
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
  /** Who reads slower than the server writes makes it wait from so many unread events on. @default 1,000 */
  readonly mostWaiting?: number;
}

/**
 * The events of a streamed answer, as many at a time as came together. Ends after `[DONE]`, which is not among them,
 * or with the answer. Left early or aborted, it ends the connection.
 * @throws what broke the connection; an AbortError
 */
export function readEvents(
  incoming: IncomingMessage,
  signal: AbortSignal,
  { longestEvent = 10_000_000, mostWaiting = 1_000 }: EventBounds = {},
): AsyncIterable<readonly ServerEvent[]> {
  type Result = IteratorResult<readonly ServerEvent[], undefined>;
  let events: ServerEvent[] = [];
  let done = false;
  let fault: unknown;
  /** Whoever waits for more. */
  let reader: PromiseWithResolvers<Result> | undefined;
  const parser = createParser({
    onEvent(event) {
      if (event.data === '[DONE]') done = true;
      else if (!done) events.push(event);
    },
    maxBufferSize: longestEvent,
    onError(error) {
      if (error.type !== 'max-buffer-size-exceeded') return;
      fault ??= error;
      incoming.destroy();
    },
  });

  function answer(): void {
    if (reader === undefined) return;
    const { resolve, reject } = reader;
    if (events.length > 0) {
      const came = events;
      events = [];
      if (incoming.isPaused()) incoming.resume();
      resolve({ done: false, value: came });
    } else if (fault !== undefined) {
      close();
      reject(fault);
    } else if (done) {
      close();
      resolve(ended);
    } else return;
    reader = undefined;
  }

  function close(): void {
    if (done) letGo(incoming);
    else incoming.destroy();
  }

  const end = () => {
    done ||= fault === undefined;
    answer();
  };
  addAbortSignal(signal, incoming);
  incoming.setEncoding('utf8');
  incoming.on('data', (text: string) => {
    if (fault !== undefined) return;
    parser.feed(text);
    if (events.length > mostWaiting) incoming.pause();
    answer();
  });
  incoming.on('end', end).on('close', end);
  incoming.on('error', (error) => {
    // What breaks after the last event has cost nobody anything.
    if (!done) fault ??= error;
    answer();
  });
  // Not a generator: every token of every answer comes through here, and each of those costs it several promises.
  const iterator: AsyncIterator<readonly ServerEvent[], undefined> = {
    next() {
      reader = Promise.withResolvers();
      const { promise } = reader;
      answer();
      return promise;
    },
    async return() {
      close();
      return ended;
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

const ended = { done: true, value: undefined } as const;

/** The connection can be used again if the server ends its answer. */
function letGo(incoming: IncomingMessage): void {
  incoming.resume();
  if (incoming.complete || incoming.destroyed) return;
  const timer = setTimeout(() => incoming.destroy(), lingerMs);
  incoming.once('close', () => clearTimeout(timer));
}

const lingerMs = 1_000;
