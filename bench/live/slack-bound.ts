import { areaOf, type Bound, callMs, type Planned, type Reply, repliesOf, toBound } from './bound.ts';
import { countUpTo, type Share, type Supply, shareOut } from './share.ts';
import type { Spread, Workload } from './workload.ts';

/**
 * The bound for Slack with all ways of showing text. Some replies (as many as is best) are streams: appends and stops
 * serve them alone. Edits, and further posts in which a reply goes on, serve all; but a channel takes one post a
 * second, no two closer together, and a reply that goes on in a post has left its stream. A reply has one stream at most.
 */
export function slackBound({ spread, ...workload }: Workload, burst: number): Bound {
  const replies = repliesOf({ spread, ...workload });
  const limits = createLimits(replies, spread, burst);
  const mostStreams =
    spread === 'direct' ? 0 : Math.min(replies.length, Math.floor(limits.starts(endOf(replies))));
  let best: Bound | undefined;
  for (let streams = 0; streams <= mostStreams; streams++) {
    const bound = toBound(plan(replies, streams, limits, spread));
    if (best === undefined || isBetter(bound, best)) best = bound;
  }
  return best!;
}

/** First words weigh most. */
function isBetter(one: Bound, other: Bound): boolean {
  const gain = other.firstOverhead - one.firstOverhead;
  return Math.abs(gain) > 0.001 ? gain > 0 : one.meanLag < other.meanLag;
}

interface Limits {
  readonly posts: Supply;
  readonly updates: Supply;
  readonly starts: Supply;
  readonly appends: Supply;
  readonly stops: Supply;
}

/** Per minute and workspace, as documented; a bucket is full when the first words are there. */
function createLimits(replies: readonly Reply[], spread: Spread, burst: number): Limits {
  const origin = replies[0]!.first;
  const bucket =
    (perMinute: number): Supply =>
    (ms) =>
      Math.max(1, perMinute * burst) + (perMinute * Math.max(0, ms - origin)) / 60_000;
  const all = bucket(300);
  const inOneChannel: Supply = (ms) => 1 + Math.max(0, ms - origin) / 1_000;
  return {
    posts: spread === 'threads' ? (ms) => Math.min(all(ms), inOneChannel(ms)) : all,
    updates: bucket(50),
    starts: bucket(20),
    appends: bucket(100),
    stops: bucket(20),
  };
}

interface Opened {
  readonly reply: Reply;
  readonly opened: number;
  readonly streamed: boolean;
}

function plan(
  replies: readonly Reply[],
  streams: number,
  limits: Limits,
  spread: Spread,
): readonly Planned[] {
  const opened = open(replies, streams, limits);
  const growing = opened.filter(({ reply, opened: at }) => at < reply.last);
  const streamed = growing.filter((one) => one.streamed);
  const posted = growing.filter((one) => !one.streamed);
  const posts = opened
    .filter((one) => !one.streamed)
    .map((one) => one.opened)
    .sort((a, b) => a - b);
  const ofStreams: Supply = (ms) => limits.appends(ms) + Math.min(streamed.length, limits.stops(ms));
  /** Posts in which replies go on, where streams have left their stream for so large a part of their time. */
  const further = (partOfStreams: number): Supply => {
    return (ms) => {
      const left = Math.max(0, limits.posts(ms) - countUpTo(posts, ms));
      if (spread === 'threads') return left;
      const seconds = (ones: readonly Opened[]) =>
        ones.reduce((sum, one) => sum + Math.max(0, Math.min(ms, one.reply.last) - one.opened), 0) / 1_000;
      return Math.min(left, seconds(posted) + partOfStreams * seconds(streamed));
    };
  };
  const ofAll =
    (partOfStreams: number): Supply =>
    (ms) =>
      limits.updates(ms) + further(partOfStreams)(ms);

  /** `common` are calls that may follow one another at any distance. */
  function share(writing: readonly Opened[], supply: Supply, common: Supply): readonly Share[] {
    const shares = shareOut(writing.map(toWriting), supply, callMs);
    return spread === 'threads' ? shares : inWholeSeconds(writing, shares, common);
  }

  // Streams keep to themselves where that is better for them than to share everything with all others.
  const apart = [
    shareOut(streamed.map(toWriting), ofStreams, callMs),
    share(posted, ofAll(0), limits.updates),
  ] as const;
  let shares: readonly (readonly Share[])[] = apart;
  if (
    streamed.length > 0 &&
    (posted.length === 0 || callsPerMs(streamed, apart[0]) < callsPerMs(posted, apart[1]))
  ) {
    let part = 0.5;
    for (let round = 0; round < rounds; round++) {
      const supply: Supply = (ms) => ofStreams(ms) + ofAll(part)(ms);
      const common: Supply = (ms) => ofStreams(ms) + limits.updates(ms);
      const together = share([...streamed, ...posted], supply, common);
      shares = [together.slice(0, streamed.length), together.slice(streamed.length)];
      const calls = shares[0]!.reduce((sum, { times }) => sum + times.length, 0);
      part = (part + Math.max(0, 1 - ofStreams(endOf(replies)) / calls)) / 2;
    }
  }
  const shareOf = new Map([
    ...streamed.map((one, index) => [one, shares[0]![index]!] as const),
    ...posted.map((one, index) => [one, shares[1]![index]!] as const),
  ]);
  return opened.map((one) => {
    const share = shareOf.get(one);
    return { reply: one.reply, opened: one.opened, ...(share === undefined ? {} : { share }) };
  });
}

