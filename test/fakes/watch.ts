/** Waits for something to become true, looking whenever something changed. */
export interface Watch {
  changed(): void;
  /** Resolves once the probe gives something; rejects after 5 seconds. */
  until<Found>(probe: () => Found | undefined | false): Promise<Found>;
}

/** @param describe says what there was, for the error */
export function createWatch(describe: () => unknown): Watch {
  const watchers = new Set<() => void>();
  return {
    changed() {
      for (const watcher of watchers) watcher();
    },
    until: <Found>(probe: () => Found | undefined | false) =>
      new Promise<Found>((resolve, reject) => {
        const timer = setTimeout(() => {
          watchers.delete(look);
          reject(new Error(`It did not happen. There was: ${JSON.stringify(describe())}`));
        }, 5000);
        const look = () => {
          const found = probe();
          if (found === undefined || found === false) return;
          clearTimeout(timer);
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      }),
  };
}
