/** A piece of work and how much of the machine it takes. */
export interface Piece<Result> {
  readonly weight: number;
  run(): Promise<Result>;
}

/**
 * Runs pieces of work, several at a time as long as their weights together are no more than `capacity`; a heavier one
 * runs alone. Heavy ones go first. @returns their results, in the order of the pieces
 */
export async function inTurn<Result>(pieces: readonly Piece<Result>[], capacity: number): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...pieces.entries()].sort(([, a], [, b]) => b.weight - a.weight);
  const running = new Map<number, Promise<void>>();
  let load = 0;
  while (waiting.length > 0 || running.size > 0) {
    const fitting = waiting.findIndex(([, { weight }]) => running.size === 0 || load + weight <= capacity);
    if (fitting < 0) {
      await Promise.race(running.values());
      continue;
    }
    const [[index, piece]] = waiting.splice(fitting, 1) as [(typeof waiting)[number]];
    load += piece.weight;
    const run = piece.run().then((result) => {
      results[index] = result;
      load -= piece.weight;
      running.delete(index);
    });
    running.set(index, run);
  }
  return results;
}
