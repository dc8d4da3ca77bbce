import type { Arrivals } from './arrivals.ts';
import type { Budget } from './budget.ts';
import type { Clock } from './clock.ts';
import type { Bid, Contender, OfferedMove } from './contender.ts';
import { affordCourtesy } from './courtesy.ts';
import { createLoad } from './load.ts';
import type { Outlook } from './outlook.ts';
import { sparingGapMs } from './sparing.ts';
import { createWaits } from './waits.ts';
import { byUrgencyThenWorth, inOrder, type Ranked, worthOf } from './worth.ts';

/** Gives each free call to the reply where it does most good. One timer for all replies. */
export interface Scheduler {
  add(contender: Contender): void;
  remove(contender: Contender): void;
  /**
   * Something about a reply changed: text came, a call ended. Cheap; work is gathered to the next tick of the clock, which
   * is further off the more replies there are, unless it is `urgent`: first words, a last text. To be called whenever a reply
   * that bid nothing has something to do again, or something more urgent: until then nobody looks at it.
   */
  wake(contender: Contender, urgent?: boolean): void;
}

/** What {@link createScheduler} needs. */
export interface SchedulerOptions {
  readonly clock: Clock;
  readonly budget: Budget;
  /** @default nobody is expected beside those who are there */
  readonly arrivals?: Arrivals;
}

/** A reply that was asked what it would do. */
interface Looked {
  readonly contender: Contender;
  readonly standing: Standing;
  readonly bid: Bid | undefined;
}

/** One that would make a call. */
interface Bidder extends Looked {
  readonly bid: Bid;
}

interface Candidate extends Bidder, Ranked {
  readonly bid: Bid;
}

/** What is known of a reply between ticks: at most ticks most replies have nothing to ask for. */
interface Standing {
  /** Clock time; before that it need not be looked at again unless it wakes. */
  dueAt: number;
  /** The calls for one of which it waits: it is looked at in every tick in which one of them is possible. */
  waitingFor: readonly OfferedMove[];
  /** True where it last bid for something that can't be left out. */
  urgent: boolean;
  /** What it said of its future a moment ago. */
  outlook: Outlook | undefined;
  /** Clock time when it did. */
  toldAt: number;
  /** Clock time of its last call. */
  sentAt: number;
}

