import type { Command } from './command.ts';

/** `/help`: what Parley does, in a few lines. */
export const help: Command = {
  spec: { name: 'help', description: 'What Parley can do', options: [], visibility: 'caller' },
  async run(_call, desk) {
    await desk.say(text);
  },
};

const text = `**I am Parley.** Mention me in a channel, write to me directly, or use a command; my answer grows while I write it.

- In a thread we share you need not mention me again; what you send while I write is answered next.
- Pictures, documents, code, logs and voice messages that you send with a question are read.
- \`/ask\` asks without a mention; \`/image a sea otter\` draws, and so does asking me for a picture.
- \`/new\` forgets the conversation.
- \`/help\` shows this.
- \`stop\`, said while I write, ends my answer.

Where slash commands don't work, say just \`new\`, \`help\` or \`stop\` to me.`;
