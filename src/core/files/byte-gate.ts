import { untilAborted } from '../until-aborted.ts';

/** Lets work through as long as what it holds in memory together stays within a bound; the rest waits, in order. */
export interface ByteGate {
  /**
   * Resolves once there is room for so many bytes, to a function that gives it back (safe to call twice).
   * Rejects with the signal's reason where that comes first.
   */
  enter(bytes: number, signal: AbortSignal): Promise<() => void>;
}

/** Creates a gate for so many bytes; what is larger by itself goes through alone. */
export function createByteGate(mostBytes: number): ByteGate {
  const waiting = new Set<{ readonly bytes: number; readonly open: () => void }>();
  let held = 0;

  function admit(): void {
    for (const one of waiting) {
      if (held > 0 && held + one.bytes > mostBytes) return;
      waiting.delete(one);
      held += one.bytes;
      one.open();
    }
  }

  return {
    async enter(bytes, signal) {
      signal.throwIfAborted();
      const { promise, resolve } = Promise.withResolvers<void>();
      const one = { bytes, open: resolve };
      let given = false;
      const leave = () => {
        if (given) return;
        given = true;
        // Whoever gave up before it was let in holds nothing.
        if (!waiting.delete(one)) held -= bytes;
        admit();
      };
      waiting.add(one);
      admit();
      try {
        await untilAborted(promise, signal);
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    },
  };
}
