import type { EventEmitter } from 'node:events';
import KeyvPostgres from '@keyv/postgres';
import { clientLimitMs } from './bounded.ts';
import type { Driver, FaultListener } from './driver.ts';

let opened = 0;

/** A PostgreSQL server; the table `parley` is made where there is none. */
export function createPostgresDriver(url: string, describe: string, onFault: FaultListener): Driver {
  const pools = new WeakSet<EventEmitter>();
  opened += 1;
  const options = {
    uri: url,
    table: 'parley',
    iterationLimit: 500,
    max: 5,
    keepAlive: true,
    connectionTimeoutMillis: clientLimitMs,
    query_timeout: clientLimitMs,
    // Adapters share a pool where their options are the same. The number keeps two stores of one process
    // apart: closing one would end the other's pool.
    application_name: `parley-${process.pid}-${opened}`,
    // The adapter keeps its pool to itself and doesn't listen to it; a pool without listener ends the
    // process when the server drops an idle connection. The pool logs as `this` before it first connects.
    log(this: EventEmitter) {
      if (pools.has(this)) return;
      pools.add(this);
      this.on('error', onFault);
    },
  };

  let first: KeyvPostgres | undefined;

  return {
    describe,
    advice: 'Is PostgreSQL running there, and are name, password and database in STORE_URL right?',
    async open() {
      first = new KeyvPostgres(options);
      let fault: unknown;
      first.on('error', (error: unknown) => {
        fault ??= error;
      });
      try {
        await first.get('probe');
      } catch (error) {
        await first.disconnect();
        throw fault ?? error; // the adapter tells why it could not make its table to listeners only
      }
    },
    adapter(namespace) {
      const adapter = new KeyvPostgres({ ...options, clearExpiredInterval: 10 * 60_000 });
      adapter.namespace = namespace;
      return adapter;
    },
    async close() {
      await first?.disconnect();
    },
  };
}
