import { SurfaceError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/core/live/clock.ts';
import { createLiveReplies } from '../../src/core/live/replies.ts';
import type { Reading, ReplySurface, Rung, Scope } from '../../src/core/ports.ts';
import { createCounters } from '../../src/ops/counters.ts';
import { createLogger } from '../../src/ops/logging.ts';
import { lettersOf, type ReplyResult, type Sighting } from './metrics.ts';
import { createRandom } from './random.ts';
import type { Job, Workload } from './workload.ts';

/** A limit as a platform would really enforce it. */
export interface TrueLimit {
  readonly calls: number;
  readonly perMs: number;
  readonly shape: 'window' | 'bucket';
}

/** A platform whose rungs are tried in simulated time. */
export interface SimulatedPlatform {
  /** Rungs of the reply to a job. */
  rungs(job: Job): readonly Rung[];
  /** What has to be called before the first words of a job's reply. Absent where nothing has. */
  preparation?(job: Job): readonly Scope[];
  /** What showing that a job's reply is being worked on counts against. Absent where nothing is shown. */
  indicator?(job: Job): readonly Scope[];
  /** What is enforced for a scope; bursts may be smaller than documented. */
  limitOf(scope: Scope): TrueLimit;
  /** True where answers tell what is left of a limit. */
  tells(scope: Scope): boolean;
}

/** What came of a simulated run. */
export interface SimulatedRun {
  readonly results: readonly ReplyResult[];
  /** When calls were refused, by scope. */
  readonly refusals: ReadonlyMap<string, readonly number[]>;
}

/** Runs a workload through the live room in simulated time: the real scheduler, simulated surfaces. */
export async function simulate(
  workload: Workload,
  platform: SimulatedPlatform,
  seed = 7,
  onCall?: (scopes: readonly string[], at: number) => void,
): Promise<SimulatedRun> {
  const clock = createSimulatedClock();
  const random = createRandom(seed);
  const logger = createLogger({ level: 'silent', secrets: [] });
  const counters = createCounters();
  const replies = createLiveReplies({ logger, counters, clock });
  const limits = new Map<string, Enforcer>();
  const refusals = new Map<string, number[]>();
  const results: ReplyResult[] = [];
  let left = workload.jobs.length;

  /** Lets a call through or refuses it. @returns what the answer tells */
  function admit(scopes: readonly Scope[], now: number): readonly [string, Reading][] {
    const readings: [string, Reading][] = [];
    for (const scope of scopes) {
      let limit = limits.get(scope.id);
      if (limit === undefined) {
        limit = enforce(platform.limitOf(scope));
        limits.set(scope.id, limit);
      }
      const { retryAfterMs, reading } = limit(now);
      if (retryAfterMs > 0) {
        refusals.set(scope.id, [...(refusals.get(scope.id) ?? []), now]);
        throw new SurfaceError('rate-limited', 'slow down', { retryAfterMs, scope: scope.id });
      }
      if (reading !== undefined && platform.tells(scope)) readings.push([scope.id, reading]);
    }
    return readings;
  }

  for (const [number, job] of workload.jobs.entries()) {
    clock.after(job.at, () => {
      const sightings: Sighting[] = [];
      const pages: string[] = [];
      let calls = 0;
      const called = async (scopes: readonly Scope[], act: () => void) => {
        calls++;
        const delay = 50 + random() * 60;
        await clock.wait(delay / 2);
        const readings = admit(scopes, clock.now());
        onCall?.(
          scopes.map(({ id }) => id),
          clock.now(),
        );
        act();
        await clock.wait(delay / 2);
        for (const [scope, reading] of readings) replies.meter(scope, reading);
        sightings.push({
          at: clock.now() - job.at,
          letters: pages.reduce((sum, page) => sum + lettersOf(page), 0),
        });
      };
      const replace = (id: string, text: string) => {
        pages[Number(id)] = text;
      };
      const rungs = platform.rungs(job);
      const preparing = platform.preparation?.(job);
      const rungOf = (name: string) => rungs.find((rung) => rung.name === name)!;
      const indicating = platform.indicator?.(job);
      const opened = Promise.withResolvers<void>();
      const surface: ReplySurface = {
        rungs,
        ...(preparing && {
          preparation: { scopes: preparing, run: () => called(preparing, () => opened.resolve()) },
        }),
        ...(indicating && {
          indicator: {
            scopes: indicating,
            renewMs: 8_000,
            async show() {
              if (preparing) await opened.promise;
              await called(indicating, () => undefined);
            },
          },
        }),
        async open(rung, { text }) {
          if (preparing) await opened.promise;
          let id = 0;
          await called(rung.scopes.open, () => {
            id = pages.push(text) - 1;
          });
          return { id: String(id), rung: rung.name };
        },
        grow: (page, { text }) => called(rungOf(page.rung).scopes.grow, () => replace(page.id, text)),
        close: (page, { text }) => called(rungOf(page.rung).scopes.close, () => replace(page.id, text)),
      };
      const reply = replies.start(surface, `job-${number}`);
      for (const { at, text } of job.emissions) clock.after(at, () => reply.push(text));
      clock.after(job.emissions.at(-1)!.at + 5, () => {
        void reply.end({ end: 'complete' }).then(() => {
          if (job.warmUp !== true) results.push({ emissions: job.emissions, sightings, calls });
          left--;
        });
      });
    });
  }
  while (left > 0 && clock.now() < longestRunMs) await clock.step();
  return { results, refusals };
}

type Enforcer = (now: number) => { readonly retryAfterMs: number; readonly reading?: Reading };

function enforce({ calls, perMs, shape }: TrueLimit): Enforcer {
  if (shape === 'bucket') {
    let level = calls;
    let at = 0;
    const rate = calls / perMs;
    return (now) => {
      level = Math.min(calls, level + (now - at) * rate);
      at = now;
      if (level < 1) return { retryAfterMs: Math.ceil((1 - level) / rate / 1_000) * 1_000 };
      level -= 1;
      return { retryAfterMs: 0 };
    };
  }
  let from = Number.NEGATIVE_INFINITY;
  let used = 0;
  return (now) => {
    if (now >= from + perMs) {
      from = now;
      used = 0;
    }
    const resetMs = from + perMs - now;
    if (used >= calls) return { retryAfterMs: resetMs };
    used++;
    return { retryAfterMs: 0, reading: { remaining: calls - used, resetMs, limit: calls } };
  };
}

interface SimulatedClock extends Clock {
  wait(ms: number): Promise<void>;
  /** Runs the next timer that is due, and all that follows from it. */
  step(): Promise<void>;
}

function createSimulatedClock(): SimulatedClock {
  let now = 0;
  let order = 0;
  interface Timer {
    readonly at: number;
    readonly order: number;
    readonly call: () => void;
    cancelled: boolean;
  }
  const heap: Timer[] = [];
  const before = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order);

  function push(timer: Timer): void {
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(heap[index]!, heap[parent]!)) break;
      [heap[index], heap[parent]] = [heap[parent]!, heap[index]!];
      index = parent;
    }
  }

  function pop(): Timer | undefined {
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    heap[0] = last;
    for (let index = 0; ; ) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < heap.length && before(heap[child]!, heap[least]!)) least = child;
      }
      if (least === index) return top;
      [heap[index], heap[least]] = [heap[least]!, heap[index]!];
      index = least;
    }
  }

  const clock: SimulatedClock = {
    now: () => now,
    after(delayMs, call) {
      const timer: Timer = { at: now + Math.max(0, delayMs), order: order++, call, cancelled: false };
      push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
    wait: (ms) => new Promise((resolve) => void clock.after(ms, resolve)),
    async step() {
      const timer = pop();
      if (timer === undefined) throw new Error('nothing is left to happen');
      if (timer.cancelled) return;
      now = Math.max(now, timer.at);
      timer.call();
      // Promises that the timer settled run to their end before time goes on.
      for (let turns = 0; turns < 12; turns++) await Promise.resolve();
    },
  };
  return clock;
}

const longestRunMs = 60 * 60_000;
