import { ParleyError } from '../core/errors.ts';
import type { BatchKeyValue } from '../core/history.ts';
import type { Logger } from '../core/ports.ts';
import { bounded } from './bounded.ts';
import type { Driver, FaultListener } from './driver.ts';
import { createKeyValue } from './key-value.ts';
import { toStoredNamespace } from './keys.ts';

/** An open store. */
export interface Store {
  /** For people and logs, without credentials: `SQLite in ./data/parley.db`. */
  readonly describe: string;
  /** Everything under one name. Namespaces never see each other; the same name gives the same object. */
  keyValue(namespace: string): BatchKeyValue;
  /** Ends the connection; every later call throws. Never rejects, never takes longer than a few seconds. */
  close(): Promise<void>;
}

/** Options of {@link openStore}. */
export interface OpenStoreOptions {
  /** Told about what no call is waiting for: a dropped connection, a value that can't be read. */
  readonly logger?: Logger;
}

/**
 * Opens the store that a `STORE_URL` names: `sqlite://path`, `memory://`, `redis://…`, `rediss://…`,
 * `postgres://…` or `postgresql://…`. Every call on it is bounded in time.
 * @throws ParleyError `store-failed` with a notice for the operator, where it can't be reached.
 */
export async function openStore(url: string, options: OpenStoreOptions = {}): Promise<Store> {
  const { logger } = options;
  const onFault: FaultListener = (error) => logger?.warn('store: a fault in the background', { error });
  const driver = await driverOf(url, onFault).catch((error: unknown) => {
    if (error instanceof ParleyError) throw error;
    throw new ParleyError(
      'store-failed',
      'The client of the store can’t be loaded: install it by `npm ci`.',
      {
        cause: error,
      },
    );
  });
  try {
    await bounded(driver.open());
  } catch (error) {
    void closeQuietly(() => driver.close()); // not awaited: it may take as long again
    throw new ParleyError('store-failed', `The store can't be opened: ${driver.describe}. ${driver.advice}`, {
      cause: error,
    });
  }

  const keyValues = new Map<string, BatchKeyValue>();
  const closers: (() => Promise<void>)[] = [];
  let closed = false;

  async function closeQuietly(close: () => Promise<void>): Promise<void> {
    try {
      await bounded(close());
    } catch (error) {
      // Nothing that was acknowledged can be lost by it, and there is nobody left to tell but the log.
      logger?.warn('store: closing failed', { error });
    }
  }

  return {
    describe: driver.describe,
    keyValue(name) {
      const known = keyValues.get(name);
      if (known !== undefined) return known;
      const namespace = toStoredNamespace(name);
      const adapter = driver.adapter(namespace);
      closers.push(async () => adapter.disconnect?.());
      const keyValue = createKeyValue({ adapter, namespace, isClosed: () => closed, onFault });
      keyValues.set(name, keyValue);
      return keyValue;
    },
    async close() {
      if (closed) return;
      closed = true;
      for (const close of closers) await closeQuietly(close);
      await closeQuietly(() => driver.close());
    },
  };
}

/** Only the client of the store that is used is loaded: that of Redis alone takes 23 MB. */
async function driverOf(url: string, onFault: FaultListener): Promise<Driver> {
  const scheme = /^([a-z]+):\/\//i.exec(url)?.[1]?.toLowerCase();
  switch (scheme) {
    case 'memory': {
      const { createMemoryDriver } = await import('./memory.ts');
      return createMemoryDriver();
    }
    case 'sqlite': {
      const { createSqliteDriver } = await import('./sqlite.ts');
      return createSqliteDriver(url.slice('sqlite://'.length));
    }
    case 'redis':
    case 'rediss': {
      const { createRedisDriver } = await import('./redis.ts');
      return createRedisDriver(url, `Redis at ${placeOf(url)}`, onFault);
    }
    case 'postgres':
    case 'postgresql': {
      const { createPostgresDriver } = await import('./postgres.ts');
      return createPostgresDriver(url, `PostgreSQL at ${placeOf(url)}`, onFault);
    }
    default:
      throw new ParleyError(
        'store-failed',
        'STORE_URL has to begin with sqlite://, memory://, redis://, rediss:// or postgres://.',
      );
  }
}

/** Host, port and database of a URL, without its credentials. */
function placeOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.host === '') {
    throw new ParleyError(
      'store-failed',
      'STORE_URL is not a URL with a host: redis://host:6379 would be one.',
    );
  }
  return `${parsed.host}${parsed.pathname === '/' ? '' : parsed.pathname}`;
}
