/** Waiting for things to happen. */
export interface Watch {
  /** Looks at all predicates again, once per turn however much changed in it. */
  changed(): void;
  until(predicate: () => boolean, timeoutMs: number, dump: () => string): Promise<void>;
  /** Rejects whoever still waits. */
  close(): void;
}

/** Predicates may also speak of what the test itself records, of which no change tells. */
const LOOK_MS = 20;

interface Waiter {
  readonly predicate: () => boolean;
  readonly timers: readonly NodeJS.Timeout[];
  resolve(): void;
  reject(error: unknown): void;
}

export function createWatch(): Watch {
  const waiters = new Set<Waiter>();
  let looking = false;

  function settle(waiter: Waiter): void {
    for (const timer of waiter.timers) clearTimeout(timer);
    waiters.delete(waiter);
  }

  function look(): void {
    looking = false;
    for (const waiter of waiters) {
      try {
        if (!waiter.predicate()) continue;
        settle(waiter);
        waiter.resolve();
      } catch (error) {
        settle(waiter);
        waiter.reject(error);
      }
    }
  }

  return {
    changed() {
      if (looking || waiters.size === 0) return;
      looking = true;
      queueMicrotask(look);
    },
    until(predicate, timeoutMs, dump) {
      return new Promise((resolve, reject) => {
        const deadline = setTimeout(() => {
          settle(waiter);
          reject(new Error(`Not true after ${timeoutMs} ms: ${predicate}\n${dump()}`));
        }, timeoutMs);
        const waiter: Waiter = { predicate, timers: [deadline, setInterval(look, LOOK_MS)], resolve, reject };
        waiters.add(waiter);
        look();
      });
    },
    close() {
      for (const waiter of waiters) {
        settle(waiter);
        waiter.reject(new Error('The local Slack was closed.'));
      }
    },
  };
}
