import type { Job, Spread } from './workload.ts';

/** A text that a message has shown from a moment on, in milliseconds since the epoch. */
export interface ShownText {
  readonly at: number;
  readonly text: string;
}

/** A question that somebody asked on a platform. */
export interface Asked {
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** The messages of the reply, in the order of their pages; of each, all texts that it has shown, oldest first. */
  shown(): readonly (readonly ShownText[])[];
}

/** A local platform with its limits, and people who ask. */
export interface Stage {
  /** Settings with which a bot comes here. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes the people and places for these jobs beforehand. @returns asks a job's question */
  invite(job: Job, spread: Spread): (question: string) => Asked;
  /** API calls of the bot so far, refused ones too. */
  calls(): number;
  /** Calls refused with a 429 so far: when and what. */
  refusals(): readonly Refused[];
  close(): Promise<void>;
}

/** A call that was refused for a limit. */
export interface Refused {
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** Method or route. */
  readonly call: string;
}

/** A call takes so long, plus or minus the jitter; it is carried out half way. */
export const latency = { ms: 80, jitterMs: 30 };

/** What the bench's platforms differ in. */
export interface StageOptions {
  /** How much of a limit can be used at once: 1, 1/5, 1/10 of the documented. */
  readonly burst: number;
}
