import type { Lengths } from './lengths.ts';
import type { Outlook } from './load.ts';

/** How fast one reply comes, and how long it will go on. */
export interface Pace {
  push(characters: number, now: number): void;
  /** No more text comes. */
  end(): void;
  outlook(now: number): Pick<Outlook, 'remainingMs' | 'leastMs' | 'pull'>;
}

/** Creates the pace of one reply; its length goes into those that all learn from. */
export function createPace(lengths: Lengths): Pace {
  let startedAt: number | undefined;
  let lastAt = 0;
  let characters = 0;
  let ended = false;
  return {
    push(count, now) {
      startedAt ??= now;
      lastAt = now;
      characters += count;
    },
    end() {
      if (!ended && characters > 0) lengths.observe(characters, lastAt - (startedAt ?? lastAt));
      ended = true;
    },
    outlook(now) {
      const elapsed = startedAt === undefined ? 0 : now - startedAt;
      const rate = (characters + lengths.pace * guessMs) / (elapsed + guessMs);
      const remainingMs = ended ? 1 : Math.max(lastWordsMs, lengths.remaining(characters) / rate);
      return {
        remainingMs,
        leastMs: Math.min(remainingMs, lengths.least(characters) / rate),
        pull: Math.sqrt(rate),
      };
    },
  };
}

/** So long a reply is believed to come as fast as others did. */
const guessMs = 500;
/** However sure the end seems, the last word may be followed by another. */
const lastWordsMs = 300;
