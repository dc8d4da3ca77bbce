import type { Counters } from '../core/ports.ts';

/** Counters in this process, from zero. */
export function createCounters(): Counters {
  const counts = new Map<string, number>();
  return {
    add(name, by = 1) {
      counts.set(name, (counts.get(name) ?? 0) + by);
    },
    snapshot() {
      return Object.fromEntries([...counts].toSorted(([left], [right]) => (left < right ? -1 : 1)));
    },
  };
}