/** Creates the scheduler of a process. */
export function createScheduler({ clock, budget, arrivals }: SchedulerOptions): Scheduler {
  const contenders = new Map<Contender, Standing>();
  const load = createLoad(budget, arrivals);
  const waits = createWaits(budget);
  let cancelTimer: (() => void) | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let tickedAt = Number.NEGATIVE_INFINITY;

  /** Each look costs something for each reply: edits that nobody waits for are looked at together. */
  function wakeAt(time: number, urgent = false): void {
    const restMs = urgent ? shortestTickMs : Math.min(longestTickMs, contenders.size * tickPerReplyMs);
    const at = Math.max(time, tickedAt + Math.max(shortestTickMs, restMs));
    if (at >= timerAt) return;
    cancelTimer?.();
    timerAt = at;
    cancelTimer = clock.after(Math.max(0, at - clock.now()), () => {
      timerAt = Number.POSITIVE_INFINITY;
      cancelTimer = undefined;
      tick();
    });
  }

  function tick(): void {
    const now = clock.now();
    tickedAt = now;
    const looked: Looked[] = [];
    for (const [contender, standing] of contenders) {
      guard(contender, () => {
        if (standing.dueAt <= now || standing.waitingFor.some((move) => waits.isPossible(move, now))) {
          standing.waitingFor = [];
          standing.dueAt = Number.POSITIVE_INFINITY;
          ask(contender, standing, now);
          const bid = contender.bid(now);
          standing.urgent = bid !== undefined && isUrgent(bid);
          looked.push({ contender, standing, bid });
        } else if (standing.outlook !== undefined && now - standing.toldAt >= longestNapMs) {
          // Of one whose model pauses, too: how long it will go on changes with time.
          ask(contender, standing, now);
        }
      });
    }
    const bidders = looked.filter((one): one is Bidder => one.bid !== undefined);
    const ready = bidders.filter(({ bid, standing }) => isReady(bid, standing, now));
    if (ready.length > 0) serveInOrder(ready, now);
    let coming: ReadonlyMap<string, number> | undefined;
    for (const { contender, standing } of looked) {
      guard(contender, () => {
        const due = contender.upkeep(now, (scopes) => {
          coming ??= countOpenings();
          return affordCourtesy(scopes, coming, budget, clock);
        });
        if (due !== undefined) standing.dueAt = Math.min(standing.dueAt, Math.max(due, now + longestNapMs));
      });
    }
    let next = Number.POSITIVE_INFINITY;
    let nextUrgent = Number.POSITIVE_INFINITY;
    for (const { dueAt, urgent } of contenders.values()) {
      if (urgent) nextUrgent = Math.min(nextUrgent, dueAt);
      else next = Math.min(next, dueAt);
    }
    wakeAt(nextUrgent, true);
    wakeAt(next);
  }

  /** False where a reply has to wait, whatever its call is worth. */
  function isReady({ urgency, notBefore, moves }: Bid, standing: Standing, now: number): boolean {
    // A further page is opened as soon as the one before it is full.
    const edits = urgency === 'progress' && moves.some(({ after }) => after === undefined);
    const sparing = edits ? standing.sentAt + sparingGapMs(moves, contenders.size) : 0;
    const earliest = Math.max(notBefore, sparing);
    if (earliest > now) {
      standing.dueAt = earliest;
      return false;
    }
    if (moves.some((move) => waits.isPossible(move, now))) return true;
    const soonest = Math.min(...moves.map(({ scopes }) => budget.waitMs(scopes, now)));
    waitFor(moves, soonest, standing, now);
    return false;
  }

  function waitFor(moves: readonly OfferedMove[], soonest: number, standing: Standing, now: number): void {
    standing.waitingFor = moves;
    standing.dueAt = now + Math.max(shortestNapMs, Math.min(soonest, longestNapMs));
  }

  function serveInOrder(ready: readonly Bidder[], now: number): void {
    load.begin(now);
    for (const { outlook } of contenders.values()) if (outlook !== undefined) load.add(outlook);
    const candidates: Candidate[] = [];
    for (const one of ready) {
      guard(one.contender, () => {
        const elsewhereMs = waits.secondMs(one.bid.moves, now);
        candidates.push({ ...one, ...worthOf(one.bid, one.standing.outlook, load), elsewhereMs });
      });
    }
    for (const candidate of candidates.sort(byUrgencyThenWorth)) {
      guard(candidate.contender, () => serve(candidate, now));
    }
  }

  function ask(contender: Contender, standing: Standing, now: number): void {
    standing.outlook = contender.outlook(now);
    standing.toldAt = now;
  }

  /** What goes wrong with one reply is nobody else's business. */
  function guard(contender: Contender, work: () => void): void {
    if (!contenders.has(contender)) return;
    try {
      work();
    } catch (error) {
      contenders.delete(contender);
      contender.abandon(error);
    }
  }

  /** How many calls first words will need, by limit. */
  function countOpenings(): ReadonlyMap<string, number> {
    const coming = new Map<string, number>();
    for (const contender of contenders.keys()) {
      guard(contender, () => {
        for (const { id } of contender.opening()) coming.set(id, (coming.get(id) ?? 0) + 1);
      });
    }
    return coming;
  }

  /** Sends where that is possible and worth it; else says when to look again. */
  function serve(candidate: Candidate, now: number): void {
    const { contender, standing, bid } = candidate;
    // Those before it in this tick may have gone where it would go.
    const switches = candidate.worth >= 1 && candidate.moves[0]?.after !== undefined;
    const { worth, moves: offered } = switches ? worthOf(bid, standing.outlook, load) : candidate;
    if (worth < 1) {
      standing.dueAt = now + untilWorth(worth, bid.ageMs);
      return;
    }
    const moves = inOrder(offered, load);
    const { outlook } = standing;
    // A last text, and a stream that ends early, may take what was kept back for them.
    const counted = ({ after }: OfferedMove) =>
      outlook !== undefined && (bid.urgency !== 'progress' || after !== undefined);
    const spare =
      // Rather by a way that nobody counts on: others may have no choice.
      moves.find((move) => load.waitMs(move.scopes) === 0) ??
      moves.find((move) => counted(move) && load.waitMs(move.scopes, outlook) === 0);
    // For a last text, too, others are not robbed where its own way will be free in a moment.
    const hasMoment = bid.urgency === 'final' && offered.some((one) => waits.isSoon(one, now));
    const patient = bid.urgency === 'progress' || bid.urgency === 'tidy' || hasMoment;
    const move = spare ?? (patient ? undefined : leastMissed(moves, outlook, now));
    if (move === undefined) {
      const waitMs = (one: OfferedMove) =>
        patient
          ? load.waitMs(one.scopes, counted(one) ? outlook : undefined)
          : budget.waitMs(one.scopes, now);
      waitFor(moves, Math.min(...moves.map(waitMs)), standing, now);
      return;
    }
    const call = contender.send(move, now);
    if (call === undefined) return;
    standing.sentAt = now;
    // In a busy process a tick takes its time: what counts is when the call really goes out.
    const landed = budget.spend(call.scopes, clock.now());
    // What was kept back for it, it has got, or keeps in another place.
    if (outlook !== undefined) load.leave(outlook);
    ask(contender, standing, now);
    if (standing.outlook !== undefined) load.add(standing.outlook);
    void call.settled.then(() => {
      landed(clock.now());
      wake(contender);
    });
  }

  /** Worth grows with the square of the age: that tells when it will be enough. */
  function untilWorth(worth: number, ageMs: number): number {
    const longestMs = Math.max(doubtfulNapMs, contenders.size * doubtfulNapPerReplyMs);
    const enoughMs = worth > 0 ? ageMs * (1 / Math.sqrt(worth) - 1) : longestMs;
    return Math.max(shortestNapMs, Math.min(enoughMs, longestMs, longestNapMs));
  }

  /** What has to go out may take what was kept back for others, who have other ways; where it is missed least. */
  function leastMissed(
    moves: readonly OfferedMove[],
    own: Outlook | undefined,
    now: number,
  ): OfferedMove | undefined {
    const possible = moves.filter((move) => waits.isPossible(move, now));
    const missed = possible.map(({ scopes }) => load.waitMs(scopes, own));
    return possible[missed.indexOf(Math.min(...missed))];
  }

  function wake(contender: Contender, urgent = false): void {
    const standing = contenders.get(contender);
    if (standing === undefined) return;
    standing.dueAt = Number.NEGATIVE_INFINITY;
    wakeAt(clock.now(), urgent);
  }

  return {
    add(contender) {
      contenders.set(contender, {
        dueAt: Number.NEGATIVE_INFINITY,
        waitingFor: [],
        urgent: true,
        outlook: undefined,
        toldAt: 0,
        sentAt: Number.NEGATIVE_INFINITY,
      });
      wakeAt(clock.now(), true);
    },
    remove: (contender) => void contenders.delete(contender),
    wake,
  };
}

function isUrgent({ urgency }: Bid): boolean {
  return urgency !== 'progress' && urgency !== 'tidy';
}

/** Ticks are at least so far apart: hundreds of replies cost no more than a few hundred looks a second each. */
const shortestTickMs = 10;
/** With so many replies that this is reached, ticks for edits alone are no further apart. */
const longestTickMs = 60;
const tickPerReplyMs = 0.6;
const shortestNapMs = 10;
const longestNapMs = 250;
/** How soon worth is looked at again, at most: prices change. Later where there are many. */
const doubtfulNapMs = 60;
const doubtfulNapPerReplyMs = 1;
