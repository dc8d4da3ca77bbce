import type { ReplySurface, Rung } from '../ports.ts';

/** The ways of writing that one reply still has. */
export interface Ladder {
  /** Rungs for the next page, best first; for a page that is whole at once, those first that need a single call. */
  rungs(whole: boolean): readonly Rung[];
  /** The rung that a page is on. */
  of(name: string): Rung | undefined;
  /** A rung by which a page that stands can be replaced. */
  replacing(): Rung | undefined;
  /** A rung by which further text can be streamed. */
  streaming(): Rung | undefined;
  /** The platform may have carried out an opening on this rung: until that is known no other is tried. */
  holdTo(rung: Rung): void;
  /** It is known. */
  release(): void;
  /** This rung can't be used here. @returns false where none is left */
  refuse(rung: Rung): boolean;
}

/** Creates the ladder of one reply. */
export function createLadder(surface: ReplySurface): Ladder {
  let left = surface.rungs;
  let held: Rung | undefined;
  return {
    rungs(whole) {
      if (held !== undefined) return [held];
      const single = (rung: Rung) => (rung.growth === 'replace' ? 0 : 1);
      return whole ? left.toSorted((a, b) => single(a) - single(b)) : left;
    },
    of: (name) => surface.rungs.find((rung) => rung.name === name),
    streaming: () => left.find(({ growth }) => growth === 'append'),
    replacing: () => surface.rungs.find(({ growth }) => growth === 'replace'),
    holdTo(rung) {
      held = rung;
    },
    release() {
      held = undefined;
    },
    refuse({ name }) {
      held = undefined;
      left = left.filter((rung) => rung.name !== name);
      return left.length > 0;
    },
  };
}
