import type { Lengths } from './lengths.ts';
import type { Outlook } from './outlook.ts';

/** How fast one reply comes, and how long it will go on. */
export interface Pace {
  push(characters: number, now: number): void;
  /** No more text comes. */
  end(): void;
  outlook(now: number): PaceOutlook;
}

/** What the pace of a reply says of it. */
export type PaceOutlook = Pick<Outlook, 'remainingMs' | 'likelyMs' | 'leastMs' | 'usualLeastMs' | 'pull'>;

/** Creates the pace of one reply; its length goes into those that all learn from. */
export function createPace(lengths: Lengths): Pace {
  let startedAt: number | undefined;
  let lastAt = 0;
  let characters = 0;
  let ended = false;
  /** The last one that was asked for. */
  let known: { readonly now: number; readonly outlook: PaceOutlook } | undefined;

  function look(now: number): PaceOutlook {
    const elapsed = startedAt === undefined ? 0 : now - startedAt;
    const rate = (characters + lengths.pace * guessMs) / (elapsed + guessMs);
    const remainingMs = ended ? 1 : Math.max(lastWordsMs, lengths.remaining(characters) / rate);
    return {
      remainingMs,
      likelyMs: lengths
        .likely(characters)
        .map((length) => (ended ? remainingMs : Math.max(lastWordsMs, length / rate))),
      leastMs: Math.min(remainingMs, lengths.least(characters) / rate),
      usualLeastMs: Math.min(remainingMs, lengths.usualLeast(characters) / rate),
      pull: Math.sqrt(rate),
    };
  }

  return {
    push(count, now) {
      known = undefined;
      startedAt ??= now;
      lastAt = now;
      characters += count;
    },
    end() {
      if (!ended && characters > 0) lengths.observe(characters, lastAt - (startedAt ?? lastAt));
      ended = true;
      known = undefined;
    },
    outlook(now) {
      if (known?.now !== now) known = { now, outlook: look(now) };
      return known.outlook;
    },
  };
}

/** So long a reply is believed to come as fast as others did. */
const guessMs = 500;
/** However sure the end seems, the last word may be followed by another. */
const lastWordsMs = 300;
