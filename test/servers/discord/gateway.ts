import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { botCanView } from './permissions.ts';
import { createSession, type Session } from './session.ts';
import type { DropOptions, StandInGateway } from './types.ts';
import { toApiApplication, toApiUser } from './wire.ts';
import { toApiGuild } from './wire-guild.ts';
import type { World, WorldEvent } from './world.ts';

const intentBits = { guilds: 1 << 0, guildMessages: 1 << 9, directMessages: 1 << 12, content: 1 << 15 };

/** Codes of gateway payloads. */
const op = {
  heartbeat: 1,
  identify: 2,
  presence: 3,
  voice: 4,
  resume: 6,
  members: 8,
  invalidSession: 9,
  hello: 10,
  ack: 11,
};

/** The gateway as the rest of the stand-in sees it. */
export interface Gateway extends StandInGateway {
  emit(event: WorldEvent): void;
  close(): void;
}

/** What the gateway works with. */
export interface GatewayOptions {
  readonly world: World;
  readonly server: Server;
  /** Where to connect; also for resuming. */
  readonly url: string;
  readonly heartbeatMs: number;
}

/** The gateway: WebSocket connections, sessions and their events. */
export function createGateway({ world, server, url, heartbeatMs }: GatewayOptions): Gateway {
  const sockets = new WebSocketServer({ noServer: true });
  const sessions = new Map<string, Session>();
  const counts = { identifies: 0, resumes: 0, intents: 0 };
  let held = false;
  let holdsServers = false;
  let repeat = 0;

  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, connect);
  });

  function connect(socket: WebSocket): void {
    let session: Session | undefined;
    socket.send(JSON.stringify({ op: op.hello, d: { heartbeat_interval: heartbeatMs } }));
    socket.on('message', (data) => {
      const payload = readPayload(String(data));
      if (payload === undefined) return socket.close(4002);
      const { op: code, d } = payload;
      if (code === op.heartbeat) return socket.send(JSON.stringify({ op: op.ack }));
      if (code === op.identify || code === op.resume) {
        if (session !== undefined) return socket.close(4005);
        session = code === op.identify ? identify(socket, d) : resume(socket, d);
        return world.touch();
      }
      if (session === undefined) return socket.close(4003);
      const known = code === op.presence || code === op.voice || code === op.members;
      if (!known) socket.close(4001);
    });
    socket.on('close', (code) => {
      if (session?.socket === socket) session.detach();
      // With these codes a client ends its session for good.
      if (session !== undefined && (code === 1000 || code === 1001)) sessions.delete(session.id);
      world.touch();
    });
  }

  function identify(socket: WebSocket, d: Payload['d']): Session | undefined {
    counts.identifies += 1;
    counts.intents = Number(d.intents);
    if (d.token !== world.token) return void socket.close(4004);
    if ((counts.intents & intentBits.content) !== 0 && !world.contentAllowed) return void socket.close(4014);
    const shard = Array.isArray(d.shard)
      ? ([Number(d.shard[0]), Number(d.shard[1])] as const)
      : ([0, 1] as const);
    const session = createSession(`session-${world.nextId()}`, counts.intents, shard, () => held);
    sessions.set(session.id, session);
    session.attach(socket);
    const guilds = [...world.guilds.values()].filter(({ id }) => onShard(session, id));
    session.send('READY', {
      v: 10,
      user: toApiUser(world.bot),
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      private_channels: [],
      session_id: session.id,
      resume_gateway_url: url,
      shard,
      application: { id: world.applicationId, flags: toApiApplication(world).flags },
    });
    if (holdsServers) held = true;
    if ((session.intents & intentBits.guilds) !== 0) {
      for (const guild of guilds) session.send('GUILD_CREATE', toApiGuild(world, guild));
    }
    return session;
  }

  function resume(socket: WebSocket, d: Payload['d']): Session | undefined {
    if (d.token !== world.token) return void socket.close(4004);
    const session = sessions.get(String(d.session_id));
    if (session === undefined) {
      socket.send(JSON.stringify({ op: op.invalidSession, d: false }));
      return undefined;
    }
    session.attach(socket);
    held = false;
    if (!session.replay(Math.max(0, Number(d.seq) - repeat))) {
      session.detach();
      sessions.delete(session.id);
      return void socket.close(4007);
    }
    repeat = 0;
    counts.resumes += 1;
    session.send('RESUMED', {});
    return session;
  }

  function emit(event: WorldEvent): void {
    const { channel, type, data } = event;
    if (channel !== undefined && !botCanView(world, channel)) return;
    const guildId = event.guildId ?? channel?.guildId;
    const needed = neededIntent(event, guildId);
    for (const session of sessions.values()) {
      if ((session.intents & needed) !== needed || !onShard(session, guildId)) continue;
      const readable = event.withoutContent === undefined || (session.intents & intentBits.content) !== 0;
      session.send(type, readable ? data : event.withoutContent);
    }
  }

  return {
    get connected() {
      return [...sessions.values()].filter(({ socket }) => socket !== undefined).length;
    },
    get identifies() {
      return counts.identifies;
    },
    get resumes() {
      return counts.resumes;
    },
    get intents() {
      return counts.intents;
    },
    emit,
    drop(options: DropOptions = {}) {
      repeat = options.repeat ?? 0;
      for (const session of sessions.values()) session.detach();
      if (options.resumable === false) sessions.clear();
      for (const socket of sockets.clients) {
        if (options.code === 'abrupt') socket.terminate();
        else socket.close(options.code ?? 4000);
      }
      world.touch();
    },
    hold() {
      held = true;
    },
    holdServers() {
      holdsServers = true;
    },
    release() {
      held = false;
      holdsServers = false;
      for (const session of sessions.values()) session.flush();
    },
    refuseIntents() {
      world.contentAllowed = false;
    },
    dispatch(type, data) {
      for (const session of sessions.values()) session.send(type, data);
    },
    close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

interface Payload {
  readonly op: number;
  readonly d: Readonly<Record<string, unknown>>;
}

function readPayload(text: string): Payload | undefined {
  try {
    const payload = JSON.parse(text);
    return typeof payload?.op === 'number' ? { op: payload.op, d: payload.d ?? {} } : undefined;
  } catch {
    // Not JSON: the caller closes with 4002, as Discord does.
    return undefined;
  }
}

function onShard(session: Session, guildId: string | undefined): boolean {
  const [id, count] = session.shard;
  return guildId === undefined ? id === 0 : Number((BigInt(guildId) >> 22n) % BigInt(count)) === id;
}

function neededIntent({ type }: WorldEvent, guildId: string | undefined): number {
  if (type === 'INTERACTION_CREATE') return 0;
  if (!type.startsWith('MESSAGE_')) return intentBits.guilds;
  return guildId === undefined ? intentBits.directMessages : intentBits.guildMessages;
}
