import type { CommandCall, CommandSpec, ThreadKey } from '../ports.ts';

/** What a command may do; the engine gives it. */
export interface CommandDesk {
  /** Answers a question as if it had been said in the reply's thread. */
  ask(question: string): Promise<void>;
  /**
   * Answers the last question of the reply's thread again; its answer, where it is the last thing said, gives way
   * to the new one as soon as there is one.
   * @returns false where there is no question. @throws ParleyError `store-failed`
   */
  askAgain(): Promise<boolean>;
  /** Makes the pictures that the call asks for. @throws ParleyError `store-failed` */
  draw(): Promise<void>;
  /** Gives the file that the call asks for. @throws ParleyError `store-failed` */
  giveFile(): Promise<void>;
  /** Says something to the caller. */
  say(text: string): Promise<void>;
  /** Forgets the conversation of a thread. @throws ParleyError `store-failed` */
  forget(thread: ThreadKey): Promise<void>;
}

/** A command: how people call it, and what it does. */
export interface Command {
  readonly spec: CommandSpec;
  run(call: CommandCall, desk: CommandDesk): Promise<void>;
}
