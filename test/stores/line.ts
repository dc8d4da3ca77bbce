import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A line to a server that can be broken. */
export interface Line {
  /** The server's URL, by way of this line. */
  readonly url: string;
  /** Drops every connection and refuses new ones. */
  cut(): void;
  /** Lets everything pass into the void: the server seems to hang. */
  hang(): void;
  /** Ends {@link cut} and {@link hang}. */
  mend(): void;
}

/** Puts a TCP line before the server of a URL; it goes when the test ends. */
export async function createLine(target: string): Promise<Line> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let state: 'whole' | 'cut' | 'hanging' = 'whole';

  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (state === 'whole') to.write(bytes);
      });
      from.on('error', () => to.destroy()); // a reset is what these tests are about
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function dropAll(): void {
    for (const socket of sockets) socket.destroy();
  }
  onTestFinished(async () => {
    dropAll();
    server.close();
    await once(server, 'close');
  });

  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cut() {
      state = 'cut';
      dropAll();
    },
    hang() {
      state = 'hanging';
    },
    mend() {
      state = 'whole';
      dropAll();
    },
  };
}
