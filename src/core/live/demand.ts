import type { Scope } from '../ports.ts';
import type { Forecast } from './arrivals.ts';
import type { Gauge } from './budget.ts';
import type { Outlook } from './outlook.ts';

/** What all live replies together ask of one limit at one moment. */
export interface Demand {
  /** Forgets everything: another moment. What it needs for that it keeps: hundreds of limits are looked at many times a second. */
  begin(gauge: Gauge, now: number, coming?: Forecast): void;
  /** Counts in a reply that can grow by it. */
  add(outlook: Outlook): void;
  /** Keeps a call back for the last text of a reply. */
  keep(outlook: Outlook): void;
  /** Neither counts a reply nor keeps anything back for it any more. */
  leave(outlook: Outlook): void;
  /** True where it allows for a call at a clock time, if nobody takes it before; of a bucket, where it has one now. */
  opens(then: number): boolean;
  /** True where it will have a call to spare at a clock time. */
  spares(then: number): boolean;
  /**
   * The root of the least area of unseen text at which there are calls enough for a reply and all others.
   * @param joining true where it was not counted in
   * @param replies how many there are, by whatever limit they grow: of those who are coming the same part will grow by this one
   */
  rootFor(outlook: Outlook, joining: boolean, replies: number): number;
  /**
   * Milliseconds until a call may go out that leaves those that are kept back; 0 is now.
   * @param own the reply whose own need not be left
   */
  waitMs(own?: Outlook): number;
}

/** The moment until which calls are scarcest. */
interface Squeeze {
  readonly inMs: number;
  /** What the replies want until then: milliseconds times the roots of their paces. */
  readonly weight: number;
  /** What there is until then. */
  readonly calls: number;
}

