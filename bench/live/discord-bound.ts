import { areaOf, type Bound, callMs, type Planned, type Reply, repliesOf, toBound } from './bound.ts';
import { countUpTo } from './share.ts';
import type { Workload } from './workload.ts';

/**
 * The bound for Discord: 50 calls for the whole bot in any stretch of a second (where that limit's seconds begin, the
 * platform does not tell), and 5 edits in 5 seconds for each reply, which has a channel of its own. In channels each reply first opens a
 * thread, one call, as early as it is asked for. A reply goes on in a further message only where one is full. While the
 * bot's limit is short, each second's calls go to the replies with the largest area of unseen text and age.
 */
export function discordBound(workload: Workload, burst: number): Bound {
  const replies = repliesOf(workload);
  const prepares = workload.spread !== 'direct';
  const origin = prepares ? Math.min(...replies.map(({ asked }) => asked)) : replies[0]!.first;
  const openings = prepares
    ? threadsAhead.map((ahead) => openThreads(replies, origin, ahead))
    : [openDirectly(replies)];
  const best = openings.reduce((least, one) => (overheadOf(one) < overheadOf(least) ? one : least));
  return toBound(plan(best, origin, burst));
}

interface Opening {
  readonly reply: Reply;
  readonly opened: number;
  /** Times of all its calls until then. */
  readonly calls: readonly number[];
}

/** The bot's calls: no more than so many in any stretch of a second. */
class Calls {
  /** When they are made, earliest first. */
  readonly #times: number[] = [];

  /** Takes a call at a time, or as soon after it as there is one. @returns when */
  take(from: number): number {
    const time = this.earliest(from);
    this.#times.splice(countUpTo(this.#times, time), 0, time);
    return time;
  }

  /** The first moment, from one on, at which there is a call. */
  earliest(from: number): number {
    if (this.#fits(from)) return from;
    // A call comes free where a stretch loses one at its beginning.
    for (let index = countUpTo(this.#times, from - 1_000); ; index++) {
      const time = this.#times[index]! + 1_000;
      if (time >= from && this.#fits(time)) return time;
    }
  }

  #fits(time: number): boolean {
    const place = countUpTo(this.#times, time);
    const at = (index: number) =>
      index < place ? this.#times[index]! : index === place ? time : this.#times[index - 1]!;
    for (let first = Math.max(0, place - callsPerSecond); first <= place; first++) {
      const last = first + callsPerSecond;
      if (last <= this.#times.length && at(last) - at(first) < 1_000) return false;
    }
    return true;
  }
}

function openDirectly(replies: readonly Reply[]): readonly Opening[] {
  const made = new Calls();
  return replies.map((reply) => {
    const opened = made.take(reply.first);
    return { reply, opened, calls: [opened] };
  });
}

/** Never more threads at a time than so many that wait for first words. */
function openThreads(replies: readonly Reply[], origin: number, ahead: number): readonly Opening[] {
  const made = new Calls();
  const unprepared = replies.toSorted((a, b) => a.asked - b.asked);
  const waiting: { readonly reply: Reply; readonly prepared: number; readonly ready: number }[] = [];
  const openings: Opening[] = [];
  let now = origin;
  while (openings.length < replies.length) {
    const next = waiting[0];
    const reply = waiting.length < ahead ? unprepared[0] : undefined;
    if (next !== undefined && next.ready <= now) {
      waiting.shift();
      now = made.take(now);
      openings.push({ reply: next.reply, opened: now, calls: [next.prepared, now] });
    } else if (reply !== undefined && reply.asked <= now) {
      unprepared.shift();
      now = made.take(now);
      waiting.push({ reply, prepared: now, ready: Math.max(reply.first, now + callMs) });
      waiting.sort((a, b) => a.ready - b.ready);
    } else now = Math.min(next?.ready ?? Number.POSITIVE_INFINITY, reply?.asked ?? Number.POSITIVE_INFINITY);
  }
  return openings;
}

function overheadOf(openings: readonly Opening[]): number {
  return openings.reduce((sum, { reply, opened }) => sum + opened - reply.first, 0);
}

/** A reply that goes on after its first words. */
interface Growing extends Opening {
  readonly late: number;
  /** What it would do alone. */
  readonly own: readonly number[];
  /** What it gets of the bot's calls beside its first and its last. */
  readonly times: number[];
  /** True where it would have taken more of them. */
  short: boolean;
}

function plan(openings: readonly Opening[], origin: number, burst: number): readonly Planned[] {
  const made = new Calls();
  for (const { calls } of openings) for (const time of calls) made.take(time);
  const growing = openings
    .filter(({ reply, opened }) => opened < reply.last)
    .sort((a, b) => a.reply.last - b.reply.last)
    .map((one): Growing => {
      const { reply, opened } = one;
      const calls = Math.max(1, Math.round(5 * burst));
      const own = windowTimes(opened, reply.last, calls, calls * 1_000);
      return { ...one, own, late: made.take(reply.last) - reply.last, times: [], short: false };
    });
  const end = Math.max(...growing.map(({ reply }) => reply.last));
  for (let start = origin; start < end; start += 1_000) spendSecond(growing, made, start);
  const shares = new Map(
    growing.map((one) => {
      const { reply, own, late, short } = one;
      return [reply, { times: short ? [...one.times, reply.last] : own, late }] as const;
    }),
  );
  return openings.map(({ reply, opened }) => {
    const share = shares.get(reply);
    return { reply, opened, ...(share === undefined ? {} : { share }) };
  });
}

/** Gives what is left of a second to those who have waited longest, no reply more often than once a second. */
function spendSecond(growing: readonly Growing[], made: Calls, start: number): void {
  const end = start + 1_000;
  const wants = growing
    .map((one) => {
      const last = one.times.at(-1) ?? one.opened;
      const at = Math.max(start, last + 1_000);
      return { one, at, area: one.reply.pace * (end - last) ** 2 };
    })
    .filter(({ one, at }) => at < Math.min(end, one.reply.last) && one.opened < at)
    .sort((a, b) => b.area - a.area);
  for (const { one, at } of wants) {
    if (made.earliest(at) < Math.min(end, one.reply.last)) one.times.push(made.take(at));
    else one.short = true;
  }
}

/**
 * The best times for edits with so many per period: the first one begins a period, full periods are filled evenly, in
 * the last one the last edit shows the end; what is left of the time is shared between the wait for the first
 * edit and the gaps of the last period.
 */
export function windowTimes(from: number, to: number, calls: number, periodMs: number): readonly number[] {
  let best: readonly number[] = [];
  for (let full = 0; full * periodMs <= to - from; full++) {
    const rest = (to - from - full * periodMs) / calls;
    const times = [from + rest];
    for (let edit = 0; edit < full * calls; edit++) times.push(times.at(-1)! + periodMs / calls);
    for (let edit = 1; edit < calls; edit++) times.push(times.at(-1)! + rest);
    if (best.length === 0 || areaOf(from, times) < areaOf(from, best)) best = times;
  }
  return best;
}

const callsPerSecond = 50;
const threadsAhead = [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, Number.POSITIVE_INFINITY];
