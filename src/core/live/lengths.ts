/** How long replies of this model are and how fast they come, learned from those that ended. */
export interface Lengths {
  /** A reply ended: so many characters, so many milliseconds from the first to the last. */
  observe(characters: number, durationMs: number): void;
  /** Characters per millisecond that a reply probably has. */
  readonly pace: number;
  /** How many characters a reply that has so many will probably still get. */
  remaining(characters: number): number;
  /** How many it will get at least, as far as one can tell: one in ten gets fewer. */
  least(characters: number): number;
}

/** Creates an empty record; until it has seen replies it guesses. */
export function createLengths(): Lengths {
  const recent: number[] = [];
  let sorted: readonly number[] = [];
  let pace = guessPace;
  return {
    get pace() {
      return pace;
    },
    observe(characters, durationMs) {
      if (durationMs >= shortestMs) pace += (characters / durationMs - pace) * learning;
      recent.push(characters);
      if (recent.length > memory) recent.shift();
      sorted = recent.toSorted((a, b) => a - b);
    },
    remaining(characters) {
      // What is left of a reply that outgrew the guess grows with its length: long ones are the rule then.
      let sum = Math.max(guess - characters, characters / 2) * guessWeight;
      let count = guessWeight;
      for (const length of recent) {
        if (length <= characters) continue;
        sum += length - characters;
        count++;
      }
      return sum / count;
    },
    least(characters) {
      let first = 0;
      while (first < sorted.length && sorted[first]! <= characters) first++;
      return (sorted[first + Math.floor((sorted.length - first) * surprise)] ?? characters) - characters;
    },
  };
}

/** Characters per millisecond of a usual model. */
const guessPace = 0.2;
/** How much the latest reply counts. */
const learning = 0.3;
/** Of shorter ones the pace says nothing. */
const shortestMs = 500;
/** Some paragraphs. */
const guess = 1_500;
/** The guess counts as much as this part of a reply that was seen. */
const guessWeight = 0.3;
const memory = 60;
const surprise = 0.1;
