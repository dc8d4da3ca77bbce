import type { Emission } from './workload.ts';

/** What a person could see of a reply, at one moment: all its pages together. */
export interface Sighting {
  /** Milliseconds from the mention. */
  readonly at: number;
  /** Letters (white space not counted) that were visible. */
  readonly letters: number;
}

/** How one reply went. Times in milliseconds. */
export interface ReplyResult {
  readonly emissions: readonly Emission[];
  readonly sightings: readonly Sighting[];
  readonly calls: number;
  /** When people stopped watching. Letters that they never saw count with the lag that they had by then. */
  readonly watchedMs?: number;
}

/** What a run was like for people. Seconds, unless said otherwise. */
export interface Summary {
  readonly firstWords: number;
  /** First words visible minus the model's first token, mean and worst. */
  readonly firstOverhead: number;
  readonly firstOverheadWorst: number;
  readonly meanLag: number;
  readonly p95Lag: number;
  readonly finalMedian: number;
  readonly finalWorst: number;
  readonly callsPerReply: number;
  /** Replies that never showed all their letters. */
  readonly incomplete: number;
}

/** Sums up the replies of a run; letters weigh the same, whichever reply they are in. */
export function summarise(results: readonly ReplyResult[]): Summary {
  const lags: number[] = [];
  const finals: number[] = [];
  const firsts: number[] = [];
  const overheads: number[] = [];
  let incomplete = 0;
  let calls = 0;
  for (const { emissions, sightings, calls: made, watchedMs } of results) {
    calls += made;
    const reply = lagsOf(emissions, sightings, watchedMs);
    for (const lag of reply.lags) lags.push(lag);
    if (!reply.complete) incomplete++;
    const [first] = sightings.filter(({ letters }) => letters > 0);
    if (first !== undefined) {
      firsts.push(first.at);
      overheads.push(first.at - emissions[0]!.at);
    }
    if (Number.isFinite(reply.finalLag)) finals.push(reply.finalLag);
  }
  lags.sort((a, b) => a - b);
  finals.sort((a, b) => a - b);
  return {
    firstWords: mean(firsts) / 1_000,
    firstOverhead: mean(overheads) / 1_000,
    firstOverheadWorst: Math.max(0, ...overheads) / 1_000,
    meanLag: mean(lags) / 1_000,
    p95Lag: quantile(lags, 0.95) / 1_000,
    finalMedian: quantile(finals, 0.5) / 1_000,
    finalWorst: quantile(finals, 1) / 1_000,
    callsPerReply: calls / results.length,
    incomplete,
  };
}

/** Letters of a text, without its white space: pages lose that where they are cut. */
export function lettersOf(text: string): number {
  return text.replace(/\s+/g, '').length;
}

function lagsOf(emissions: readonly Emission[], sightings: readonly Sighting[], watchedMs?: number) {
  const lags: number[] = [];
  let emitted = 0;
  let index = 0;
  let seenAt = 0;
  let complete = true;
  for (const { at, text } of emissions) {
    const count = lettersOf(text);
    emitted += count;
    while (index < sightings.length && sightings[index]!.letters < emitted) index++;
    const sighting = sightings[index];
    if (sighting === undefined) complete = false;
    seenAt = sighting?.at ?? watchedMs ?? Number.POSITIVE_INFINITY;
    if (!Number.isFinite(seenAt)) break;
    for (let letter = 0; letter < count; letter++) lags.push(seenAt - at);
  }
  return { lags, complete, finalLag: seenAt - emissions.at(-1)!.at };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted.length === 0
    ? Number.NaN
    : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
