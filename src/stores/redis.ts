import KeyvRedis, { createClient } from '@keyv/redis';
import { clientLimitMs } from './bounded.ts';
import type { Driver, FaultListener } from './driver.ts';

/** A Redis server; `redis://` or `rediss://`. Reconnects by itself once it was connected. */
export function createRedisDriver(url: string, describe: string, onFault: FaultListener): Driver {
  let wasConnected = false;
  const client = createClient({
    url,
    commandOptions: { timeout: clientLimitMs },
    pingInterval: 30_000,
    socket: {
      connectTimeout: clientLimitMs,
      // The default goes on for ever, also where the address is wrong from the start.
      reconnectStrategy: (attempts) => (wasConnected ? Math.min(2 ** attempts * 50, 2_000) : false),
    },
  });
  client.on('error', onFault);

  return {
    describe,
    advice: 'Is Redis running there, and are name and password in STORE_URL right?',
    async open() {
      try {
        await client.connect();
      } catch (error) {
        if (client.isOpen) client.destroy();
        throw error;
      }
      wasConnected = true;
    },
    adapter(namespace) {
      const adapter = new ScanningRedis(client, { throwOnErrors: true });
      adapter.namespace = namespace;
      return adapter;
    },
    async close() {
      // Not `close`: it waits for the answers of a server that may be gone.
      if (client.isOpen) client.destroy();
    },
  };
}

/** The adapter's own iterator looks at ten keys of the whole database per round trip. */
class ScanningRedis extends KeyvRedis<unknown> {
  override async *iterator<Value>(): AsyncGenerator<[string, Value | undefined], void, unknown> {
    const client = await this.getClient();
    if (!('scan' in client)) throw new Error('entries of a Redis cluster can not be listed');
    const prefix = this.createKeyPrefix('', this.namespace);
    let cursor = '0';
    do {
      const page = await client.scan(cursor, { MATCH: `${prefix}*`, COUNT: 1_000 });
      cursor = page.cursor.toString();
      const names = page.keys.map((key) => key.toString().slice(prefix.length));
      const values = await this.getMany<Value>(names);
      for (const [index, name] of names.entries()) yield [name, values[index]];
    } while (cursor !== '0');
  }

  /** The connection belongs to the driver. */
  override async disconnect(): Promise<void> {}
}
