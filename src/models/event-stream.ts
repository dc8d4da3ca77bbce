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
export async function* readEvents(
  incoming: IncomingMessage,
  signal: AbortSignal,
  { longestEvent = 10_000_000, mostWaiting = 1_000 }: EventBounds = {},
): AsyncGenerator<readonly ServerEvent[]> {
  let events: ServerEvent[] = [];
  let done = false;
  let fault: unknown;
  let wake = () => {};
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
  const end = () => {
    done ||= fault === undefined;
    wake();
  };
  addAbortSignal(signal, incoming);
  incoming.setEncoding('utf8');
  incoming.on('data', (text: string) => {
    if (fault !== undefined) return;
    parser.feed(text);
    if (events.length > mostWaiting) incoming.pause();
    wake();
  });
  incoming.on('end', end).on('close', end);
  incoming.on('error', (error) => {
    // What breaks after the last event has cost nobody anything.
    if (!done) fault ??= error;
    wake();
  });
  try {
    for (;;) {
      if (events.length > 0) {
        const came = events;
        events = [];
        if (incoming.isPaused()) incoming.resume();
        yield came;
      } else if (fault !== undefined) throw fault;
      else if (done) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    if (done) letGo(incoming);
    else incoming.destroy();
  }
}

/** The connection can be used again if the server ends its answer. */
function letGo(incoming: IncomingMessage): void {
  incoming.resume();
  if (incoming.complete || incoming.destroyed) return;
  const timer = setTimeout(() => incoming.destroy(), lingerMs);
  incoming.once('close', () => clearTimeout(timer));
}

const lingerMs = 1_000;
