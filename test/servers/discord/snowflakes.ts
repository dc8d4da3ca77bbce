const discordEpoch = 1_420_070_400_000;

/** Makes ids as Discord does: the time, then a counter. Every id is greater than the one before. */
export function createSnowflakes(now: () => number): () => string {
  let last = 0n;
  return () => {
    const fromClock = BigInt(Math.floor(now()) - discordEpoch) << 22n;
    last = fromClock > last ? fromClock : last + 1n;
    return String(last);
  };
}

/** Orders ids by time. */
export function compareIds(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : Number(left > right);
}
