import type { Command } from './command.ts';

/** `/ask question`: a question without a mention, with a file where the platform has files of commands. */
export const ask: Command = {
  spec: {
    name: 'ask',
    description: 'Ask Parley a question',
    options: [
      { name: 'question', description: 'What you want to know', required: true, maxLength: 6_000 },
      { name: 'file', description: 'What it is about', required: false, kind: 'file' },
    ],
    visibility: 'everyone',
  },
  async run(call, desk) {
    const question = call.options.question?.trim() ?? '';
    if (question === '' && (call.attachments ?? []).length === 0)
      await desk.say('What do you want to know? Write it after the command: `/ask why is the sky blue?`');
    else await desk.ask(question);
  },
};
