import { lettersOf } from './metrics.ts';
import type { Share } from './share.ts';
import type { Job, Workload } from './workload.ts';

/**
 * What a schedule could do that knows the future: computed from the same emissions, in fluid amounts, no simulation.
 *
 * It assumes that every call takes exactly the mean latency, all of which passes before people see anything; that the
 * limits are known, full when the run begins, and kept as they are documented: where nobody tells when a period begins, in any stretch of it; that a call shows all that was
 * said until it goes out; and that a reply has one call in flight at a time. First words come before last texts, and
 * those before anything else, as in the design. It leaves out that what a
 * full bucket would gain is lost, that windows don't keep what isn't used, and calls that show no text where they can be made later (closing streams).
 */
export interface Bound {
  /** Seconds, as in the summary of a run. */
  readonly firstOverhead: number;
  readonly meanLag: number;
  readonly p95Lag: number;
  readonly finalMedian: number;
  readonly finalWorst: number;
}

/** Milliseconds from a call to what it shows; a reply's next call goes out no earlier. */
export const callMs = 80;

/** A reply before anybody has seen anything of it. Times in milliseconds of the run. */
export interface Reply {
  readonly asked: number;
  readonly first: number;
  readonly last: number;
  readonly letters: number;
  /** Letters per millisecond. */
  readonly pace: number;
}

/** What a schedule does for a reply. */
export interface Planned {
  readonly reply: Reply;
  /** When its first words are sent. */
  readonly opened: number;
  /** Absent where that was after its last letter: then the first call shows everything. */
  readonly share?: Share;
}

/** The replies of a workload that count, in the order of their first words. */
export function repliesOf({ jobs }: Workload): readonly Reply[] {
  return jobs
    .filter(({ warmUp }) => warmUp !== true)
    .map(toReply)
    .sort((a, b) => a.first - b.first);
}

/** Sums a schedule up as people see it. */
export function toBound(plan: readonly Planned[]): Bound {
  const lags: Lag[] = [];
  const finals: number[] = [];
  let overheads = 0;
  for (const { reply, opened, share } of plan) {
    const { first, last, letters, pace } = reply;
    overheads += opened - first;
    if (share === undefined) {
      lags.push({ least: opened - last, most: opened - first, letters });
      finals.push(opened - last);
      continue;
    }
    lags.push({ least: 0, most: opened - first, letters: pace * (opened - first) });
    const { times, late } = share;
    for (const [index, time] of times.entries()) {
      const gap = time - (times[index - 1] ?? opened);
      const least = index === times.length - 1 ? late : 0;
      lags.push({ least, most: least + gap, letters: pace * gap });
    }
    finals.push(late);
  }
  finals.sort((a, b) => a - b);
  const all = lags.reduce((sum, { letters }) => sum + letters, 0);
  const area = lags.reduce((sum, { least, most, letters }) => sum + ((least + most) / 2) * letters, 0);
  return {
    firstOverhead: toSeconds(overheads / plan.length),
    meanLag: toSeconds(area / all),
    p95Lag: toSeconds(quantile(lags, all, 0.95)),
    finalMedian: toSeconds(finals[Math.floor(finals.length / 2)] ?? Number.NaN),
    finalWorst: toSeconds(finals.at(-1) ?? Number.NaN),
  };
}

/** Sum of squared gaps: twice the area of unseen text times its age, for a pace of 1. */
export function areaOf(from: number, times: readonly number[]): number {
  return times.reduce((sum, time, index) => sum + (time - (times[index - 1] ?? from)) ** 2, 0);
}

/** Letters whose lags lie evenly between two. */
interface Lag {
  readonly least: number;
  readonly most: number;
  readonly letters: number;
}

/** The lag that so large a share of the letters does not exceed, to a hundredth of a millisecond. */
function quantile(lags: readonly Lag[], all: number, share: number): number {
  let low = 0;
  let high = Math.max(...lags.map(({ most }) => most));
  while (high - low > 0.01) {
    const middle = (low + high) / 2;
    const within = lags.reduce((sum, { least, most, letters }) => {
      const part = most > least ? (middle - least) / (most - least) : middle >= least ? 1 : 0;
      return sum + letters * Math.min(1, Math.max(0, part));
    }, 0);
    if (within >= all * share) high = middle;
    else low = middle;
  }
  return high;
}

function toReply({ at, emissions }: Job): Reply {
  const first = at + emissions[0]!.at;
  const last = at + emissions.at(-1)!.at;
  const letters = emissions.reduce((count, { text }) => count + lettersOf(text), 0);
  return { asked: at, first, last, letters, pace: letters / Math.max(1, last - first) };
}

function toSeconds(ms: number): number {
  return (ms + callMs) / 1_000;
}
