import type { ServerResponse } from 'node:http';
import type { Counters } from '../../core/ports.ts';

/** Somebody who reads an event stream. */
export interface Reader {
  /** Whole events. Bytes where several readers get the same, so that they are encoded once. */
  write(events: string | Uint8Array): void;
  /** Nothing more comes. */
  end(): void;
}

/** A response that is an event stream. */
export interface EventStream extends Reader {
  /** From now on a reader that falls too far behind is cut off; what was written so far does not count. */
  limitDelay(): void;
  /** Resolves once the reader took what was written, or is gone, or the signal aborts; `undefined` where nothing waits for that. */
  drained(signal: AbortSignal): Promise<void> | undefined;
  /** Aborts when the connection is closed, by whichever side. */
  readonly closed: AbortSignal;
}

/** Every event stream of a server. */
export interface EventStreams {
  /** Sends the headers at once; for a client that has gone it is closed from the start. */
  open(outgoing: ServerResponse, headers?: Readonly<Record<string, string>>): EventStream;
  /** Ends them all. */
  close(): void;
}

/** Options of {@link createEventStreams}. */
export interface EventStreamsOptions {
  readonly counters: Counters;
}

/**
 * Writes straight to Node's responses: a stream of the web kind between would cost more than the rest of a token's way.
 * All streams share one heartbeat. Who is too far behind is cut off, and can go on where it was by `Last-Event-ID`.
 */
export function createEventStreams({ counters }: EventStreamsOptions): EventStreams {
  const open = new Map<EventStream, ServerResponse>();
  let heart: NodeJS.Timeout | undefined;

  function beat(): void {
    for (const stream of open.keys()) stream.write(heartbeat);
  }

  function add(stream: EventStream, outgoing: ServerResponse): void {
    open.set(stream, outgoing);
    heart ??= setInterval(beat, heartbeatMs).unref();
  }

  function remove(stream: EventStream): void {
    open.delete(stream);
    if (open.size > 0) return;
    clearInterval(heart);
    heart = undefined;
  }

  return {
    open(outgoing, headers = {}) {
      const closed = new AbortController();
      let most = Number.POSITIVE_INFINITY;
      const stream: EventStream = {
        closed: closed.signal,
        write(events) {
          if (outgoing.destroyed || outgoing.writableEnded) return;
          outgoing.write(events);
          if (outgoing.writableLength <= most) return;
          counters.add('web.slow-reader');
          outgoing.destroy();
        },
        end: () => void outgoing.end(),
        limitDelay() {
          most = outgoing.writableLength + mostBehind;
        },
        drained(signal) {
          if (!outgoing.writableNeedDrain || outgoing.destroyed || signal.aborted) return undefined;
          return new Promise((resolve) => {
            const done = () => {
              outgoing.off('drain', done).off('close', done);
              signal.removeEventListener('abort', done);
              resolve();
            };
            outgoing.on('drain', done).on('close', done);
            signal.addEventListener('abort', done);
          });
        },
      };
      // It will not say so a second time.
      if (outgoing.destroyed) {
        closed.abort();
        return stream;
      }
      outgoing.writeHead(200, { ...streamHeaders, ...headers });
      outgoing.flushHeaders();
      add(stream, outgoing);
      outgoing.once('close', () => {
        remove(stream);
        closed.abort();
      });
      return stream;
    },
    close() {
      for (const stream of open.keys()) stream.end();
    },
  };
}

const streamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // nginx gathers answers otherwise.
  'x-accel-buffering': 'no',
};
const heartbeatMs = 15_000;
const heartbeat = ': \n\n';
/** Bytes that may wait for a reader. */
const mostBehind = 1024 * 1024;
