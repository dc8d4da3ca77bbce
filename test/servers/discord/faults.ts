import type { Fault, FaultRule } from './types.ts';

/** A fault as the REST server meets it. */
export interface FaultHit {
  readonly rule: FaultRule;
  /** Resolves when the fault's delay is over and it hangs no longer. */
  wait(): Promise<void>;
}

/** The faults that are set. */
export interface Faults {
  add(rule: FaultRule): Fault;
  /** Counts the call against the first fault that it matches. */
  meet(method: string, path: string): FaultHit | undefined;
  /** True after {@link close}: calls that hung are then not carried out. */
  readonly closed: boolean;
  /** Ends all waiting. */
  close(): void;
}

interface Entry {
  readonly rule: FaultRule;
  left: number;
  hits: number;
  readonly waiting: Set<() => void>;
}

/** @param touch called whenever a call starts to hang */
export function createFaults(touch: () => void): Faults {
  const entries: Entry[] = [];
  let closed = false;
  const release = (entry: Entry) => {
    for (const goOn of [...entry.waiting]) goOn();
  };

  return {
    add(rule) {
      const entry: Entry = { rule, left: rule.times ?? 1, hits: 0, waiting: new Set() };
      entries.push(entry);
      return {
        get hits() {
          return entry.hits;
        },
        get hanging() {
          return entry.waiting.size;
        },
        release: () => release(entry),
        clear() {
          entry.left = 0;
          release(entry);
        },
      };
    },
    meet(method, path) {
      const entry = entries.find(
        ({ rule, left }) =>
          left > 0 && (rule.method ?? method) === method && (rule.path === undefined || rule.path.test(path)),
      );
      if (entry === undefined) return undefined;
      entry.left -= 1;
      entry.hits += 1;
      const { rule } = entry;
      return {
        rule,
        wait: () =>
          new Promise((resolve) => {
            if (!rule.hang && rule.delayMs === undefined) {
              resolve();
              return;
            }
            const timer = rule.hang ? undefined : setTimeout(() => goOn(), rule.delayMs);
            const goOn = () => {
              clearTimeout(timer);
              entry.waiting.delete(goOn);
              resolve();
            };
            entry.waiting.add(goOn);
            touch();
          }),
      };
    },
    get closed() {
      return closed;
    },
    close() {
      closed = true;
      for (const entry of entries) {
        entry.left = 0;
        release(entry);
      }
    },
  };
}
