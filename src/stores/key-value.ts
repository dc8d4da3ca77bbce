import { Keyv, type KeyvStorageAdapter } from 'keyv';
import { ParleyError } from '../core/errors.ts';
import type { BatchKeyValue } from '../core/history.ts';
import { bounded } from './bounded.ts';
import type { FaultListener } from './driver.ts';
import { fromStoredKey, isHashed, toStoredKey } from './keys.ts';

/** Options of {@link createKeyValue}. */
export interface KeyValueOptions {
  readonly adapter: KeyvStorageAdapter;
  /** As the adapter has it. */
  readonly namespace: string;
  /** True once the store is closed: every call fails from then on. */
  readonly isClosed: () => boolean;
  readonly onFault: FaultListener;
}

/** What a hashed key's value looks like in the store. */
interface Labelled {
  readonly key: string;
  readonly value: unknown;
}

/**
 * A {@link KeyValue} over one Keyv adapter. Keyv and its adapters answer `undefined` or `false` for many
 * failures and tell them to `error` listeners only; here every failure throws.
 */
export function createKeyValue(options: KeyValueOptions): BatchKeyValue {
  const { adapter, namespace, isClosed, onFault } = options;
  const keyv = new Keyv({ store: adapter, namespace, serialization: jsonOf(onFault) });
  let lastFault: unknown;
  let faults = 0;
  // Keyv forwards the adapter's errors to itself and throws where it has no listener: a dropped socket would
  // end the process. So its forwarding goes; Keyv stays without listener, which makes its own calls throw.
  adapter.removeAllListeners('error');
  adapter.on('error', (error: unknown) => {
    lastFault = error;
    faults += 1;
    onFault(error);
  });

  async function call<Result>(work: () => Promise<Result>): Promise<Result> {
    if (isClosed()) throw storeFailed(new Error('the store is closed'));
    try {
      return await bounded(work());
    } catch (error) {
      throw storeFailed(error);
    }
  }

  return {
    async get<Value>(key: string) {
      const stored = toStoredKey(key);
      const found = await call(() => keyv.get<unknown>(stored.name));
      return contentOf(stored.name, found) as Value | undefined;
    },

    async many<Value>(keys: readonly string[]) {
      if (keys.length === 0) return [];
      const names = keys.map((key) => toStoredKey(key).name);
      const found = await call(() => keyv.getMany<unknown>(names));
      return names.map((name, index) => contentOf(name, found[index]) as Value | undefined);
    },

    async set(key, value, ttlMs) {
      const stored = toStoredKey(key);
      const content = stored.hashed ? ({ key, value } satisfies Labelled) : value;
      await call(async () => {
        if (ttlMs !== undefined && ttlMs <= 0) {
          // Keyv takes a time to live of zero for "for ever".
          await keyv.delete(stored.name);
          return;
        }
        const ttl = ttlMs === undefined || !Number.isFinite(ttlMs) ? undefined : Math.ceil(ttlMs);
        const done = await keyv.set(stored.name, content, ttl);
        if (!done) throw lastFault ?? new Error('the store did not take the value');
      });
    },

    async delete(key) {
      await call(() => keyv.delete(toStoredKey(key).name));
    },

    async *entries<Value>() {
      const before = faults;
      const seen = new Set<string>(); // Redis may name a key twice while it scans
      const iterator = keyv.iterator();
      try {
        for (;;) {
          const step = await call(() => iterator.next());
          if (step.done) break;
          const [name, found] = step.value as [string, unknown];
          if (seen.has(name)) continue;
          seen.add(name);
          const value = contentOf(name, found);
          if (value === undefined) continue;
          const key = isHashed(name) ? (found as Labelled).key : fromStoredKey(name);
          yield [key, value as Value] as const;
        }
      } finally {
        // Not awaited: it would wait for a step that had no answer.
        iterator.return(undefined).catch(onFault);
      }
      // The adapters end the iteration early where a query fails, and only tell their listeners.
      if (faults !== before) throw storeFailed(lastFault);
    },
  };
}

/** The one error of this room. The notice is for the person who is waiting for an answer. */
function storeFailed(cause: unknown): ParleyError {
  return new ParleyError(
    'store-failed',
    "I can't reach my memory right now, so I can't go on with this conversation. Please try again in a minute.",
    { cause },
  );
}

function contentOf(name: string, found: unknown): unknown {
  if (found === undefined || !isHashed(name)) return found;
  return (found as Labelled).value;
}

/** Plain JSON. A value that isn't JSON any more counts as missing, and is reported. */
function jsonOf(onFault: FaultListener) {
  return {
    stringify: (value: unknown) => JSON.stringify(value),
    parse<Value>(text: string): Value | undefined {
      try {
        return JSON.parse(text) as Value;
      } catch (error) {
        onFault(error);
        return undefined;
      }
    },
  };
}
