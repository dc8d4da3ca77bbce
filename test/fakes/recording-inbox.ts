import type { CommandCall, Inbox, IncomingMessage, ThreadKey } from '../../src/core/ports.ts';
import { createFakeConversations, type FakeConversations } from './conversations.ts';
import { createWatch, type Watch } from './watch.ts';

/** What the adapter passed on. */
export interface RecordingInbox extends Inbox {
  readonly conversations: FakeConversations;
  readonly messages: readonly IncomingMessage[];
  readonly commands: readonly CommandCall[];
  readonly withdrawn: readonly { readonly thread: ThreadKey; readonly messageId: string }[];
  readonly revised: readonly {
    readonly thread: ThreadKey;
    readonly messageId: string;
    readonly text: string;
  }[];
  /** The message with that text, as soon as it is there. */
  untilMessage(text: string): Promise<IncomingMessage>;
  /** The call of that command, as soon as it is there. */
  untilCommand(name: string): Promise<CommandCall>;
  /** Looks whenever something came in. */
  readonly until: Watch['until'];
}

/** An inbox that keeps everything and answers nothing. */
export function createRecordingInbox(): RecordingInbox {
  const messages: IncomingMessage[] = [];
  const commands: CommandCall[] = [];
  const withdrawn: { thread: ThreadKey; messageId: string }[] = [];
  const revised: { thread: ThreadKey; messageId: string; text: string }[] = [];
  const { changed, until } = createWatch(() => ({ messages, commands, withdrawn, revised }));

  return {
    messages,
    commands,
    withdrawn,
    revised,
    until,
    untilMessage: (text) => until(() => messages.find((message) => message.text === text)),
    untilCommand: (name) => until(() => commands.find((command) => command.name === name)),
    async message(message) {
      messages.push(message);
      changed();
    },
    async command(call) {
      commands.push(call);
      changed();
    },
    withdraw(thread, messageId) {
      withdrawn.push({ thread, messageId });
      changed();
    },
    revise(thread, messageId, text) {
      revised.push({ thread, messageId, text });
      changed();
    },
    stop() {},
    conversations: createFakeConversations(),
  };
}
