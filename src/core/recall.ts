import { filesAbove, readEarlier } from './earlier.ts';
import type { Contents } from './files/contents.ts';
import { hasPending, receivePending } from './files/pending.ts';
import { type FileReceiver, type ReceivedFile, toUnread } from './files/receiver.ts';
import { keysInView } from './files/view.ts';
import type {
  Attachment,
  Author,
  ChatModel,
  Counters,
  EarlierMessage,
  HistoryStore,
  HistoryWindow,
  Logger,
  Platform,
  ReplyAddress,
  ThreadKey,
  Turn,
} from './ports.ts';
import { turnText } from './prompt.ts';

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
   * Stores the question. In a thread that Parley is new to, what people said there before is read and stored first, and files
   * that they sent count as sent with the question. Files of a stored question that were not read are read now.
   * @throws ParleyError `store-failed`
   */
  recollect(question: Question, signal: AbortSignal): Promise<Recollection>;
  /** What somebody said to others, as it is stored. */
  toOverheard(said: Said): Turn;
}

/** Creates the recall of an engine. */
export function createRecall(options: RecallOptions): Recall {
  const { platformOf, model, history, receiver, now } = options;

  /** What somebody said, as it is stored. `question` is the id of the question that it is part of. */
  function toTurn(said: Said, received: readonly ReceivedFile[], shared: boolean, question?: string): Turn {
    const turn = { text: said.text, ...(shared && { author: said.author }) };
    const part = question === undefined ? {} : { question };
    return withFiles({ role: 'user', ...turn, at: now(), tokens: 0, messageId: said.id, ...part }, received);
  }

  /** A turn with what came with it. What was said in a recording is part of its words. */
  function withFiles(turn: Turn, received: readonly ReceivedFile[]): Turn {
    const heard = received.map((one) => one.heard ?? '');
    const whole = {
      ...turn,
      text: [turn.text, ...heard].filter((words) => words.trim() !== '').join('\n\n'),
      ...(received.length > 0 && { files: received.map(({ file }) => file) }),
    };
    return { ...whole, tokens: model.countTokens(turnText(whole)) };
  }

  function toOverheard(said: Said): Turn {
    return toTurn(said, said.attachments.map(untouched), true);
  }

  function toEarlierTurn({ author, own, text }: EarlierMessage): Turn {
    const turn = own ? { role: 'assistant' as const, text } : { role: 'user' as const, text, author };
    return { ...turn, at: now(), tokens: model.countTokens(turnText(turn)) };
  }

  /** Reads what came with a question and makes its turns. */
  async function receive(
    question: Question,
    fresh: readonly Said[],
    above: readonly Attachment[],
    signal: AbortSignal,
  ) {
    const { thread, shared } = question;
    const last = fresh.findLast((said) => said.asked !== false);
    const filesOf = (said: Said) => [...said.attachments, ...(said === last ? above : [])];
    const attachments = fresh.flatMap((said) => (said.asked === false ? [] : filesOf(said)));
    const { received, contents, faults } = await receiver.receive(thread, attachments, signal);
    const left = received.values();
    const turns = fresh.map((said) =>
      said.asked === false
        ? toTurn(said, said.attachments.map(untouched), shared, question.id)
        : toTurn(said, left.take(filesOf(said).length).toArray(), shared, question.id),
    );
    const asked = fresh.flatMap((said, index) => (said.asked === false ? [] : [turns[index]!]));
    return { turns, contents, faults, empty: asked.length > 0 && asked.every(isEmpty) };
  }

  /** Reads what of a stored question is still to be read, and stores it as it would have been. */
  async function resume({ thread, said }: Question, window: HistoryWindow, signal: AbortSignal) {
    const ids = new Set<string | undefined>(said.map(({ id }) => id));
    const isWaiting = (turn: Turn) => ids.has(turn.messageId) && hasPending(turn);
    const waiting = window.turns.filter(isWaiting);
    const before = { window, contents: new Map() as Contents, faults: [] as readonly string[] };
    if (waiting.length === 0) return before;
    const { files, contents, faults } = await receivePending(thread, waiting, receiver, signal);
    if (signal.aborted) return before;
    const read = files.values();
    const turns = window.turns.map((turn) => {
      const received = isWaiting(turn) ? read.next().value : undefined;
      return received === undefined ? turn : withFiles(turn, received);
    });
    const start = window.turns.findIndex(isWaiting);
    const changed = turns.slice(start);
    if (changed.length === 1) await history.correct(thread, changed[0]);
    else {
      await history.drop(thread, changed.length);
      await history.append(thread, changed);
    }
    return { window: { ...window, turns }, contents, faults };
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
      const loaded = await history.load(thread);
      // After a crash the question may be in the history already, and an answer to it, too.
      const stored = new Set(loaded.turns.map((turn) => turn.messageId));
      const fresh = question.said.filter(({ id }) => !stored.has(id));
      const last = loaded.turns.at(-1);
      const answer = fresh.length === 0 && last?.role === 'assistant' ? last : undefined;
      const again = question.again === true;
      if (answer !== undefined && !again) {
        const before = withoutLast(loaded);
        if (answer.end === undefined) {
          const contents = await lookAt(before.turns, new Map());
          return { window: before, contents, faults: [], answered: answer.text };
        }
        await history.correct(thread, undefined);
      }
      const replaced = again ? answer : undefined;
      const resumed = await resume(
        question,
        answer === undefined || again ? loaded : withoutLast(loaded),
        signal,
      );
      const window = replaced === undefined ? resumed.window : withoutLast(resumed.window);
      if (fresh.length === 0 && resumed.faults.length > 0 && isNothing(question, window)) {
        return { window, contents: resumed.contents, faults: resumed.faults, empty: true };
      }
      if (answer !== undefined) {
        const contents = await lookAt(window.turns, resumed.contents);
        return { window, contents, faults: resumed.faults, ...(replaced && { replaced }) };
      }
      const earlier = known || !shared ? [] : await readEarlier(question, options, signal);
      const asked = await receive(question, fresh, filesAbove(earlier, platformOf(thread)), signal);
      const contents = new Map([...resumed.contents, ...asked.contents]);
      const faults = [...resumed.faults, ...asked.faults];
      // What was not read because of a stop is kept: it may be asked again.
      const isKept = signal.aborted && asked.turns.some(hasPending);
      if (asked.empty && !isKept && fresh.length === question.said.length) {
        signal.throwIfAborted();
        const others = question.said.filter(({ asked, text }) => asked === false && text.trim() !== '');
        await history.append(thread, others.map(toOverheard));
        return { window, contents, faults, empty: true };
      }
      const above = earlier.filter(({ text }) => text.trim() !== '').map(toEarlierTurn);
      await history.append(thread, [...above, ...asked.turns]);
      const turns = [...window.turns, ...above, ...asked.turns];
      return { window: { ...window, turns }, contents: await lookAt(turns, contents), faults };
    },
  };
}

function untouched(attachment: Attachment): ReceivedFile {
  return { file: toUnread(attachment) };
}

function withoutLast(window: HistoryWindow): HistoryWindow {
  return { ...window, turns: window.turns.slice(0, -1) };
}

/** True where a stored question says nothing. */
function isNothing({ said }: Question, { turns }: HistoryWindow): boolean {
  const ids = new Set<string | undefined>(said.map(({ id }) => id));
  return turns.filter(({ role, messageId }) => role === 'user' && ids.has(messageId)).every(isEmpty);
}

/** True for a turn that says nothing, and with which nothing came that could be read. */
function isEmpty({ text, files = [] }: Turn): boolean {
  return text === '' && files.every(({ kind }) => kind === undefined);
}
