import { type App, SocketModeReceiver } from '@slack/bolt';
import type { Counters, Logger } from '../../core/ports.ts';
import { within } from '../../core/within.ts';
import { clientOptions } from './clients.ts';
import { toBoltBody } from './envelope.ts';
import { toSlackLogger } from './logger.ts';
import { asPayload, type Payload } from './payload.ts';

/** Options of {@link openConnection}. */
export interface ConnectionOptions {
  readonly app: App;
  readonly appToken: string;
  readonly apiUrl?: string;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** One WebSocket to Slack, from its opening to its end; it does not come back by itself. */
export interface Connection {
  /** Resolves once Slack said hello; rejects where it did not come to that. */
  readonly opened: Promise<void>;
  /** Resolves once Slack asked the connection to go, or it is gone. It still works until {@link release}. */
  readonly ending: Promise<void>;
  /** Resolves once it is gone. */
  readonly closed: Promise<void>;
  /** Closes it. Resolves once it is closed, or after two seconds. */
  release(): Promise<void>;
}

/**
 * Opens a connection. Made of Bolt's receiver, with two faults of `@slack/socket-mode` 3.1.0 kept away: it
 * rejects, unhandled, on a notice without an inner event and on any frame that is no object, and it leaves on
 * `disconnect` before another connection is there and returns after five seconds or more (and, where that
 * fails, rejects unhandled). So frames are looked at first, and reconnecting is not left to it.
 */
export function openConnection(options: ConnectionOptions): Connection {
  const { app, appToken, apiUrl, logger, counters } = options;
  const receiver = new SocketModeReceiver({
    appToken,
    logger: toSlackLogger(logger),
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: { ...clientOptions(apiUrl), timeout: 10_000, retryConfig: { retries: 0 } },
    },
    processEventErrorHandler: async ({ error }) => {
      logger.error('an event of Slack could not be handled', { error });
      return false;
    },
  });
  receiver.init(app);
  const { client } = receiver;
  const ending = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  client.on('disconnected', () => {
    ending.resolve();
    closed.resolve();
  });

  const deliver = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', (data: unknown, isBinary: unknown) => {
    const frame = isBinary === true ? undefined : readFrame(data);
    if (frame === undefined) {
      counters.add('dropped.malformed');
      logger.warn('Slack sent a frame that can not be read');
      return;
    }
    if (frame.type === 'disconnect') {
      logger.debug('Slack asks a connection to go', { reason: frame.reason });
      ending.resolve();
      return;
    }
    for (const listener of deliver) {
      Promise.resolve(listener(JSON.stringify(frame), false)).catch((error: unknown) => {
        logger.error('a frame of Slack could not be handled', { error });
      });
    }
  });

  async function release(): Promise<void> {
    const leaving = client.disconnect().catch((error: unknown) => {
      logger.debug('a connection to Slack did not close well', { error });
    });
    await within(leaving, 2_000);
  }

  async function greet(): Promise<void> {
    const hello = await within(client.start(), 15_000);
    if (hello !== undefined) return;
    await release();
    throw new Error('Slack did not say hello');
  }

  return { opened: greet(), ending: ending.promise, closed: closed.promise, release };
}

/** A frame that Socket Mode's client can take, or `undefined`. */
function readFrame(data: unknown): Payload | undefined {
  if (typeof data !== 'string') return undefined;
  let frame: Payload | undefined;
  try {
    frame = asPayload(JSON.parse(data));
  } catch {
    return undefined; // counted by the caller
  }
  if (typeof frame?.type !== 'string') return undefined;
  if (frame.envelope_id === undefined) return frame;
  const payload = toBoltBody(frame.payload);
  return payload === undefined ? undefined : { ...frame, payload };
}
