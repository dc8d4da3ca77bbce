import type { Command } from './command.ts';

/** Answers the last question of the conversation once more, in place of the answer that is there. */
export const regenerate: Command = {
  spec: {
    name: 'regenerate',
    description: 'Answer the last question again',
    options: [],
    visibility: 'everyone',
  },
  async run(_call, desk) {
    if (!(await desk.askAgain())) await desk.say('Nothing to answer again yet.');
  },
};
