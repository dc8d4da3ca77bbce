/**
 * Runs tasks one after the other per key, keys in parallel, in the order of the calls. For intake: what a
 * person sent first is taken first, whatever the store does in between.
 */
export interface Sequence {
  run<Result>(key: string, task: () => Promise<Result>): Promise<Result>;
  /** Resolves once no task runs or waits. */
  settled(): Promise<void>;
}

/** Creates a {@link Sequence}; it holds nothing for keys without work. */
export function createSequence(): Sequence {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run(key, task) {
      const before = tails.get(key) ?? Promise.resolve();
      const result = before.then(task, task);
      const tail = result.catch(() => undefined); // the caller has the rejection; the next task must still run
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      return result;
    },
    async settled() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
}
