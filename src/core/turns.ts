import type { CommandDesk } from './commands/command.ts';
import type { Commands } from './commands/commands.ts';
import type { Conversation } from './conversation.ts';
import type { Errand } from './errand.ts';
import { isAnswered } from './errand.ts';
import { toFailure } from './failure.ts';
import { notHere } from './files/file-faults.ts';
import type { Handover } from './files/handover.ts';
import { isFetchable } from './files/receiver.ts';
import { createImageCalls, noPictures } from './images/image-calls.ts';
import type { Studio } from './images/studio.ts';
import { findLastQuestion } from './last-question.ts';
import type { LiveReplies } from './live/replies.ts';
import type {
  ChatModel,
  CommandCall,
  Counters,
  Ending,
  HistoryStore,
  IncomingMessage,
  Logger,
  Platform,
  ReplyAddress,
  ThreadKey,
  Turn,
} from './ports.ts';
import type { Recall, Said } from './recall.ts';

/** What waits in a lane. */
export interface Item {
  readonly errand: Errand;
  /** How often an answer was begun by former processes. */
  readonly attempts: number;
}

/** What {@link createTurns} needs. */
export interface TurnsOptions {
  platformOf(thread: ThreadKey): Platform;
  readonly conversation: Conversation;
  readonly commands: Commands;
  readonly handover: Handover;
  readonly recall: Recall;
  /** What pictures are made with. Absent: none are. */
  readonly drawing?: { readonly studio: Studio; readonly mostCount: number };
  readonly model: ChatModel;
  readonly history: HistoryStore;
  readonly replies: LiveReplies;
  readonly logger: Logger;
  readonly counters: Counters;
  now(): number;
}

/** Does what a batch of a lane asks for. */
export interface Turns {
  /** Messages that joined, or one command. Rejects for faults that nobody could be told of. */
  run(thread: ThreadKey, batch: readonly Item[], signal: AbortSignal): Promise<void>;
  /** Says something of Parley's own: a reply without text. `key` as in the live replies. Never rejects. */
  tell(replyTo: ReplyAddress, ending: Ending, key: string): Promise<void>;
}

/** Creates the turns of an engine. */
export function createTurns(options: TurnsOptions): Turns {
  const { platformOf, conversation, commands, drawing, history, replies, logger, counters } = options;
  const imageCalls =
    drawing &&
    createImageCalls({ ...options, ...drawing, say: ({ replyTo, id }, text) => say(replyTo, text, id) });

  async function tell(replyTo: ReplyAddress, ending: Ending, key: string): Promise<void> {
    await replies.start(platformOf(replyTo.thread).surface(replyTo, replies.meter), key).end(ending);
  }

  async function say(replyTo: ReplyAddress, notice: string, key: string): Promise<void> {
    await tell(replyTo, { end: 'complete', notice }, key);
  }

  async function converse(thread: ThreadKey, batch: readonly Item[], signal: AbortSignal): Promise<void> {
    const messages = batch.flatMap(({ errand }) => (errand.kind === 'message' ? [errand.message] : []));
    const asked = batch.flatMap(({ errand }) =>
      errand.kind === 'message' && isAnswered(errand) ? [errand.message] : [],
    );
    const said = messages.filter(hasContent).map(({ id, author, text, attachments, to }): Said => {
      return { id, author, text, attachments, asked: to !== 'others' };
    });
    const last = asked.at(-1);
    if (!asked.some(hasContent)) {
      const words = said.filter(({ text }) => text.trim() !== '');
      await conversation.overhear(thread, words);
      if (last !== undefined) await say(last.replyTo, hintFor(asked), last.id);
      return;
    }
    const { id, author, replyTo, shared, persona } = last!;
    const attempts = Math.max(...batch.map((item) => item.attempts));
    const question = { id, thread, asker: author, said, shared, replyTo, attempts };
    await conversation.answer({ ...question, ...(persona !== undefined && { persona }) }, signal);
  }

  async function runCommand(call: CommandCall, attempts: number, signal: AbortSignal): Promise<void> {
    const { replyTo, shared, id, author, persona } = call;
    const { thread } = replyTo;
    const answer = (said: readonly Said[], again = false) => {
      const question = { id, thread, asker: author, said, shared, replyTo, attempts, again };
      return conversation.answer({ ...question, ...(persona !== undefined && { persona }) }, signal);
    };
    const desk: CommandDesk = {
      say: (text) => say(replyTo, text, id),
      ask: (text) => answer([{ id, author, text, attachments: call.attachments ?? [] }]),
      async askAgain() {
        const { turns } = await history.load(thread);
        const last = findLastQuestion(turns);
        if (last === undefined) return false;
        const drawing = drawingOf(turns.at(-1), last.asked.at(-1)?.text ?? '');
        if (imageCalls !== undefined && drawing !== undefined) {
          await imageCalls.run({ ...call, options: drawing }, attempts, signal, last.asked);
          return true;
        }
        // What is remembered already is not stored again: the ids tell.
        const said = last.asked.map((turn) => ({
          id: turn.messageId,
          author,
          text: turn.text,
          attachments: [],
        }));
        await answer(said, true);
        return true;
      },
      async draw() {
        if (imageCalls === undefined) await say(replyTo, noPictures, id);
        else await imageCalls.run(call, attempts, signal);
      },
      async giveFile() {
        const refusal = await options.handover.give(call, attempts);
        if (refusal !== undefined) await say(replyTo, refusal, id);
      },
      forget: (forgotten) => history.clear(forgotten),
    };
    const command = commands.find(call.name);
    try {
      if (command === undefined) await desk.say(`I don’t know the command \`/${call.name}\`: try \`/help\`.`);
      else await command.run(call, desk);
    } catch (error) {
      counters.add('command.failed');
      logger.error('a command failed', { command: call.name, error });
      await tell(replyTo, toFailure(error, 'That did not work: please try again.'), id);
    }
  }

  /** True where there is something to answer: words, or a file that can be fetched. */
  function hasContent({ text, thread, attachments }: IncomingMessage): boolean {
    const platform = platformOf(thread);
    return text.trim() !== '' || attachments.some((attachment) => isFetchable(platform, attachment));
  }

  return {
    tell,
    async run(thread, batch, signal) {
      const [first] = batch;
      if (first?.errand.kind === 'command') await runCommand(first.errand.call, first.attempts, signal);
      else await converse(thread, batch, signal);
    },
  };
}

/** What a question was that pictures are the answer to; `undefined` where words are. */
function drawingOf(answer: Turn | undefined, asked: string): CommandCall['options'] | undefined {
  if (answer?.role === 'assistant' && answer.text === '') {
    const buttons = answer.cards?.flatMap((card) => card.buttons) ?? [];
    const again = buttons.find(({ options }) => options.do === 'again' && options.size === undefined);
    if (again !== undefined) return again.options;
  }
  const prompt = /^\/image (.*)$/s.exec(asked)?.[1];
  return prompt === undefined ? undefined : { prompt };
}

function hintFor(messages: readonly IncomingMessage[]): string {
  const attachments = messages.flatMap((message) => message.attachments);
  return attachments.length === 0
    ? 'What can I do for you? Write your question right behind my name, or say `help`.'
    : notHere(attachments);
}
