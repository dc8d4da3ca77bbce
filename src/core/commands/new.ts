import type { Command } from './command.ts';

/** `/new`: forgets the conversation it is called in. */
export const startAnew: Command = {
  spec: {
    name: 'new',
    description: 'Forget this conversation and start anew',
    options: [],
    visibility: 'caller',
  },
  async run(call, desk) {
    if (call.conversation === undefined) {
      await desk.say(
        'There is no conversation here to forget: each mention in a channel starts a new one. Use this in a direct message; in a thread, mention me and say `new`.',
      );
      return;
    }
    await desk.forget(call.conversation);
    await desk.say('Forgotten. We start anew: what would you like to talk about?');
  },
};
