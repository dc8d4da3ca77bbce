import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import KeyvSqlite from '@keyv/sqlite';
import type { Driver } from './driver.ts';
import { connectSqlite, type SqliteConnection } from './sqlite-connection.ts';

/**
 * How long a call waits for another process that is writing, in milliseconds. Node's SQLite blocks the
 * event loop meanwhile, so this is far below the limit of a call.
 */
const busyTimeoutMs = 2_000;

/** One file on this machine, through Node's own SQLite. Several processes may share it. */
export function createSqliteDriver(path: string): Driver {
  let connection: SqliteConnection | undefined;

  function createAdapter(): KeyvSqlite {
    if (connection === undefined) throw new Error('The file is not open');
    return new KeyvSqlite({
      uri: `sqlite://${path}`,
      driver: connection.driver,
      table: 'parley',
      iterationLimit: 500,
    });
  }

  async function close(): Promise<void> {
    connection?.close();
    connection = undefined;
  }

  return {
    describe: `SQLite in ${path}`,
    advice: 'Can this user write there, and is the file a SQLite database?',
    async open() {
      await mkdir(dirname(path), { recursive: true });
      connection = connectSqlite(path, busyTimeoutMs);
      try {
        await createAdapter().ready; // it has made the table
      } catch (error) {
        await close();
        throw error;
      }
    },
    adapter(namespace) {
      const adapter = createAdapter();
      adapter.namespace = namespace;
      adapter.clearExpiredInterval = 10 * 60_000;
      return adapter;
    },
    close,
  };
}
