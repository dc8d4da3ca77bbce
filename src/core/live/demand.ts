import type { Scope } from '../ports.ts';
import type { Gauge } from './budget.ts';
import type { Outlook } from './outlook.ts';

/** What all live replies together ask of one limit. */
export interface Demand {
  /** True where a call that is not made now is still there when a reply ends. */
  readonly lasts: boolean;
  /** Counts in a reply that can grow by it. */
  add(outlook: Outlook): void;
  /** Keeps a call back for the last text of a reply. @returns for when: clock time */
  keep(outlook: Outlook): number;
  /** True where it will have a call to spare at a clock time. */
  spares(then: number): boolean;
  /**
   * The root of the least area of unseen text at which there are calls enough for a reply and all others.
   * @param joining true where it was not counted in
   */
  rootFor(outlook: Outlook, joining: boolean): number;
  /**
   * Milliseconds until a call may go out that leaves those that are kept back; 0 is now.
   * @param own one of those: it need not be left
   */
  waitMs(own?: number): number;
}

/** Nobody asks for anything yet. */
export function createDemand(scope: Scope, gauge: Gauge, now: number): Demand {
  const missedMs = gauge.missedMs(now);
  const lasts = missedMs === Number.POSITIVE_INFINITY;
  /** True where there are so few calls that a surprise can't be met from what others leave. */
  const narrow = scope.calls > 1 && scope.calls <= fewCalls;
  const growing: Outlook[] = [];
  /** When last texts will need a call. */
  const due: number[] = [];
  let sorted = true;
  let root: number | undefined;

  function sort(): void {
    if (!sorted) due.sort((a, b) => a - b);
    sorted = true;
  }

  /**
   * What a bucket holds stays there: replies may spend it sooner or later, but at no time more than there is until then. How
   * long a reply goes on is not known: each length that is likely counts as a part of one.
   */
  function bucketRoot(replies: readonly Outlook[]): number {
    sort();
    const parts = replies.flatMap(({ likelyMs, pull }) =>
      likelyMs.map((untilEndMs) => ({ untilEndMs, pull: pull / likelyMs.length })),
    );
    let least = 0;
    let ended = 0;
    let going = parts.reduce((sum, { pull }) => sum + pull, 0);
    let last = 0;
    for (const { untilEndMs, pull } of parts.sort((a, b) => a.untilEndMs - b.untilEndMs)) {
      while (last < due.length && due[last]! <= now + untilEndMs - cautionMs) last++;
      const supply = Math.max(0, gauge.supply(untilEndMs, now) - last);
      least = Math.max(least, (ended + going * untilEndMs) / supply);
      ended += pull * untilEndMs;
      going -= pull;
    }
    return least;
  }

  /** What a window gives and nobody takes is lost: a reply shares what comes while it goes on with those that go on, too. */
  function windowRoot({ remainingMs, pull }: Outlook, joining: boolean): number {
    let weight = joining ? remainingMs * pull : 0;
    for (const one of growing) weight += Math.min(one.remainingMs, remainingMs) * one.pull;
    const last = due.filter((at) => at <= now + missedMs).length;
    return Math.max(weight, remainingMs * pull) / Math.max(0, gauge.supply(remainingMs, now) - last);
  }

  return {
    lasts,
    add(outlook) {
      growing.push(outlook);
      root = undefined;
    },
    keep({ remainingMs, leastMs, usualLeastMs }) {
      // One call is enough for whoever is the first to end by surprise; the only one is not kept for the rarest surprise.
      const alone = narrow && growing.length === 1;
      const surpriseMs = gauge.atOnce > 1 ? leastMs : usualLeastMs;
      const at = now + (alone ? surpriseMs : remainingMs) - cautionMs;
      due.push(at);
      sorted = false;
      root = undefined;
      return at;
    },
    spares(then) {
      if (lasts) return gauge.supply(0, now) - due.length >= 1;
      if (gauge.waitMs(now, []) > then - now) return false;
      return due.filter((at) => Math.abs(at - then) < missedMs).length < gauge.atOnce;
    },
    rootFor(outlook, joining) {
      if (!lasts) return windowRoot(outlook, joining);
      if (joining) return bucketRoot([...growing, outlook]);
      root ??= bucketRoot(growing);
      return root;
    },
    waitMs(own) {
      sort();
      return gauge.waitMs(now, own === undefined ? due : due.toSpliced(due.indexOf(own), 1));
    },
  };
}

const fewCalls = 10;
/** Nobody knows exactly when a reply ends: calls are kept back for those that may end so much later than expected. */
const cautionMs = 100;