/** First words by streams as long as there are some to be had, and by posts: whichever comes first. */
function open(replies: readonly Reply[], streams: number, limits: Limits): readonly Opened[] {
  let started = 0;
  let posted = 0;
  return replies.map((reply) => {
    const byPost = timeOf(limits.posts, posted + 1, reply.first);
    const byStream = timeOf(limits.starts, started + 1, reply.first);
    // What is whole at once may also come as a stream, which never grows.
    const streamed = byStream <= byPost && (started < streams || byStream >= reply.last);
    if (streamed) started++;
    else posted++;
    return { reply, opened: streamed ? byStream : byPost, streamed };
  });
}

/**
 * A channel takes one post a second: where more than every other call of a reply is a post, some come right after
 * another, a whole second later, and the others move closer together. Computed where replies last about as long as one
 * another, so that the share of posts is the same for all; elsewhere left out.
 */
function inWholeSeconds(
  replies: readonly Opened[],
  shares: readonly Share[],
  common: Supply,
): readonly Share[] {
  const durations = replies.map(({ reply, opened }) => reply.last - opened);
  if (Math.max(...durations) > alike * Math.min(...durations)) return shares;
  const calls = shares.reduce((sum, { times }) => sum + times.length, 0);
  const posts = calls - common(Math.max(...replies.map(({ reply }) => reply.last)));
  const afterPost = Math.max(0, posts - (calls - posts)) / calls;
  let due = 0;
  return shares.map(({ times, late }, index) => {
    const count = times.length;
    const duration = durations[index]!;
    due += count * afterPost;
    const whole = Math.floor(due);
    const closer = (duration - whole * 1_000) / (count - whole);
    if (count === whole || closer >= 1_000 || closer < callMs) return { times, late };
    due -= whole;
    const { opened } = replies[index]!;
    let at = opened;
    const isWhole = (call: number) =>
      Math.floor(((call + 1) * whole) / count) > Math.floor((call * whole) / count);
    const apart = times.map((_, call) => (at += isWhole(call) ? 1_000 : closer));
    // What is not to be had in whole seconds can only be worse.
    return { late, times: areaOf(opened, apart) > areaOf(opened, times) ? apart : times };
  });
}

function toWriting({ reply, opened }: Opened) {
  return { from: opened, to: reply.last, pace: reply.pace };
}

function callsPerMs(replies: readonly Opened[], shares: readonly Share[]): number {
  const calls = shares.reduce((sum, { times }) => sum + times.length, 0);
  return calls / replies.reduce((sum, { reply, opened }) => sum + reply.last - opened, 0);
}

/** The first moment, from one on, at which so many calls have come free. */
function timeOf(supply: Supply, calls: number, from: number): number {
  let ms = from;
  while (supply(ms) < calls) ms += 10;
  return ms;
}

function endOf(replies: readonly Reply[]): number {
  return Math.max(...replies.map(({ last }) => last));
}

const rounds = 12;
const alike = 1.5;
