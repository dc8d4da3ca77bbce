import type { Scope } from '../ports.ts';
import type { Budget } from './budget.ts';
import type { Clock } from './clock.ts';

/**
 * Spends a call on a courtesy ("is typing") where it can be spared: courtesies take no more than a quarter of a limit, and
 * nothing that first words are going to need.
 * @param coming how many calls first words will need, by limit
 * @returns to be called when it has been answered; `undefined` where it can't be spared
 */
export function affordCourtesy(
  scopes: readonly Scope[],
  coming: ReadonlyMap<string, number>,
  budget: Budget,
  clock: Clock,
): (() => void) | undefined {
  const now = clock.now();
  const keep = ({ id, calls }: Scope) =>
    Array.from({ length: Math.ceil(Math.max(calls * (1 - courteous), coming.get(id) ?? 0)) }, () => now);
  if (scopes.some((scope) => budget.gauge(scope, now).waitMs(now, keep(scope)) > 0)) return undefined;
  const landed = budget.spend(scopes, now);
  return () => landed(clock.now());
}

/** The part of a limit that may go into courtesies. */
const courteous = 0.25;
