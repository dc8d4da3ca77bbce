/** Runs so many tasks at a time; the others wait in the order they came. */
export interface Queue {
  /**
   * Settles as the task does, or rejects with the signal's reason as soon as that aborts. A task that was
   * started keeps its place until it settles itself, so that an abort never lets more of them run than is allowed.
   */
  run<Result>(task: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

/** Creates a {@link Queue} of so many places. */
export function createQueue(places: number): Queue {
  const waiting: (() => void)[] = [];
  let free = places;

  return {
    run(task, signal) {
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          const at = waiting.indexOf(start);
          if (at >= 0) waiting.splice(at, 1);
          reject(signal.reason);
        };
        const start = () => {
          free--;
          void task()
            .then(resolve, reject)
            .finally(() => {
              signal.removeEventListener('abort', onAbort);
              free++;
              waiting.shift()?.();
            });
        };
        if (signal.aborted) return reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
        if (free > 0) start();
        else waiting.push(start);
      });
    },
  };
}