/** Creates the demand for a limit; to be begun before it is used. */
export function createDemand({ calls: documented }: Scope): Demand {
  /** True where there are so few calls that a surprise can't be met from what others leave. */
  const narrow = documented > 1 && documented <= fewCalls;
  let gauge: Gauge;
  let now = 0;
  let coming: Forecast | undefined;
  let missedMs = 0;
  const growing: Outlook[] = [];
  /** When they may end, each time with the number of the reply behind it, so that they are sorted without garbage. */
  let endings = new Float64Array(8);
  /** Those for whose last texts a call is kept back. */
  const keeping: Outlook[] = [];
  /** When these will need it. */
  const due: number[] = [];
  const dueOf = new Map<Outlook, number>();
  let tightest: Squeeze | undefined;

  /** True where a call that is not made now is still there when a reply ends. */
  const lasts = () => missedMs === Number.POSITIVE_INFINITY;

  const surpriseMs = ({ leastMs, usualLeastMs }: Outlook) => (gauge.atOnce > 1 ? leastMs : usualLeastMs);

  /** One call is enough for whoever is the first to end by surprise; the only one is not kept for the rarest surprise. */
  function expectEnds(): void {
    if (due.length === keeping.length) return;
    due.length = 0;
    let first: Outlook | undefined;
    if (narrow) for (const one of keeping) if (!first || surpriseMs(one) < surpriseMs(first)) first = one;
    for (const one of keeping) {
      const at = now + (one === first ? surpriseMs(one) : one.remainingMs) - cautionMs;
      due.push(at);
      dueOf.set(one, at);
    }
    due.sort((a, b) => a - b);
  }

  /**
   * What a bucket holds stays there: replies may spend it sooner or later, but at no time more than there is until then. How
   * long a reply goes on is not known: each time that is likely counts as a part of it.
   */
  function squeeze(replies: number): Squeeze {
    expectEnds();
    const parts = sortEndings();
    let tightest: Squeeze = { inMs: 0, weight: 0, calls: 1 };
    let ended = 0;
    let going = 0;
    for (const { pull } of growing) going += pull;
    const later = wantedLater(going / Math.max(growing.length, replies));
    let last = 0;
    for (let index = 0; index < parts.length; index++) {
      const { likelyMs, pull } = growing[parts[index]! % mostReplies]!;
      const inMs = Math.floor(parts[index]! / mostReplies);
      while (last < due.length && due[last]! <= now + inMs - cautionMs) last++;
      const calls = Math.max(0, gauge.supply(inMs, now) - last);
      const weight = ended + going * inMs + later(inMs);
      if (weight * tightest.calls > tightest.weight * calls) tightest = { inMs, weight, calls };
      const part = pull / likelyMs.length;
      ended += part * inMs;
      going -= part;
    }
    // It may be tightest when the last of those who are coming have come, or have ended.
    for (const inMs of coming === undefined ? [] : [coming.forMs, coming.forMs + coming.lastsMs]) {
      let weight = later(inMs);
      for (const { likelyMs, pull } of growing)
        for (const ms of likelyMs) weight += (Math.min(ms, inMs) * pull) / likelyMs.length;
      const last = due.filter((at) => at <= now + inMs - cautionMs).length;
      const calls = Math.max(0, gauge.supply(inMs, now) - last);
      if (weight * tightest.calls > tightest.weight * calls) tightest = { inMs, weight, calls };
    }
    return tightest;
  }

  /** What those who are coming will want until then, if each of them has that pull. */
  function wantedLater(pull: number): (inMs: number) => number {
    if (coming === undefined) return () => 0;
    const { rate, forMs, lastsMs } = coming;
    return (inMs) => {
      const until = Math.min(inMs, forMs);
      // Whoever comes before that will have ended.
      const ended = Math.max(0, Math.min(until, inMs - lastsMs));
      return rate * pull * (ended * lastsMs + (until - ended) * (inMs - (ended + until) / 2));
    };
  }

  function sortEndings(): Float64Array {
    let ends = 0;
    for (const [number, { likelyMs }] of growing.entries()) {
      if (ends + likelyMs.length > endings.length) {
        const longer = new Float64Array(endings.length * 2);
        longer.set(endings);
        endings = longer;
      }
      for (const ms of likelyMs) endings[ends++] = Math.ceil(ms) * mostReplies + number;
    }
    return endings.subarray(0, ends).sort();
  }

  function bucketRoot({ likelyMs, pull }: Outlook, joining: boolean, replies: number): number {
    tightest ??= squeeze(replies);
    const { inMs, weight, calls } = tightest;
    if (!joining) return weight / calls;
    // Where it gets tight does not change much by one that comes in addition.
    let more = 0;
    for (const ms of likelyMs) more += Math.min(ms, inMs) / likelyMs.length;
    return (weight + more * pull) / calls;
  }

  /** What a window gives and nobody takes is lost: a reply shares what comes while it goes on with those that go on, too. */
  function windowRoot({ remainingMs, pull }: Outlook, joining: boolean): number {
    let weight = joining ? remainingMs * pull : 0;
    for (const one of growing) weight += Math.min(one.remainingMs, remainingMs) * one.pull;
    expectEnds();
    // What last texts need after its own end comes in after that, or was never its to take.
    const last = due.filter((at) => at <= now + Math.min(missedMs, remainingMs - cautionMs)).length;
    return Math.max(weight, remainingMs * pull) / Math.max(0, gauge.supply(remainingMs, now) - last);
  }

  function opens(then: number): boolean {
    return lasts() ? gauge.supply(0, now) >= 1 : gauge.waitMs(now, []) <= then - now;
  }

  return {
    begin(newest, moment, forecast) {
      coming = forecast;
      gauge = newest;
      now = moment;
      missedMs = gauge.missedMs(now);
      growing.length = 0;
      keeping.length = 0;
      due.length = 0;
      dueOf.clear();
      tightest = undefined;
    },
    add(outlook) {
      // Several of its ways to grow may count against the same limit.
      if (growing.at(-1) === outlook) return;
      growing.push(outlook);
      tightest = undefined;
    },
    keep(outlook) {
      keeping.push(outlook);
      tightest = undefined;
    },
    leave(outlook) {
      for (const list of [growing, keeping]) {
        const index = list.indexOf(outlook);
        if (index >= 0) list.splice(index, 1);
      }
      due.length = 0;
      dueOf.delete(outlook);
      tightest = undefined;
    },
    opens,
    spares(then) {
      if (lasts()) return gauge.supply(0, now) - keeping.length >= 1;
      if (!opens(then)) return false;
      const near = keeping.filter(({ remainingMs }) => Math.abs(now + remainingMs - then) < missedMs);
      return near.length < gauge.atOnce;
    },
    rootFor(outlook, joining, replies) {
      if (!lasts()) return windowRoot(outlook, joining);
      if (growing.length > 0) return bucketRoot(outlook, joining, replies);
      return (outlook.remainingMs * outlook.pull) / gauge.supply(outlook.remainingMs, now);
    },
    waitMs(own) {
      expectEnds();
      const at = own && dueOf.get(own);
      return gauge.waitMs(now, at === undefined ? due : due.toSpliced(due.indexOf(at), 1));
    },
  };
}

const fewCalls = 10;
const mostReplies = 2 ** 16;
/** Nobody knows exactly when a reply ends: calls are kept back for those that may end so much later than expected. */
const cautionMs = 100;
