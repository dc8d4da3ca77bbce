import { createRandom } from './random.ts';

/** When a model says what. Times in milliseconds from the mention. */
export interface Emission {
  readonly at: number;
  readonly text: string;
}

/** A mention and the answer that the model will give. */
export interface Job {
  /** Milliseconds from the start of the run. */
  readonly at: number;
  /** Which channel of the run, from 0. */
  readonly channel: number;
  readonly emissions: readonly Emission[];
  /** True for what was answered before the run, from which durations were learned. */
  readonly warmUp?: boolean;
}

/** What is asked of the bot in one run. */
export interface Workload {
  readonly name: string;
  readonly spread: Spread;
  readonly jobs: readonly Job[];
}

/** `channels`: each mention in a channel of its own; `threads`: all in threads of one channel; `direct`: direct messages. */
export type Spread = 'channels' | 'threads' | 'direct';

/** How replies look. */
export interface ReplyShape {
  readonly name: string;
  /** Tokens of a reply. */
  tokens(random: () => number): number;
  readonly tokensPerSecond: number;
}

/** 400 tokens at 60 a second. */
export const usualReply: ReplyShape = { name: '400 tokens', tokens: () => 400, tokensPerSecond: 60 };
/** 50 to 6,000 tokens, short ones more often. */
export const mixedReply: ReplyShape = {
  name: '50-6,000 tokens',
  tokens: (random) => Math.round(50 * 120 ** (random() ** 2)),
  tokensPerSecond: 60,
};
/** 400 tokens from a slow model. */
export const slowReply: ReplyShape = { name: 'slow model', tokens: () => 400, tokensPerSecond: 15 };

/** So many mentions at the same moment. */
export function atOnce(count: number, spread: Spread, shape: ReplyShape, seed = 1): Workload {
  const random = createRandom(seed);
  const jobs = Array.from({ length: count }, (_, index) => createJob(0, index, shape, random));
  return { name: `${count} at once, ${shape.name}, ${spread}`, spread, jobs };
}

/** So many mentions, a few milliseconds apart, as a busy process takes them in. */
export function oneAfterTheOther(count: number, gapMs: number, spread: Spread, shape: ReplyShape): Workload {
  const { jobs } = atOnce(count, spread, shape);
  return {
    name: `${count} every ${gapMs} ms, ${shape.name}, ${spread}`,
    spread,
    jobs: jobs.map((job, index) => ({ ...job, at: index * gapMs })),
  };
}

/** The same after some replies of the kind were answered, long enough ago for every limit to have recovered. */
export function warmedUp(workload: Workload, shape: ReplyShape, seed = 3): Workload {
  const random = createRandom(seed);
  const before = Array.from({ length: warmUpReplies }, (_, index) => ({
    ...createJob(index * 20_000, 10_000 + index, shape, random),
    warmUp: true,
  }));
  const offset = warmUpReplies * 20_000 + 300_000;
  return { ...workload, jobs: [...before, ...workload.jobs.map((job) => ({ ...job, at: job.at + offset }))] };
}

/** So many mentions at the same moment, again and again; only the last wave counts. */
export function inWaves(
  count: number,
  waves: number,
  secondsBetween: number,
  spread: Spread,
  shape: ReplyShape,
  seed = 1,
): Workload {
  const random = createRandom(seed);
  const jobs = Array.from({ length: count * waves }, (_, index): Job => {
    const wave = Math.floor(index / count);
    const job = createJob(wave * secondsBetween * 1_000, index, shape, random);
    return wave < waves - 1 ? { ...job, warmUp: true } : job;
  });
  return { name: `${count} at once after a minute, ${shape.name}, ${spread}`, spread, jobs };
}

/** New mentions at a steady rate. */
export function steady(
  perMinute: number,
  minutes: number,
  spread: Spread,
  shape: ReplyShape,
  seed = 1,
): Workload {
  const random = createRandom(seed);
  const gap = 60_000 / perMinute;
  const jobs = Array.from({ length: perMinute * minutes }, (_, index) =>
    createJob((index + random() * 0.8) * gap, index, shape, random),
  );
  return { name: `${perMinute} a minute, ${shape.name}, ${spread}`, spread, jobs };
}

function createJob(at: number, channel: number, shape: ReplyShape, random: () => number): Job {
  const emissions: Emission[] = [];
  let time = firstTokenMs;
  for (let left = shape.tokens(random); left > 0; left--) {
    emissions.push({
      at: time,
      text: `${words[Math.floor(random() * words.length)]}${random() < 0.08 ? '. ' : ' '}`,
    });
    time += 1_000 / shape.tokensPerSecond;
  }
  return { at, channel, emissions };
}

const warmUpReplies = 8;
/** From the mention to the model's first token. */
const firstTokenMs = 500;
/** With the space behind them four letters long on average, as tokens are. */
const words =
  'a to of in is on it as at be the and for you are not but one all can say how see two way its may now did get this that with from they have what when more time'.split(
    ' ',
  );
