import type { Bid, OfferedMove } from './contender.ts';
import type { Load } from './load.ts';
import type { Outlook } from './outlook.ts';

/** What a bid is worth, and by which calls. */
export interface Valued {
  /** Of `progress`: what a call is worth compared to what it costs; from 1 on it is worth it. Infinite for all else. */
  readonly worth: number;
  /** The moves in the order in which they are tried. */
  readonly moves: readonly OfferedMove[];
}

/** Values a bid at the prices of the moment. */
export function worthOf(
  { urgency, area: unseen, ageMs, moves }: Bid,
  outlook: Outlook | undefined,
  load: Load,
): Valued {
  if (urgency !== 'progress' || outlook === undefined) return { worth: Number.POSITIVE_INFINITY, moves };
  const { area, gapMs, ways } = load.price(outlook);
  // Where a model pauses, little text may wait for long: at some point its age alone is enough.
  const worth = Math.max(unseen / area, (ageMs / (gapMs * longGap)) ** 2);
  // Ways are numbered for a page that is open; a page that is yet to be opened has its own, priced when they are tried.
  if (moves.every(({ after }) => after !== undefined)) return { worth, moves };
  const cheaper = moves.filter(({ after }) => after && load.price(after(), true).area * switchGain < area);
  return { worth, moves: [...cheaper, ...ways.flatMap((way) => moves[way] ?? [])] };
}

/** A reply begins where its later calls will be cheapest; where that makes no difference, in the surface's order. */
export function inOrder(moves: readonly OfferedMove[], load: Load): readonly OfferedMove[] {
  if (moves.length < 2 || moves.some((move) => move.after === undefined)) return moves;
  const priced = moves.map((move) => ({
    move,
    price: Math.max(cheap, load.price(move.after!(), true).area),
  }));
  return priced.sort((a, b) => a.price - b.price).map(({ move }) => move);
}

/** A bid in its order among others. */
export interface Ranked extends Valued {
  readonly bid: Bid;
  /** Milliseconds until it could be met in a second way; infinite where there is one alone. */
  readonly elsewhereMs: number;
}

/**
 * Sorts bids: the most urgent first; of edits that may be skipped the one that is worth most, of last texts the one that has to
 * wait longest if others take its call, else the one that has waited longest.
 */
export function byUrgencyThenWorth(a: Ranked, b: Ranked): number {
  const order = rank[a.bid.urgency] - rank[b.bid.urgency];
  if (order !== 0) return order;
  if (a.bid.urgency === 'progress') return b.worth - a.worth;
  if (a.bid.urgency === 'final') {
    if (a.elsewhereMs !== b.elsewhereMs) return b.elsewhereMs - a.elsewhereMs;
    const [one, other] = [a.bid, b.bid].map(({ overdueMs, ageMs }) => overdueMs ?? ageMs) as [number, number];
    if (one !== other) return other - one;
  }
  return b.bid.area - a.bid.area;
}

const rank = { first: 0, prepare: 1, final: 2, progress: 3, tidy: 4 } as const;
const longGap = 1.5;
/** A reply changes to another rung where calls are so much cheaper. */
const switchGain = 1.3;
/** Below this price (characters x milliseconds) a call costs nothing that anybody would notice. */
const cheap = 60 * 160;
