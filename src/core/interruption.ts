/** Why a running answer ends early though nothing is wrong. */
export type InterruptionCause = 'stopped' | 'withdrawn' | 'forgotten' | 'shutdown';

/** The reason with which the engine aborts an answer. */
export class Interruption extends Error {
  readonly why: InterruptionCause;

  constructor(why: InterruptionCause) {
    super(`the answer was interrupted: ${why}`);
    this.name = 'Interruption';
    this.why = why;
  }

  /** What stands under the text that was written so far. */
  get notice(): string {
    return notices[this.why];
  }
}

const notices: Readonly<Record<InterruptionCause, string>> = {
  stopped: '⏹️ Stopped.',
  withdrawn: '⏹️ The question was deleted, so I stopped here.',
  forgotten: '⏹️ Stopped: this conversation starts anew.',
  shutdown: 'I was interrupted by a restart before I could finish: please ask again.',
};
