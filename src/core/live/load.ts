import type { Scope } from '../ports.ts';
import type { Budget, Gauge } from './budget.ts';

/** A call that a reply could make, and the limits that it counts against. */
export interface Move {
  readonly scopes: readonly Scope[];
}

/** What a live reply will ask of the limits from now to its end. */
export interface Outlook {
  /** How long it will probably go on, in milliseconds. */
  readonly remainingMs: number;
  /** How long it will go on at least, as far as one can tell. */
  readonly leastMs: number;
  /** How long nearly all such replies go on at least. */
  readonly usualLeastMs: number;
  /** The root of its pace, in characters per millisecond: who writes faster deserves more calls, by the root. */
  readonly pull: number;
  /** Ways of showing more, best first. */
  readonly grow: readonly Move[];
  /** Ways of showing its last text, one of which it will need. */
  readonly close: readonly Move[];
}

/** What a call costs a reply now. */
export interface Price {
  /** The unseen text times its age (characters x milliseconds) that is worth a call. */
  readonly area: number;
  /** How far apart its calls are at that price, in milliseconds, as long as text comes at its pace. */
  readonly gapMs: number;
  /** Numbers of the ways to grow that the price counts on, the most plentiful first: the others aren't needed now. */
  readonly ways: readonly number[];
}

/** How much all live replies together ask of each limit: the market in which calls have a price. */
export interface Load {
  /** Counts a reply in. */
  add(outlook: Outlook): void;
  /**
   * So low that the calls last until the replies end, and no lower.
   * @param joining true where the outlook isn't part of the load yet
   */
  price(outlook: Outlook, joining?: boolean): Price;
  /**
   * Milliseconds until a call may go out that leaves enough for last texts; 0 is now.
   * @param own one that was counted in: what is kept back for it, it may take
   */
  waitMs(scopes: readonly Scope[], own?: Outlook): number;
}

interface Demand {
  /** True where there are so few calls that a surprise can't be met from what others leave. */
  readonly narrow: boolean;
  /** How many replies can grow by it. */
  users: number;
  readonly gauge: Gauge;
  /** Sum of the weights of the replies that can grow by it. */
  weight: number;
  /** Calls that last texts will need while what is spent now is missed. */
  reserved: number;
}

/**
 * Sums up what replies ask for.
 *
 * Between two calls unseen text piles up: a pace of e and a gap of d make an area of e·d². With as many calls as
 * a limit gives until the replies end, mean lag is least where every call shows the same area. A reply that
 * goes on for t at pace e needs t·√(e/area) calls; so the area follows from the calls that are left.
 */
export function createLoad(budget: Budget, now: number): Load {
  const demands = new Map<string, Demand>();
  /** Where a call is kept back for whom. */
  const kept = new Map<Outlook, readonly Demand[]>();

  function demandOf(scope: Scope): Demand {
    let demand = demands.get(scope.id);
    if (demand === undefined) {
      demand = {
        narrow: scope.calls > 1 && scope.calls <= fewCalls,
        users: 0,
        gauge: budget.gauge(scope, now),
        weight: 0,
        reserved: 0,
      };
      demands.set(scope.id, demand);
    }
    return demand;
  }

  /** A last text will need one call: it is kept back by the first way that still has one to spare. */
  function reserve(outlook: Outlook): void {
    const { close, remainingMs, leastMs, usualLeastMs } = outlook;
    const ways = close.map(({ scopes }) => scopes.map(demandOf));
    const way = ways.find(
      (demands) => demands.some(lasts) && demands.every((demand) => !lasts(demand) || spares(demand)),
    );
    const keeping = (way ?? ways[0] ?? []).filter((demand) => {
      // One call is enough for whoever is the first to end by surprise; the only one is not kept for the rarest surprise.
      const alone = demand.narrow && demand.users === 1;
      const surpriseMs = demand.gauge.atOnce > 1 ? leastMs : usualLeastMs;
      return (alone ? surpriseMs : remainingMs) <= demand.gauge.missedMs(now) + cautionMs;
    });
    for (const demand of keeping) demand.reserved++;
    kept.set(outlook, keeping);
  }

  /** True where a call that is not made now is still there when the reply ends. */
  function lasts({ gauge }: Demand): boolean {
    return gauge.missedMs(now) === Number.POSITIVE_INFINITY;
  }

  function spares({ gauge, reserved }: Demand): boolean {
    return gauge.supply(0, now) - reserved >= 1;
  }

  return {
    add(outlook) {
      const weight = weightOf(outlook);
      const counted = new Set<Demand>();
      for (const { scopes } of outlook.grow) for (const scope of scopes) counted.add(demandOf(scope));
      for (const demand of counted) {
        demand.weight += weight;
        demand.users++;
      }
      reserve(outlook);
    },
    price(outlook, joining = false) {
      const { remainingMs, grow } = outlook;
      const weight = weightOf(outlook);
      let calls = 0;
      const shares: number[] = [];
      for (const { scopes } of grow) {
        let share = Number.POSITIVE_INFINITY;
        for (const scope of scopes) {
          const { gauge, weight: others, reserved } = demandOf(scope);
          const supply = Math.max(0, gauge.supply(remainingMs, now) - reserved);
          const together = Math.max(joining ? others + weight : others, weight);
          share = Math.min(share, (supply * weight) / together);
        }
        calls += share;
        shares.push(share);
        if (remainingMs / calls <= comfortableGapMs) break;
      }
      // However little is left, nobody is starved for ever: the area of unseen text grows with its age.
      const affordable = Math.max(calls, fewestCalls);
      const root = weight / affordable;
      const ways = shares.map((_, way) => way).sort((a, b) => shares[b]! - shares[a]!);
      return { area: root * root, gapMs: remainingMs / affordable, ways };
    },
    waitMs(scopes, own) {
      const owned = own && kept.get(own);
      let longest = 0;
      for (const scope of scopes) {
        const demand = demandOf(scope);
        const keep = demand.reserved - (owned?.includes(demand) ? 1 : 0);
        longest = Math.max(longest, demand.gauge.waitMs(now, keep));
      }
      return longest;
    },
  };
}

function weightOf({ remainingMs, pull }: Outlook): number {
  return remainingMs * pull;
}

const fewestCalls = 0.2;
const fewCalls = 10;
/** Nobody knows exactly when a reply ends: calls are kept back for those that may end so much later than expected. */
const cautionMs = 100;
/** Where the best way to grow allows for a call this often, no other is looked for. */
const comfortableGapMs = 600;
