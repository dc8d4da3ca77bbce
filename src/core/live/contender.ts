import type { Scope } from '../ports.ts';
import type { Move, Outlook } from './outlook.ts';

/**
 * How badly a reply wants a call. `first` are its first visible words, `prepare` makes a place for them, `final` text that can't be left out (a last
 * text, a full page), `progress` an edit that may be skipped, `tidy` a call that shows nothing.
 */
export type Urgency = 'first' | 'prepare' | 'final' | 'progress' | 'tidy';

/** A call that a reply could make now. */
export interface OfferedMove extends Move {
  /** Of a call that leads to another rung: what the reply will ask for once it has been made. */
  readonly after?: () => Outlook;
}

/** What a reply would do with a call. */
export interface Bid<Offer extends OfferedMove = OfferedMove> {
  readonly urgency: Urgency;
  /** Unseen characters times the age of the oldest in milliseconds: how much good the call would do. */
  readonly area: number;
  /** How long the oldest unseen text has waited, in milliseconds. */
  readonly ageMs: number;
  /** How long nothing but this has been missing: since the model ended, in milliseconds. @default `ageMs` */
  readonly overdueMs?: number;
  /** Any one of these, best first. */
  readonly moves: readonly Offer[];
  /** Clock time before which the reply does not want it. */
  readonly notBefore: number;
}

/** A call that went out. */
export interface OutgoingCall {
  /** The limits that it counts against. */
  readonly scopes: readonly Scope[];
  /** Resolves when the call has ended, well or not; never rejects. */
  readonly settled: Promise<void>;
}

/** A live reply, as the scheduler sees it. */
export interface Contender<Offer extends OfferedMove = OfferedMove> {
  /** What it would do now; cheap. `undefined`: nothing to do, or a call is in flight. */
  bid(now: number): Bid<Offer> | undefined;
  /** What it will ask for until its end; cheap. `undefined` before its first words and after its last. */
  outlook(now: number): Outlook | undefined;
  /** The limits that its first words will count against, once for each call; nothing once they have been sent. Cheap. */
  opening(): readonly Scope[];
  /** Makes one of its moves, with the newest text. `undefined`: there was nothing to send after all. */
  send(move: Offer, now: number): OutgoingCall | undefined;
  /** It threw, which it must not: it is asked no more, and says so to whoever waits for it. */
  abandon(error: unknown): void;
  /**
   * Does what is due beside its bids.
   * @param afford whether calls to these limits can be spared; where they can, they count as spent, and what it gives is
   * to be called when they have been answered
   * @returns the clock time when it wants to be asked again
   */
  upkeep(now: number, afford: (scopes: readonly Scope[]) => (() => void) | undefined): number | undefined;
}
