import { KeyvMemoryAdapter } from 'keyv';
import type { Driver } from './driver.ts';

const sweepEveryMs = 10 * 60_000;

/** Keeps everything in this process; gone when it ends. */
export function createMemoryDriver(): Driver {
  const adapters: KeyvMemoryAdapter[] = [];
  let sweeper: NodeJS.Timeout | undefined;

  return {
    describe: 'memory (forgotten when Parley stops)',
    advice: '',
    async open() {
      sweeper = setInterval(() => void sweep(adapters), sweepEveryMs);
      sweeper.unref();
    },
    adapter(namespace) {
      const adapter = new KeyvMemoryAdapter(new Map(), { namespace });
      adapters.push(adapter);
      return adapter;
    },
    async close() {
      clearInterval(sweeper);
    },
  };
}

/** Keyv's memory adapter drops what has expired only when somebody looks at it. */
async function sweep(adapters: readonly KeyvMemoryAdapter[]): Promise<void> {
  for (const adapter of adapters) {
    for await (const _entry of adapter.iterator()) {
      // Looking is all it takes.
    }
  }
}
