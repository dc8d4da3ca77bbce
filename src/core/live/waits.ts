import type { Budget } from './budget.ts';
import type { Move } from './outlook.ts';

/** How long calls have to wait for the limits alone, whatever is kept back. */
export interface Waits {
  isPossible(move: Move, now: number): boolean;
  /** True where a window opens in a moment: what a bucket gains by then, others may take. */
  isSoon(move: Move, now: number): boolean;
  /** Milliseconds until a second one of these is possible, if somebody else takes the first; infinite where there is one alone. */
  secondMs(moves: readonly Move[], now: number): number;
}

/** Creates the view of a budget. */
export function createWaits(budget: Budget): Waits {
  return {
    isPossible: ({ scopes }, now) => budget.waitMs(scopes, now) === 0,
    isSoon({ scopes }, now) {
      const waitMs = budget.waitMs(scopes, now);
      const closed = scopes.filter((scope) => budget.waitMs([scope], now) > 0);
      return waitMs > 0 && waitMs <= momentMs && closed.every(({ shape }) => shape !== 'bucket');
    },
    secondMs(moves, now) {
      const waits = moves.map(({ scopes }) => budget.waitMs(scopes, now)).sort((a, b) => a - b);
      return waits[1] ?? Number.POSITIVE_INFINITY;
    },
  };
}

/** So long a last text may wait for a way of its own. */
const momentMs = 100;
