/** A reply that has shown its first words and goes on. Times in milliseconds of the run. */
export interface Writing {
  /** When its first words were sent. */
  readonly from: number;
  /** When its last letter is there. */
  readonly to: number;
  /** Letters per millisecond. */
  readonly pace: number;
}

/** Calls that a limit has let through in total by a moment of the run. */
export type Supply = (ms: number) => number;

/** What a reply gets after its first words. */
export interface Share {
  /** When its calls go out; the last one when its last letter is there. */
  readonly times: readonly number[];
  /** How much later the last one has to be, because there are not enough calls. */
  readonly late: number;
}

/**
 * Shares calls out so that mean lag is least: one call of each reply is for its last text, the others are spaced by
 * one over the root of its pace, the same for all at any moment, and as close as the calls that have come free by
 * then allow. A reply that would get less than one call gets one, as soon as there is one.
 * @param closest milliseconds between two calls of a reply, at least
 */
export function shareOut(replies: readonly Writing[], supply: Supply, closest: number): readonly Share[] {
  const lastOnly = new Set<Writing>();
  for (;;) {
    const growing = replies.filter((reply) => !lastOnly.has(reply));
    const lasts = [...lastOnly].map(({ to }) => to).sort((a, b) => a - b);
    const spacings = spaceOut(growing, (ms) => supply(ms) - countUpTo(lasts, ms));
    const calls = new Map(growing.map((reply) => [reply, callsOf(reply, spacings)] as const));
    const starved = growing.filter((reply) => calls.get(reply)! < 1 - rounding);
    if (starved.length === 0) {
      const shares = spendWhole(growing, calls, spacings, closest);
      serveLast([...lastOnly], supply, shares);
      return replies.map((reply) => shares.get(reply)!);
    }
    for (const reply of starved) lastOnly.add(reply);
  }
}

/** How many of some times, sorted, are not later than a moment. */
export function countUpTo(sorted: readonly number[], ms: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** From a moment on, the distance of calls of a reply with a pace of 1. */
interface Spacing {
  readonly from: number;
  readonly to: number;
  readonly unit: number;
}

/** Calls can be saved for later, but not borrowed: each stretch of time is as dense as its scarcest beginning allows. */
function spaceOut(replies: readonly Writing[], supply: Supply): readonly Spacing[] {
  if (replies.length === 0) return [];
  const start = Math.min(...replies.map(({ from }) => from));
  const end = Math.max(...replies.map(({ to }) => to));
  const steps = Math.max(1, Math.ceil((end - start) / stepMs));
  const wanted = [0];
  const free = [0];
  for (let step = 1; step <= steps; step++) {
    const at = start + step * stepMs;
    const weight = replies.reduce((sum, { from, to, pace }) => {
      return sum + Math.max(0, Math.min(to, at) - Math.max(from, at - stepMs)) * Math.sqrt(pace);
    }, 0);
    wanted.push(wanted[step - 1]! + weight);
    free.push(Math.max(free[step - 1]!, supply(Math.min(at, end))));
  }
  const spacings: Spacing[] = [];
  for (let from = 0; from < steps; ) {
    let to = steps;
    let unit = 0;
    for (let step = from + 1; step <= steps; step++) {
      const needed = (wanted[step]! - wanted[from]!) / Math.max(rounding, free[step]! - free[from]!);
      if (needed >= unit) [to, unit] = [step, needed];
    }
    spacings.push({ from: start + from * stepMs, to: start + to * stepMs, unit });
    from = to;
  }
  return spacings;
}

/** Calls of a reply between its first words and a moment. */
function callsOf({ from, to, pace }: Writing, spacings: readonly Spacing[], until = to): number {
  return spacings.reduce((sum, spacing) => {
    const duration = Math.min(until, to, spacing.to) - Math.max(from, spacing.from);
    return sum + (duration > 0 ? (duration * Math.sqrt(pace)) / spacing.unit : 0);
  }, 0);
}

/** Calls are whole: what one reply has too much of goes to the next. */
function spendWhole(
  replies: readonly Writing[],
  calls: ReadonlyMap<Writing, number>,
  spacings: readonly Spacing[],
  closest: number,
): Map<Writing, Share> {
  let carried = 0;
  return new Map(
    replies.map((reply) => {
      const due = calls.get(reply)! + carried;
      const most = Math.max(1, Math.floor((reply.to - reply.from) / closest));
      const count = Math.min(most, Math.max(1, Math.round(due)));
      // What it could not take for being one call at a time is no use to the others.
      carried = count === most ? 0 : due - count;
      const times = Array.from({ length: count }, (_, index) =>
        momentOf(reply, spacings, (calls.get(reply)! * (index + 1)) / count),
      );
      return [reply, { times, late: 0 }] as const;
    }),
  );
}

/** When a reply comes to so many calls. */
function momentOf(reply: Writing, spacings: readonly Spacing[], calls: number): number {
  let low = reply.from;
  let high = reply.to;
  while (high - low > 0.5) {
    const middle = (low + high) / 2;
    if (callsOf(reply, spacings, middle) >= calls - rounding) high = middle;
    else low = middle;
  }
  return high;
}

/** Gives those replies their last call that get no other, in the order of their ends, from what the others leave. */
function serveLast(replies: readonly Writing[], supply: Supply, shares: Map<Writing, Share>): void {
  const used = [...shares.values()].flatMap(({ times }) => times).sort((a, b) => a - b);
  let at = Number.NEGATIVE_INFINITY;
  for (const [index, reply] of replies.toSorted((a, b) => a.to - b.to).entries()) {
    at = Math.max(at, reply.to);
    while (supply(at) - countUpTo(used, at) < index + 1 - rounding) at += stepMs;
    shares.set(reply, { times: [reply.to], late: at - reply.to });
  }
}

const stepMs = 50;
const rounding = 1e-6;
