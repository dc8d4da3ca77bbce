import type { WebSocket } from 'ws';

/** Events that are kept for a client that is away; after that its session is void. */
const kept = 1000;

interface NumberedEvent {
  readonly sequence: number;
  readonly text: string;
}

/** A gateway session: outlives its connections, and keeps what they missed. */
export interface Session {
  readonly id: string;
  readonly intents: number;
  readonly shard: readonly [id: number, count: number];
  readonly socket: WebSocket | undefined;
  attach(socket: WebSocket): void;
  detach(): void;
  /** Numbers an event and sends it where somebody is connected, unless events are held. */
  send(type: string, data: unknown): void;
  /** Sends what was held. */
  flush(): void;
  /** Sends everything after `sequence` again. False where that is no longer, or not yet, known. */
  replay(sequence: number): boolean;
}

/** @param held true while events are to be kept back */
export function createSession(
  id: string,
  intents: number,
  shard: readonly [number, number],
  held: () => boolean,
): Session {
  const events: NumberedEvent[] = [];
  let socket: WebSocket | undefined;
  let sequence = 0;
  let sent = 0;

  function flush(): void {
    if (socket === undefined || sent === sequence) return;
    const first = Math.max(0, events.length - (sequence - sent));
    for (const event of events.slice(first)) socket.send(event.text);
    sent = sequence;
  }

  return {
    id,
    intents,
    shard,
    get socket() {
      return socket;
    },
    attach(connection) {
      socket = connection;
    },
    detach() {
      socket = undefined;
    },
    send(type, data) {
      sequence += 1;
      events.push({ sequence, text: JSON.stringify({ op: 0, t: type, s: sequence, d: data }) });
      if (events.length > 2 * kept) events.splice(0, kept);
      if (!held()) flush();
    },
    flush,
    replay(from) {
      const oldest = events[0]?.sequence ?? 1;
      if (from > sequence || from < oldest - 1) return false;
      sent = Math.max(0, from);
      flush();
      return true;
    },
  };
}
