/** Lets tests wait for the stand-in's state to become something, without polling. */
export interface Changes {
  /** Something changed: everybody who waits looks again, once the current work is done. */
  touch(): void;
  /** See `StandInDiscord.until`. */
  until<Found>(probe: () => Found | undefined | null | false, timeoutMs?: number): Promise<Found>;
  /** Rejects everybody who still waits. */
  close(): void;
}

interface Waiter {
  look(): void;
  reject(reason: string): void;
}

/** @param describe what there is, for the message of a wait that was in vain */
export function createChanges(describe: () => string): Changes {
  const waiters = new Set<Waiter>();
  let scheduled = false;

  return {
    touch() {
      if (scheduled || waiters.size === 0) return;
      scheduled = true;
      queueMicrotask(() => {
        scheduled = false;
        for (const waiter of [...waiters]) waiter.look();
      });
    },
    until(probe, timeoutMs = 5000) {
      // Made here, not when time is up: its stack then names the test that waits.
      const failure = new Error();
      return new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          clearTimeout(timer);
          waiters.delete(waiter);
          settle();
        };
        const waiter: Waiter = {
          look() {
            try {
              const found = probe();
              if (found) end(() => resolve(found));
            } catch (error) {
              end(() => reject(error));
            }
          },
          reject(reason) {
            failure.message = `${reason}. There was:\n${describe()}`;
            end(() => reject(failure));
          },
        };
        const timer = setTimeout(() => waiter.reject(`Waited ${timeoutMs} ms in vain`), timeoutMs);
        waiters.add(waiter);
        waiter.look();
      });
    },
    close() {
      for (const waiter of [...waiters]) waiter.reject('Discord was closed while a test waited');
    },
  };
}
