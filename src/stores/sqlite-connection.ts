import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDriver } from '@keyv/sqlite';

/** One connection that all adapters share. */
export interface SqliteConnection {
  /** What an adapter is given; it does not close what it shares. */
  readonly driver: SqliteDriver;
  close(): void;
}

/**
 * Opens a file, and makes one where there is none. One connection: with one for each adapter every write makes all others read
 * their pages again. Each statement is prepared once, which takes as long as running it.
 * @param busyTimeoutMs how long a call waits for another process that is writing
 * @throws where it can't be opened
 */
export function connectSqlite(path: string, busyTimeoutMs: number): SqliteConnection {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    // A flush to the disk with every write would block the event loop; with a write-ahead log a crash of the process loses
    // nothing without it.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  } catch (error) {
    database.close();
    throw error;
  }
  const statements = new Map<string, StatementSync>();

  function prepared(sql: string): StatementSync {
    let statement = statements.get(sql);
    if (statement === undefined) {
      // Statements on many keys at once differ by how many there are.
      if (statements.size >= mostStatements) statements.clear();
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  }

  const query = async (sql: string, ...values: unknown[]) =>
    // Of one that gives no rows, too.
    prepared(sql).all(...(values as SQLInputValue[]));

  return {
    driver: {
      name: 'custom',
      connect: async () => ({ query, close: async () => undefined }),
    },
    close: () => database.close(),
  };
}

const mostStatements = 100;
