/** Socket Mode: connections that say hello, envelopes and their acknowledgements. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Carrier, DeliveryDesk, OpenDelivery } from './delivery.ts';
import type { Ground } from './ground.ts';
import type { Attempt } from './parcel.ts';
import type { DisconnectReason } from './types.ts';

export interface Sockets extends Carrier {
  /** Path and query of a new single-use connection URL. */
  ticket(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Connections that take events. */
  readonly open: number;
  /** Connections ever opened. */
  readonly connected: number;
  keepEvents: boolean;
  disconnect(reason: DisconnectReason, which: 'oldest' | 'all'): void;
  drop(): void;
  raw(frame: string): void;
  /** Says goodbye to all, and cuts off whoever does not answer. */
  close(): Promise<void>;
}

/** How long a client may take to answer the goodbye. */
const GOODBYE_MS = 200;

interface Pending {
  readonly attempt: Attempt;
  readonly record: OpenDelivery;
  timer?: NodeJS.Timeout;
  timedOut?: boolean;
}

export function createSockets(ground: Ground, desk: () => DeliveryDesk): Sockets {
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  /** Connections that take events, oldest first. */
  const taking = new Set<WebSocket>();
  const unacknowledged = new Map<string, Pending>();
  const kept: Pending[] = [];
  let connected = 0;

  function greet(socket: WebSocket): void {
    connected += 1;
    socket.on('message', (data) => acknowledge(String(data)));
    socket.on('close', () => {
      taking.delete(socket);
      ground.changed();
    });
    // An error is always followed by a close.
    socket.on('error', () => socket.terminate());
    if (taking.size >= ground.limits.connections) {
      socket.send(toDisconnect('too_many_websockets'));
      return;
    }
    taking.add(socket);
    socket.send(
      JSON.stringify({
        ...{ type: 'hello', num_connections: taking.size, connection_info: { app_id: ground.appId } },
        debug_info: { host: 'stand-in', approximate_connection_time: 18_060 },
      }),
    );
    for (const pending of kept.splice(0)) transmit(pending);
    ground.changed();
  }

  function transmit(pending: Pending): void {
    const socket = next();
    const { attempt, record } = pending;
    if (!socket) {
      // A person is told at once that the app does not respond; an event can wait.
      if (attempt.parcel.kind !== 'events_api')
        desk().settle(attempt, record, { kind: 'failed', reason: 'connection_failed' });
      else if (sockets.keepEvents) kept.push(pending);
      return;
    }
    const envelopeId = ground.id('envelope-');
    unacknowledged.set(envelopeId, pending);
    pending.timer = ground.timers.after(ground.limits.acknowledgeMs, () => {
      pending.timedOut = true;
      desk().settle(attempt, record, { kind: 'failed', reason: 'timeout' });
    });
    socket.send(JSON.stringify(toEnvelope(envelopeId, attempt)));
  }

  /** Each connection in turn: an event goes to any one of them. */
  function next(): WebSocket | undefined {
    for (const socket of taking) {
      if (socket.readyState !== socket.OPEN) continue;
      taking.delete(socket);
      taking.add(socket);
      return socket;
    }
    return undefined;
  }

  function acknowledge(frame: string): void {
    const { envelope_id: id, payload } = JSON.parse(frame) as { envelope_id: string; payload?: unknown };
    const pending = unacknowledged.get(id);
    if (!pending) return;
    unacknowledged.delete(id);
    if (pending.timer) ground.timers.cancel(pending.timer);
    const empty = payload === undefined || payload === null || Object.keys(payload as object).length === 0;
    const body = empty ? undefined : payload;
    const outcome = pending.timedOut
      ? ({ kind: 'late' } as const)
      : ({ kind: 'acknowledged', body } as const);
    desk().settle(pending.attempt, pending.record, outcome);
  }

  const sockets: Sockets = {
    transport: 'socket',
    keepEvents: true,
    get open() {
      return taking.size;
    },
    get connected() {
      return connected;
    },
    carry(attempt, record) {
      transmit({ attempt, record });
    },
    ticket() {
      const ticket = ground.id('ticket-');
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${ground.appId}`;
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'http://stand-in').searchParams.get('ticket');
      if (ticket === null || !tickets.delete(ticket)) {
        socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, greet);
    },
    disconnect(reason, which) {
      const [oldest] = taking;
      const going = which === 'all' ? [...taking] : oldest ? [oldest] : [];
      for (const socket of going) {
        if (reason !== 'warning') taking.delete(socket);
        socket.send(toDisconnect(reason));
      }
      ground.changed();
    },
    drop() {
      for (const socket of server.clients) socket.terminate();
    },
    raw(frame) {
      next()?.send(frame);
    },
    async close() {
      await Promise.all(Array.from(server.clients, farewell));
      server.close();
    },
  };
  return sockets;
}

function farewell(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), GOODBYE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(1001);
  });
}

function toDisconnect(reason: DisconnectReason): string {
  return JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'stand-in' } });
}

function toEnvelope(envelopeId: string, { parcel, number, reason }: Attempt) {
  return {
    envelope_id: envelopeId,
    type: parcel.kind,
    payload: parcel.payload,
    accepts_response_payload: parcel.kind !== 'events_api',
    ...(parcel.kind === 'events_api' && { retry_attempt: number, retry_reason: reason ?? '' }),
  };
}
