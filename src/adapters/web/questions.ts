import { readTypedCommand } from '../../core/commands/commands.ts';
import { ParleyError } from '../../core/errors.ts';
import type { Attachment, Author, CommandCall, Inbox, Logger } from '../../core/ports.ts';
import { type ConversationIndex, toTitle } from './conversation-index.ts';
import { Problem } from './problems.ts';
import type { Turn } from './turn.ts';
import { type NewTurn, type Turns, toThread } from './turns.ts';

/** A question as it came in, checked. */
export interface NewQuestion {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** Becomes the conversation's; empty removes it. */
  readonly persona?: string | undefined;
}

/** Hands questions to the engine. Each begins a turn at once; the turn always ends, whatever goes wrong. */
export interface Questions {
  /** @throws Problem 409, 429, 503 */
  ask(person: string, conversation: string, question: NewQuestion): Turn;
  /** Answers the last question anew. @throws Problem 409, 429, 503 */
  again(person: string, conversation: string): Turn;
  /** Calls the command of a button that was pressed. @throws Problem 409, 429, 503 */
  press(person: string, conversation: string, command: Pick<CommandCall, 'name' | 'options'>): Turn;
}

/** Options of {@link createQuestions}. */
export interface QuestionsOptions {
  readonly inbox: Inbox;
  readonly turns: Turns;
  readonly index: ConversationIndex;
  /** @throws Problem 429, 503 where a person may begin no turn now */
  admit(person: string): void;
  readonly logger: Logger;
}

/** Creates the questions of a server. */
export function createQuestions({ inbox, turns, index, admit, logger }: QuestionsOptions): Questions {
  function begin(
    person: string,
    conversation: string,
    asked: Omit<NewTurn, 'person' | 'conversation'> = {},
  ): Turn {
    if (turns.running(toThread(person, conversation)) !== undefined)
      throw new Problem(
        409,
        'This conversation is being answered: wait for the end of it, or stop it first.',
      );
    admit(person);
    return turns.begin({ person, conversation, ...asked });
  }

  async function deliver(turn: Turn, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      logger.warn('a question could not be handed on', { thread: turn.thread, error });
      const known = error instanceof ParleyError ? { code: error.code, notice: error.notice } : unexpected;
      await turn.end({ end: 'failed', ...known });
    }
  }

  async function call(turn: Turn, command: Pick<CommandCall, 'name' | 'options'>): Promise<void> {
    const { thread, person } = turn;
    await inbox.command({
      ...{ id: messageIdOf(turn), ...command, conversation: thread },
      ...{ author: authorOf(person), shared: false, replyTo: addressOf(turn) },
      ...(await personaOf(turn)),
    });
  }

  async function personaOf({ person, conversation }: Turn, given?: string): Promise<{ persona?: string }> {
    if (given !== undefined) await index.setPersona(person, conversation, given);
    const persona = given ?? (await index.persona(person, conversation));
    return persona === undefined || persona.trim() === '' ? {} : { persona };
  }

  return {
    ask(person, conversation, { text, attachments, persona }) {
      const files = attachments.map(({ name }) => ({ name }));
      const turn = begin(person, conversation, { question: text, ...(files.length > 0 && { files }) });
      void deliver(turn, async () => {
        const { thread } = turn;
        const [spoken] = await Promise.all([
          personaOf(turn, persona),
          index.touch(
            person,
            conversation,
            toTitle(text === '' ? files.map(({ name }) => name).join(', ') : text),
          ),
        ]);
        // The engine takes it for a word to whatever still runs, and answers nothing.
        if (readTypedCommand(text, true, true)?.name === 'stop') {
          await turn.end({ end: 'complete', notice: 'There is nothing to stop.' });
          return;
        }
        await inbox.message({
          ...{ id: messageIdOf(turn), thread, author: authorOf(person), text, to: 'parley', shared: false },
          attachments,
          replyTo: addressOf(turn),
          ...spoken,
        });
      });
      return turn;
    },
    again(person, conversation) {
      const turn = begin(person, conversation, { again: true });
      void deliver(turn, () => call(turn, { name: 'regenerate', options: {} }));
      return turn;
    },
    press(person, conversation, command) {
      const turn = begin(person, conversation);
      void deliver(turn, async () => {
        await index.touch(person, conversation, toTitle(command.options.prompt ?? 'Pictures'));
        await call(turn, command);
      });
      return turn;
    },
  };
}

/** The id of the message that a turn answers. */
export function messageIdOf({ key }: Turn): string {
  return `web:${key}`;
}

function addressOf({ thread, key }: Turn) {
  return { thread, data: { turn: key } };
}

function authorOf(person: string): Author {
  return { id: `web:${person}`, name: 'you' };
}

const unexpected = { notice: 'Something went wrong on my side: please ask again.' };
