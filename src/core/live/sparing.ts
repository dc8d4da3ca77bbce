import type { Move } from './outlook.ts';

/**
 * How far apart the edits of a reply are at least, in milliseconds, however cheap calls are. What is spared of a bucket serves
 * whoever asks next, and with edits twice a second people hardly see a difference. In a crowd, prices tell what can be spent: those
 * who would ask next are there. What a window gives and nobody takes is lost.
 * @param moves any one of which it would make
 * @param replies how many there are in this process, which are mostly of one platform
 */
export function sparingGapMs(moves: readonly Move[], replies: number): number {
  const keeps = moves.some(({ scopes }) => scopes.some(({ shape }) => shape === 'bucket'));
  if (!keeps) return inWindowsMs;
  const share = Math.min(1, Math.max(0, (crowd - replies) / (crowd - few)));
  return shortestMs + share * (longestMs - shortestMs);
}

/** So few spare what they can, so many nothing. */
const few = 5;
const crowd = 20;
const shortestMs = 100;
const longestMs = 400;
/** What is taken at once is missing later: a reply may go on for longer than it seemed. */
const inWindowsMs = 150;
