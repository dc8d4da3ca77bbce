import type { KeyValue, Platform, ReadinessReport } from '../core/ports.ts';

/** Looks after what Parley needs. */
export interface Readiness {
  /** A platform is connected. */
  started(name: string): void;
  /** Never rejects. Asks the store once a second at most, however often it is called. */
  check(): Promise<ReadinessReport>;
}

/** Options of {@link createReadiness}. */
export interface ReadinessOptions {
  readonly store: Pick<KeyValue, 'get'>;
  readonly platforms: readonly Pick<Platform, 'name' | 'ready'>[];
}

/** Creates the readiness of a process. */
export function createReadiness({ store, platforms }: ReadinessOptions): Readiness {
  const started = new Set<string>();
  let asked: { readonly at: number; readonly answer: Promise<boolean> } | undefined;

  function askStore(): Promise<boolean> {
    if (asked === undefined || Date.now() - asked.at >= freshMs) {
      // The store logs its own faults.
      const answer = store.get('ready').then(
        () => true,
        () => false,
      );
      asked = { at: Date.now(), answer };
    }
    return asked.answer;
  }

  return {
    started: (name) => void started.add(name),
    async check() {
      const states = platforms.map((platform) => ({
        name: platform.name,
        ready: started.has(platform.name) && platform.ready?.() !== false,
      }));
      const answers = await askStore();
      return { ready: answers && states.every(({ ready }) => ready), store: answers, platforms: states };
    },
  };
}

const freshMs = 1_000;
