import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeliveryDesk } from './delivery.ts';
import { createDeliveryDesk } from './delivery.ts';
import { dump } from './dump.ts';
import { createFaults } from './faults.ts';
import { createDownloads } from './files.ts';
import type { Ground } from './ground.ts';
import { createIds, createTimers, createTimestamps } from './ground.ts';
import { createLimits } from './limits.ts';
import type { CallArguments, Modal, SeenMessage } from './records.ts';
import { createSignedPosts } from './signed-posts.ts';
import { createSockets } from './sockets.ts';
import type { SlackOptions, StandInSlack, StandInWorkspace, WaitOptions } from './types.ts';
import { createUploads } from './uploads.ts';
import { createWatch } from './watch.ts';
import { createWebApi } from './web-api.ts';
import { Workspace } from './workspace.ts';

const WAIT_MS = 5000;

/**
 * Starts a local Slack on an ephemeral port of 127.0.0.1: Web API, Socket Mode and signed events for the real
 * SDKs, with Slack's limits. A test acts as people do and looks at what they would have seen.
 */
export async function startSlack(options: SlackOptions = {}): Promise<StandInSlack> {
  const now = options.now ?? Date.now;
  const watch = createWatch();
  const responders = new Map<string, (body: CallArguments) => boolean>();
  const workspaces: Workspace[] = [];
  let base = '';
  // The parts need one another: the desk asks for the way only when it sends.
  const desk: DeliveryDesk = createDeliveryDesk({ now, changed: watch.changed }, () =>
    posts.url === undefined ? sockets : posts,
  );
  const ground: Ground = {
    appId: 'A0PARLEY',
    limits: createLimits(options.limits),
    timers: createTimers(),
    echoes: true,
    now,
    id: createIds(),
    ts: createTimestamps(now),
    changed: watch.changed,
    send: desk.send,
    loginBy: 'page',
    fileUrl: (path) => `http://${base}/files-pri/${path}`,
    uploadUrl: (ticket) => `http://${base}/upload/${ticket}`,
    openResponseUrl(id, respond) {
      responders.set(id, respond);
      return `http://${base}/response/${id}`;
    },
  };
  const sockets = createSockets(ground, () => desk);
  const signingSecret = 'signing-secret-of-the-stand-in';
  const posts = createSignedPosts(ground, signingSecret, () => desk);
  const appToken = 'xapp-1-A0PARLEY-stand-in';
  const faults = createFaults();
  const files = createDownloads(ground, faults, workspaces);
  const uploads = createUploads(ground, faults, workspaces);
  const api = createWebApi(
    ground,
    {
      appToken,
      connectionUrl: () => `ws://${base}${sockets.ticket()}`,
      workspace: (token) => workspaces.find((workspace) => workspace.botToken === token),
    },
    faults,
    options.random ?? Math.random,
  );
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A fault of the stand-in itself must show in the test that met it.
      response.writeHead(500).end(String(error));
    });
  });
  server.on('upgrade', sockets.upgrade);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, room, name = ''] = (request.url ?? '').split(/[/?]/);
    const bytes = await readBody(request);
    const body = bytes.toString();
    if (room === 'files-pri') await files.handle(fileOf(request), request, response);
    else if (room === 'upload') await uploads.handle(name, request, bytes, response);
    else if (room === 'api') await api.handle(name, request, body, response);
    else if (room === 'response') takeResponse(name, body, response);
    else response.writeHead(404).end();
  }

  function takeResponse(id: string, body: string, response: ServerResponse): void {
    const taken = responders.get(id)?.(JSON.parse(body) as CallArguments) ?? false;
    if (taken) response.writeHead(200).end('ok');
    else response.writeHead(404).end(JSON.stringify({ ok: false, error: 'used_url' }));
  }

  function addWorkspace(name: string): Workspace {
    const workspace = new Workspace(ground, name);
    workspaces.push(workspace);
    return workspace;
  }

  function until(predicate: () => boolean, { timeoutMs = WAIT_MS }: WaitOptions = {}): Promise<void> {
    return watch.until(predicate, timeoutMs, () => dump(slack, workspaces));
  }

  base = await listen(server);

  const first = addWorkspace('Acme');
  const whole: Omit<StandInSlack, keyof StandInWorkspace> = {
    apiUrl: `http://${base}/api/`,
    ...{ appToken, signingSecret, appId: ground.appId, limits: ground.limits },
    workspace: (name = `Workspace ${workspaces.length + 1}`) => addWorkspace(name),
    async close() {
      ground.timers.close();
      watch.close();
      posts.close();
      await sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },

    deliverTo(url) {
      posts.url = url;
    },
    deliveries: desk.deliveries,
    redeliver: desk.redeliver,
    get echoes() {
      return ground.echoes;
    },
    set echoes(on) {
      ground.echoes = on;
    },
    raw(body) {
      // What the app answers to a malformed post is its own affair; post() tells it.
      if (posts.url !== undefined) posts.post(body, {}).catch(() => undefined);
      else sockets.raw(body);
    },
    async post(body, settings = {}) {
      const answer = await posts.post(body, settings);
      return { status: answer.status, body: answer.body };
    },

    get connections() {
      return sockets.open;
    },
    get connected() {
      return sockets.connected;
    },
    disconnect: ({ reason = 'refresh_requested', which = 'all' } = {}) => sockets.disconnect(reason, which),
    dropSockets: sockets.drop,
    get keepEvents() {
      return sockets.keepEvents;
    },
    set keepEvents(on) {
      sockets.keepEvents = on;
    },

    downloads: files.downloads,
    uploads: uploads.uploads,
    get loginBy() {
      return ground.loginBy;
    },
    set loginBy(way) {
      ground.loginBy = way;
    },

    ...{ calls: api.calls, refused: api.refused, fail: faults.add },
    get latency() {
      return api.latency;
    },
    set latency(latency) {
      api.latency = latency;
    },

    until: (predicate, settings) => until(() => predicate(slack), settings),
    async untilMessage(channelId, predicate, { by = 'app', ...settings } = {}) {
      let found: SeenMessage | undefined;
      const workspace = workspaces.find(({ channels }) => channels.has(channelId));
      if (!workspace) throw new Error(`There is no channel ${channelId}.`);
      const matches = (message: SeenMessage) =>
        (by === 'anybody' || message.author === workspace.bot.userId) && predicate(message);
      await until(() => {
        found = workspace.messages(channelId).find(matches);
        return found !== undefined;
      }, settings);
      return found!;
    },
    async untilModal(user, settings) {
      let found: Modal | undefined;
      await until(() => {
        const modals = workspaces.flatMap((workspace) => workspace.modals);
        found = modals.find((modal) => modal.user === user.id && modal.open);
        return found !== undefined;
      }, settings);
      return found!;
    },
  };
  // The first workspace itself becomes the whole: its methods need their own object.
  const slack = Object.defineProperties(first, Object.getOwnPropertyDescriptors(whole)) as Workspace &
    typeof whole;
  return slack;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function fileOf({ url = '' }: IncomingMessage): string {
  return url.replace(/^\/files-pri\//, '');
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
