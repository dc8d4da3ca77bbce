import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createActing } from './acting.ts';
import { createCdn, isFileAddress } from './cdn.ts';
import { createChanges } from './changes.ts';
import { describeState } from './describe.ts';
import { createFaults } from './faults.ts';
import { createGateway } from './gateway.ts';
import { createRateLimits, usualLimits } from './limits.ts';
import { createRest } from './rest.ts';
import { applicationRoutes } from './routes/applications.ts';
import { channelRoutes } from './routes/channels.ts';
import { gatewayRoutes } from './routes/gateway.ts';
import { guildRoutes } from './routes/guilds.ts';
import { interactionRoutes } from './routes/interactions.ts';
import { messageRoutes } from './routes/messages.ts';
import { threadStarterType } from './threads.ts';
import type { DiscordOptions, Download, JournalEntry, StandInDiscord } from './types.ts';
import { channelOf, createWorld } from './world.ts';

/** Starts a local Discord, REST and gateway, on a free port of 127.0.0.1. */
export async function startDiscord(options: DiscordOptions = {}): Promise<StandInDiscord> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const gatewayUrl = `ws://127.0.0.1:${port}`;

  const journal: JournalEntry[] = [];
  const downloads: Download[] = [];
  const changes = createChanges(() => describeState(world, journal));
  const world = createWorld(options, {
    origin: `http://127.0.0.1:${port}`,
    touch: changes.touch,
    emit: (event) => gateway.emit(event),
  });
  const gateway = createGateway({
    world,
    server,
    url: gatewayUrl,
    heartbeatMs: options.heartbeatMs ?? 41_250,
  });
  const limitFigures = { ...usualLimits, ...options.limits };
  const limits = createRateLimits(limitFigures, world.now);
  const faults = createFaults(changes.touch);
  const latency = { ms: 0, jitterMs: 0, ...options.latency };
  const routes = [
    ...gatewayRoutes(() => ({
      url: gatewayUrl,
      shards: options.shards ?? 1,
      sessionStarts: options.sessionStarts ?? 1000,
      identifies: gateway.identifies,
    })),
    ...messageRoutes(limitFigures.sharedMessageCounter),
    ...channelRoutes,
    ...interactionRoutes,
    ...applicationRoutes,
    ...guildRoutes,
  ];
  const rest = createRest({ world, routes, limits, faults, latency, journal });
  const cdn = createCdn({ world, faults, downloads });
  server.on('request', (request, response) =>
    isFileAddress(request.url) ? cdn(request, response) : rest(request, response),
  );

  const messages = (channelId: string) =>
    channelOf(world, channelId).messages.filter(({ type }) => type !== threadStarterType);

  return {
    url: `http://127.0.0.1:${port}/api`,
    token: world.token,
    applicationId: world.applicationId,
    bot: world.bot,
    latency,
    gateway,
    ...createActing(world),
    messages,
    pings: world.pings,
    typing: world.typing,
    requests: journal,
    downloads,
    refused: limits.refused,
    registered: {
      get commands() {
        return [...world.commands.values()];
      },
      get writes() {
        return world.commandWrites;
      },
    },
    get threads() {
      return [...world.channels.values()].filter(({ kind }) => kind === 'thread');
    },
    get interactions() {
      return [...world.interactions.values()];
    },
    until: changes.until,
    untilMessage: (channelId, predicate, timeoutMs) =>
      changes.until(() => messages(channelId).find(predicate), timeoutMs),
    fail: faults.add,
    async close() {
      changes.close();
      faults.close();
      gateway.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
