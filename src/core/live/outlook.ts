import type { Scope } from '../ports.ts';

/** A call that a reply could make, and the limits that it counts against. */
export interface Move {
  readonly scopes: readonly Scope[];
}

/** What a live reply will ask of the limits from now to its end. */
export interface Outlook {
  /** How long it will probably go on, in milliseconds. */
  readonly remainingMs: number;
  /** The same as times that are equally likely, the shortest first. */
  readonly likelyMs: readonly number[];
  /** How long it will go on at least, as far as one can tell. */
  readonly leastMs: number;
  /** How long nearly all such replies go on at least. */
  readonly usualLeastMs: number;
  /** The root of its pace, in characters per millisecond: who writes faster deserves more calls, by the root. */
  readonly pull: number;
  /** Ways of showing more, best first. */
  readonly grow: readonly Move[];
  /** Ways of showing its last text, one of which it will need. */
  readonly close: readonly Move[];
}
