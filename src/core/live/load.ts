import type { Scope } from '../ports.ts';
import type { Arrivals, Forecast } from './arrivals.ts';
import type { Budget } from './budget.ts';
import { createDemand, type Demand } from './demand.ts';
import type { Move, Outlook } from './outlook.ts';

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
  /** Forgets everything: another moment. */
  begin(now: number): void;
  /** Counts a reply in. */
  add(outlook: Outlook): void;
  /** Takes it out again: it has got a call, and asks for something else from now on. */
  leave(outlook: Outlook): void;
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

/**
 * Sums up what replies ask for.
 *
 * Between two calls unseen text piles up: a pace of e and a gap of d make an area of e·d². With as many calls as
 * a limit gives until the replies end, mean lag is least where every call shows the same area. A reply that
 * goes on for t at pace e needs t·√(e/area) calls; so the area follows from the calls that are left.
 */
export function createLoad(budget: Budget, arrivals?: Arrivals): Load {
  /** Those of this moment, and of the one before. */
  let demands = new Map<string, Demand>();
  let before = new Map<string, Demand>();
  let now = 0;
  let coming: Forecast | undefined;
  let replies = 0;
  /** Those for whose last texts nothing is kept back yet. */
  const unreserved: Outlook[] = [];

  function demandOf(scope: Scope): Demand {
    let demand = demands.get(scope.id);
    if (demand === undefined) {
      demand = before.get(scope.id) ?? createDemand(scope);
      demand.begin(budget.gauge(scope, now), now, coming);
      demands.set(scope.id, demand);
    }
    return demand;
  }

  /** The first way to show a last text that will have a call to spare for it. */
  function closingWay({ close, remainingMs }: Outlook): Move | undefined {
    return close.find(({ scopes }) => scopes.every((scope) => demandOf(scope).spares(now + remainingMs)));
  }

  /** The ways to show a last text that will be open then, whoever else wants them. */
  function openWays({ close, remainingMs }: Outlook): readonly Move[] {
    return close.filter(({ scopes }) => scopes.every((scope) => demandOf(scope).opens(now + remainingMs)));
  }

  function keep(outlook: Outlook, way: Move | undefined): void {
    for (const scope of way?.scopes ?? []) demandOf(scope).keep(outlook);
  }

  /** A last text will need one call: it is kept back by the first way that still has one to spare. */
  function reserve(): void {
    if (unreserved.length === 0) return;
    const choosing: Outlook[] = [];
    for (const outlook of unreserved) {
      const ways = openWays(outlook);
      // First for those who have no choice: others would have taken it.
      if (ways.length > 1) choosing.push(outlook);
      else keep(outlook, ways[0] ?? outlook.close[0]);
    }
    for (const outlook of choosing) keep(outlook, closingWay(outlook) ?? outlook.close[0]);
    unreserved.length = 0;
  }

  return {
    begin(moment) {
      now = moment;
      coming = arrivals?.forecast(now);
      replies = 0;
      [demands, before] = [before, demands];
      demands.clear();
      unreserved.length = 0;
    },
    add(outlook) {
      replies++;
      for (const { scopes } of outlook.grow) for (const scope of scopes) demandOf(scope).add(outlook);
      unreserved.push(outlook);
    },
    leave(outlook) {
      reserve();
      replies--;
      for (const { scopes } of [...outlook.grow, ...outlook.close])
        for (const scope of scopes) demandOf(scope).leave(outlook);
    },
    price(outlook, joining = false) {
      reserve();
      const { remainingMs, pull, grow, close } = outlook;
      const weight = remainingMs * pull;
      let calls = 0;
      const shares: number[] = [];
      for (const { scopes } of grow) {
        let root = 0;
        for (const scope of scopes) root = Math.max(root, demandOf(scope).rootFor(outlook, joining, replies));
        const share = weight / root;
        calls += share;
        shares.push(share);
        if (remainingMs / calls <= comfortableGapMs) break;
      }
      // Nobody goes where there is no call left to end with.
      if (joining && close.length > 1 && closingWay(outlook) === undefined) calls = 0;
      // However little is left, nobody is starved for ever: the area of unseen text grows with its age.
      const affordable = Math.max(calls, fewestCalls);
      const least = weight / affordable;
      const ways = shares.map((_, way) => way).sort((a, b) => shares[b]! - shares[a]!);
      return { area: least * least, gapMs: remainingMs / affordable, ways };
    },
    waitMs(scopes, own) {
      reserve();
      let longest = 0;
      for (const scope of scopes) longest = Math.max(longest, demandOf(scope).waitMs(own));
      return longest;
    },
  };
}

const fewestCalls = 0.2;
/** Where the best way to grow allows for a call this often, no other is looked for. */
const comfortableGapMs = 600;
