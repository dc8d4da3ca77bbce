import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import KeyvSqlite from '@keyv/sqlite';
import type { Driver } from './driver.ts';

/**
 * How long a call waits for another process that is writing, in milliseconds. Node's SQLite blocks the
 * event loop meanwhile, so this is far below the limit of a call.
 */
const busyTimeoutMs = 2_000;

/** One file on this machine, through Node's own SQLite. Several processes may share it. */
export function createSqliteDriver(path: string): Driver {
  function connect(): KeyvSqlite {
    return new KeyvSqlite({
      uri: `sqlite://${path}`,
      driver: 'node:sqlite',
      table: 'parley',
      wal: true,
      busyTimeout: busyTimeoutMs,
      iterationLimit: 500,
    });
  }

  return {
    describe: `SQLite in ${path}`,
    advice: 'Can this user write there, and is the file a SQLite database?',
    async open() {
      await mkdir(dirname(path), { recursive: true });
      const first = connect();
      await first.ready;
      await first.disconnect();
    },
    adapter(namespace) {
      const adapter = connect();
      adapter.namespace = namespace;
      adapter.clearExpiredInterval = 10 * 60_000;
      // A flush to the disk with every write would block the event loop; with a write-ahead log a crash of the process
      // loses nothing without it. Where this fails there is no connection, which the first call on it says.
      adapter.query('PRAGMA synchronous = NORMAL').catch(() => undefined);
      return adapter;
    },
    async close() {
      // Each adapter has a connection of its own: nothing is shared.
    },
  };
}
