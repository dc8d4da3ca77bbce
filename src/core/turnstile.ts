/** Lets people through one at a time. */
export interface Turnstile {
  /** Resolves in a turn of the event loop of its own; in the order of the calls. */
  pass(): Promise<void>;
}

/**
 * Creates a turnstile. Where a hundred ask at the same moment, each question then goes as far as it can without waiting for
 * anything before the next one begins: the first ones are with the model while the last ones are still being
 * prepared, rather than all of them at the end.
 */
export function createTurnstile(): Turnstile {
  const waiting: (() => void)[] = [];

  function letOneThrough(): void {
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(letOneThrough);
  }

  return {
    pass() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 1) setImmediate(letOneThrough);
      });
    },
  };
}
