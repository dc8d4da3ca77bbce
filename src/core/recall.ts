import type { Contents } from './files/contents.ts';
import { type FileReceiver, type ReceivedFile, toUnread } from './files/receiver.ts';
import { keysInView } from './files/view.ts';
import type {
  Attachment,
  Author,
  ChatModel,
  Counters,
  HistoryStore,
  HistoryWindow,
  Logger,
  Platform,
  ReplyAddress,
  ThreadKey,
  Turn,
} from './ports.ts';
import { turnText } from './prompt.ts';
import { untilAborted } from './until-aborted.ts';

/** Something a person said that is to be answered or remembered. */
export interface Said {
  readonly id: string;
  readonly author: Author;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** False: said to others, so that what came with it is not looked at. @default true */
  readonly asked?: boolean;
}

/** One turn of a conversation: what was said, and where the answer goes. */
export interface Question {
  /** The same for every attempt at an answer. */
  readonly id: string;
  readonly thread: ThreadKey;
  /** Who is answered. */
  readonly asker: Author;
  /** Oldest first, at least one; also what was said to others meanwhile. */
  readonly said: readonly Said[];
  /** True where several people talk: the model is told who says what. */
  readonly shared: boolean;
  readonly replyTo: ReplyAddress;
  /** True where the answer that is there, if it is the last thing said, is to give way to a new one. */
  readonly again?: boolean;
  /** In place of the configured one. */
  readonly persona?: string;
  /** How often an answer was begun before (by a process that crashed). */
  readonly attempts: number;
}

/** What {@link createRecall} needs. */
export interface RecallOptions {
  platformOf(thread: ThreadKey): Platform;
  readonly model: ChatModel;
  readonly history: HistoryStore;
  readonly receiver: FileReceiver;
  readonly logger: Logger;
  readonly counters: Counters;
  now(): number;
}

/** What is known when a question comes. */
export interface Recollection {
  /** Ends with the question, unless that is empty. */
  readonly window: HistoryWindow;
  /** What is known of the files in it. */
  readonly contents: Contents;
  /** One sentence for each thing that went wrong with the question's files. */
  readonly faults: readonly string[];
  /** True where the question was nothing but files that could not be read: then it is not stored. */
  readonly empty?: boolean;
  /** A whole answer that a former process stored and could not deliver. */
  readonly answered?: string;
  /** The newest turn, which is not in the window: the answer that is to give way. */
  readonly replaced?: Turn;
}

/** What a conversation remembers. */
export interface Recall {
  /**
   * Stores the question. In a thread that Parley is new to, what people said there before is read and stored first.
   * @throws ParleyError `store-failed`
   */
  recollect(question: Question, signal: AbortSignal): Promise<Recollection>;
  /** What somebody said to others, as it is stored. */
  toOverheard(said: Said): Turn;
}

/** Creates the recall of an engine. */
export function createRecall(options: RecallOptions): Recall {
  const { platformOf, model, history, receiver, logger, counters, now } = options;

  /** What somebody said, as it is stored. `question` is the id of the question that it is part of. */
  function toTurn(said: Said, received: readonly ReceivedFile[], shared: boolean, question?: string): Turn {
    const heard = received.map((one) => one.heard ?? '');
    const turn = {
      text: [said.text, ...heard].filter((words) => words.trim() !== '').join('\n\n'),
      ...(shared && { author: said.author }),
      ...(received.length > 0 && { files: received.map(({ file }) => file) }),
    };
    const tokens = model.countTokens(turnText(turn));
    const part = question === undefined ? {} : { question };
    return { role: 'user', ...turn, at: now(), tokens, messageId: said.id, ...part };
  }

  function toOverheard(said: Said): Turn {
    return toTurn(said, said.attachments.map(untouched), true);
  }

  async function readEarlier({ thread, replyTo }: Question, signal: AbortSignal): Promise<readonly Turn[]> {
    try {
      const said = (await withDeadline(platformOf(thread).earlier?.(replyTo), signal)) ?? [];
      return said
        .filter(({ text }) => text.trim() !== '')
        .map(({ author, own, text }): Turn => {
          const turn = own ? { role: 'assistant' as const, text } : { role: 'user' as const, text, author };
          return { ...turn, at: now(), tokens: model.countTokens(turnText(turn)) };
        });
    } catch (error) {
      signal.throwIfAborted();
      counters.add('earlier.unread');
      logger.warn('what was said earlier in a thread could not be read', { thread, error });
      return [];
    }
  }

  /** Reads what came with a question and makes its turns. */
  async function receive(question: Question, fresh: readonly Said[], signal: AbortSignal) {
    const { thread, shared } = question;
    const attachments = fresh.flatMap((said) => (said.asked === false ? [] : said.attachments));
    const { received, contents, faults } = await receiver.receive(thread, attachments, signal);
    const left = received.values();
    const turns = fresh.map((said) =>
      said.asked === false
        ? toTurn(said, said.attachments.map(untouched), shared, question.id)
        : toTurn(said, left.take(said.attachments.length).toArray(), shared, question.id),
    );
    const asked = fresh.flatMap((said, index) => (said.asked === false ? [] : [turns[index]!]));
    return { turns, contents, faults, empty: asked.length > 0 && asked.every(isEmpty) };
  }

  async function lookAt(turns: readonly Turn[], fresh: Contents): Promise<Contents> {
    const keys = keysInView(turns, model).filter((key) => !fresh.has(key));
    return new Map([...fresh, ...(await receiver.load(keys))]);
  }

  return {
    toOverheard,
    async recollect(question, signal) {
      const { thread, shared } = question;
      const known = await history.has(thread);
      const window = await history.load(thread);
      // After a crash the question may be in the history already, and an answer to it, too.
      const stored = new Set(window.turns.map((turn) => turn.messageId));
      const fresh = question.said.filter(({ id }) => !stored.has(id));
      const last = window.turns.at(-1);
      if (fresh.length === 0 && last?.role === 'assistant') {
        const turns = window.turns.slice(0, -1);
        const before = { window: { ...window, turns }, contents: await lookAt(turns, new Map()), faults: [] };
        if (question.again === true) return { ...before, replaced: last };
        if (last.end === undefined) return { ...before, answered: last.text };
        await history.correct(thread, undefined);
        return before;
      }
      const [earlier, asked] = await Promise.all([
        known || !shared ? [] : readEarlier(question, signal),
        receive(question, fresh, signal),
      ]);
      const { contents, faults } = asked;
      if (asked.empty && fresh.length === question.said.length) {
        signal.throwIfAborted();
        const others = question.said.filter(({ asked, text }) => asked === false && text.trim() !== '');
        await history.append(thread, others.map(toOverheard));
        return { window, contents, faults, empty: true };
      }
      await history.append(thread, [...earlier, ...asked.turns]);
      const turns = [...window.turns, ...earlier, ...asked.turns];
      return { window: { ...window, turns }, contents: await lookAt(turns, contents), faults };
    },
  };
}

function untouched(attachment: Attachment): ReceivedFile {
  return { file: toUnread(attachment) };
}

/** True for a turn that says nothing, and with which nothing came that could be read. */
function isEmpty({ text, files = [] }: Turn): boolean {
  return text === '' && files.every(({ kind }) => kind === undefined);
}

async function withDeadline<Result>(
  work: Promise<Result> | undefined,
  signal: AbortSignal,
): Promise<Result | undefined> {
  if (work === undefined) return undefined;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(earlierMs)]);
  return untilAborted(work, limit);
}

/** Longest wait for what was said before. */
const earlierMs = 10_000;
