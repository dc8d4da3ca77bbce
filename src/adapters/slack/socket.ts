import { setTimeout as wait } from 'node:timers/promises';
import type { App, Receiver } from '@slack/bolt';
import { ParleyError } from '../../core/errors.ts';
import type { Counters, Logger } from '../../core/ports.ts';
import { within } from '../../core/within.ts';
import { errorNameOf, isPassing } from './errors.ts';
import { backoffMs, persist } from './patience.ts';
import { type Connection, openConnection } from './socket-connection.ts';

/** Options of {@link createSocketReceiver}. */
export interface SocketReceiverOptions {
  /** With the scope `connections:write`. */
  readonly appToken: string;
  readonly apiUrl?: string;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Takes events over WebSockets. */
export interface SocketReceiver extends Receiver {
  /**
   * Resolves once a connection is open; tries on while the network is away.
   * @throws ParleyError `platform-failed` where the token is refused.
   */
  start(): Promise<void>;
  /** True while a connection is open. */
  readonly ready: boolean;
  /** Closes all connections and opens no more. */
  stop(): Promise<void>;
}

/**
 * Socket Mode over two lines, so that one is open while the other is broken; Slack gives each event to
 * either. A line that Slack asks to go opens its next connection while the old one still works.
 */
export function createSocketReceiver(options: SocketReceiverOptions): SocketReceiver {
  const { logger } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const connections = new Set<Connection>();
  let alive = 0;
  let app: App | undefined;

  function open(isFinal: (error: unknown) => boolean): Promise<Connection> {
    return persist(openOnce, { signal, isFinal, onFailure: report });
  }

  async function openOnce(): Promise<Connection> {
    if (app === undefined) throw new Error('the receiver was not given its app');
    const connection = openConnection({ ...options, app });
    await connection.opened;
    alive++;
    void connection.closed.then(() => alive--);
    if (signal.aborted) await connection.release();
    signal.throwIfAborted();
    connections.add(connection);
    return connection;
  }

  async function keepLine(first?: Connection): Promise<void> {
    let current = first ?? (await open(() => false));
    let restless = 0;
    for (;;) {
      const openedAt = performance.now();
      await current.ending;
      // Connections that end at once, again and again, are not replaced at once for ever.
      restless = performance.now() - openedAt > steadyMs ? 0 : restless + 1;
      if (restless > 1) await wait(backoffMs(restless - 1), undefined, { signal });
      const next = await open(() => false);
      void leave(current);
      current = next;
    }
  }

  /** Slack closes a connection itself once its last events are through; only one that it forgets is closed by us. */
  async function leave(connection: Connection): Promise<void> {
    await within(connection.closed, graceMs);
    await connection.release();
    connections.delete(connection);
  }

  function keepLineUntilStop(first?: Connection): void {
    keepLine(first).catch((error: unknown) => {
      if (!signal.aborted) logger.error('Slack: a line is lost', { error });
    });
  }

  function report(error: unknown, nextInMs: number): void {
    if (isRefusal(error)) logger.error(refusalNotice(error), { error, nextInMs });
    else logger.warn('Slack: no connection; trying again', { error, nextInMs });
  }

  return {
    init(given) {
      app = given;
    },
    async start() {
      const first = await open(isRefusal).catch((error: unknown) => {
        if (isRefusal(error))
          throw new ParleyError('platform-failed', refusalNotice(error), { cause: error });
        throw error;
      });
      keepLineUntilStop(first);
      keepLineUntilStop();
    },
    get ready() {
      return alive > 0;
    },
    async stop() {
      stopping.abort();
      await Promise.all([...connections].map((connection) => connection.release()));
    },
  };
}

/** A connection that lasted so long was a good one. */
const steadyMs = 10_000;
const graceMs = 15_000;

function isRefusal(error: unknown): boolean {
  return errorNameOf(error) !== undefined && !isPassing(error);
}

function refusalNotice(error: unknown): string {
  const name = errorNameOf(error) ?? 'no reason given';
  return (
    `Slack refused SLACK_APP_TOKEN (${name}). Make an app-level token (xapp-…) with the scope connections:write at ` +
    'api.slack.com/apps, your app, Basic Information, and see that Socket Mode is on.'
  );
}
