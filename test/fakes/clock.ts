import type { Clock } from '../../src/core/live/clock.ts';

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves on by so many milliseconds; timers that come due run in order, promises they settle included. */
  advance(byMs: number): Promise<void>;
}

/** Creates a fake clock at time 0. */
export function createFakeClock(): FakeClock {
  let now = 0;
  let order = 0;
  const timers = new Map<number, { readonly at: number; readonly call: () => void }>();

  function nextDue(until: number): number | undefined {
    let due: number | undefined;
    for (const [id, { at }] of timers) {
      if (at <= until && (due === undefined || at < timers.get(due)!.at)) due = id;
    }
    return due;
  }

  return {
    now: () => now,
    after(delayMs, call) {
      const id = order++;
      timers.set(id, { at: now + Math.max(0, delayMs), call });
      return () => timers.delete(id);
    },
    async advance(byMs) {
      const until = now + byMs;
      await flush();
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        const { at, call } = timers.get(due)!;
        timers.delete(due);
        now = Math.max(now, at);
        call();
        await flush();
      }
      now = until;
      await flush();
    },
  };
}

/** Lets every promise that can settle do so. */
export function flush(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
