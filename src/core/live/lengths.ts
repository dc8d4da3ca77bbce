/** How long replies of this model are and how fast they come, learned from those that ended. */
export interface Lengths {
  /** A reply ended: so many characters, so many milliseconds from the first to the last. */
  observe(characters: number, durationMs: number): void;
  /** Characters per millisecond that a reply probably has. */
  readonly pace: number;
  /** How many characters a reply that has so many will probably still get. */
  remaining(characters: number): number;
  /** The same as numbers that are equally likely, the least first. */
  likely(characters: number): readonly number[];
  /** How many it will get at least: the more lengths differ, the less is sure. */
  least(characters: number): number;
  /** How many it will get at least, if it is like nearly all of those before it. */
  usualLeast(characters: number): number;
}

/** Creates an empty record; until it has seen replies it guesses. */
export function createLengths(): Lengths {
  const recent: number[] = [];
  let sorted: readonly number[] = [];
  /** By what factor a reply may well be shorter than any before it. */
  let spread = Number.POSITIVE_INFINITY;
  /** Lengths of this ratio count as the same: one that is longer by no more than that may end at any moment, like the others. */
  let alike = leastAlike;
  /** Standard deviation of their logarithms, once there are enough. */
  let differ: number | undefined;
  let pace = guessPace;

  /** What is left of a reply that is like none before it. */
  function unlike(characters: number): number {
    // Of one that outgrew the guess it grows with its length: long ones are the rule then.
    const most = Math.max(guess - characters, characters / 2);
    const longest = sorted.at(-1);
    if (differ === undefined || longest === undefined || characters <= longest) return most;
    // It may be only a little longer than others were; the more it already is, the more it will be.
    return Math.min(most, Math.max((characters * (Math.exp(differ) - 1)) / 2, characters - longest));
  }

  function remaining(characters: number): number {
    let sum = unlike(characters) * guessWeight;
    let count = guessWeight;
    for (const length of recent) {
      if (length * alike <= characters) continue;
      sum += Math.max(0, length - characters);
      count++;
    }
    return sum / count;
  }

  return {
    get pace() {
      return pace;
    },
    observe(characters, durationMs) {
      if (durationMs >= shortestMs) pace += (characters / durationMs - pace) * learning;
      recent.push(characters);
      if (recent.length > memory) recent.shift();
      sorted = recent.toSorted((a, b) => a - b);
      differ = recent.length < telling ? undefined : deviation(recent.map(Math.log));
      spread = differ === undefined ? Number.POSITIVE_INFINITY : Math.exp(doubt * differ);
      // Where all are about as long, the next may be a little longer than any before it.
      alike =
        differ !== undefined && differ < tight ? Math.max(leastAlike, Math.exp(2 * differ)) : leastAlike;
    },
    remaining,
    likely(characters) {
      const first = sorted.findIndex((length) => length * alike > characters);
      const longer = first < 0 ? 0 : sorted.length - first;
      const left = (index: number) => Math.max(0, sorted[first + index]! - characters);
      const guessed = unlike(characters);
      // The guess counts as a part of a reply that was seen, in its place among them.
      let before = 0;
      while (before < longer && left(before) < guessed) before++;
      return shares.map((share) => {
        const place = share * (longer + guessWeight);
        if (place < before) return left(Math.floor(place));
        if (place < before + guessWeight) return guessed;
        return left(Math.floor(place - guessWeight));
      });
    },
    least(characters) {
      const next = sorted.find((length) => length > characters) ?? 0;
      return Math.max(0, next / spread - characters);
    },
    usualLeast(characters) {
      const first = sorted.findIndex((length) => length * alike > characters);
      if (first < 0) return remaining(characters);
      const length = sorted[first + Math.floor((sorted.length - first) * few)]!;
      return Math.max(0, length / alike - characters);
    },
  };
}

/** Characters per millisecond of a usual model: 60 tokens a second. */
const guessPace = 0.25;
/** How much the latest reply counts. */
const learning = 0.3;
/** Of shorter ones the pace says nothing. */
const shortestMs = 500;
/** Some paragraphs. */
const guess = 1_500;
/** The guess counts as much as this part of a reply that was seen. */
const guessWeight = 0.3;
const memory = 60;
/** From so many on they tell how much lengths differ. */
const telling = 3;
/** So many standard deviations of what was seen. */
const doubt = 1.5;
const leastAlike = 1.01;
/** A standard deviation of about 3 %. */
const tight = 0.03;
const few = 0.05;
/** The middles of five parts. */
const shares = [0.1, 0.3, 0.5, 0.7, 0.9];

/** Standard deviation. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
