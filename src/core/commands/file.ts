import type { Command } from './command.ts';

/** Gives a part of an answer as a file; called by the button under that answer. */
export const file: Command = {
  spec: {
    name: 'file',
    description: 'Get a part of an answer as a file',
    options: [],
    visibility: 'everyone',
  },
  async run(_call, desk) {
    await desk.giveFile();
  },
};
