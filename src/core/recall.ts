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

/** Something a person said that is to be answered or remembered. */
export interface Said {
  readonly id: string;
  readonly author: Author;
  readonly text: string;
  readonly attachments: readonly Attachment[];
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
  /** Names of attachments that could not be read. */
  readonly unread: readonly string[];
  /** True where several people talk: the model is told who says what. */
  readonly shared: boolean;
  readonly replyTo: ReplyAddress;
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
  readonly logger: Logger;
  readonly counters: Counters;
  now(): number;
}

/** What is known when a question comes. */
export interface Recollection {
  /** Ends with the question. */
  readonly window: HistoryWindow;
  /** A whole answer that a former process stored and could not deliver. */
  readonly answered?: string;
}

/** What a conversation remembers. */
export interface Recall {
  /**
   * Stores the question. In a thread that Parley is new to, what people said there before is read and stored first.
   * @throws ParleyError `store-failed`
   */
  recollect(question: Question, signal: AbortSignal): Promise<Recollection>;
  /** What somebody said, as it is stored. `question` is the id of the question that it is part of. */
  toTurn(said: Said, shared: boolean, question?: string): Turn;
}

/** Creates the recall of an engine. */
export function createRecall({ platformOf, model, history, logger, counters, now }: RecallOptions): Recall {
  function toTurn(said: Said, shared: boolean, question?: string): Turn {
    const author = shared ? { author: said.author } : {};
    const text = withAttachments(said);
    const tokens = model.countTokens(turnText({ text, ...author }));
    const part = question === undefined ? {} : { question };
    return { role: 'user', text, ...author, at: now(), tokens, messageId: said.id, ...part };
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

  return {
    toTurn,
    async recollect(question, signal) {
      const { thread, shared } = question;
      const known = await history.has(thread);
      const window = await history.load(thread);
      const earlier = known || !shared ? [] : await readEarlier(question, signal);
      // After a crash the question may be in the history already, and an answer to it, too.
      const stored = new Set(window.turns.map((turn) => turn.messageId));
      const asked = question.said
        .filter(({ id }) => !stored.has(id))
        .map((said) => toTurn(said, shared, question.id));
      const last = window.turns.at(-1);
      if (asked.length === 0 && last?.role === 'assistant') {
        const turns = window.turns.slice(0, -1);
        if (last.end === undefined) return { window: { ...window, turns }, answered: last.text };
        await history.correct(thread, undefined);
        return { window: { ...window, turns } };
      }
      await history.append(thread, [...earlier, ...asked]);
      return { window: { ...window, turns: [...window.turns, ...earlier, ...asked] } };
    },
  };
}

function withAttachments({ text, attachments }: Said): string {
  if (attachments.length === 0) return text;
  const names = attachments.map(({ name, mediaType }) =>
    mediaType === undefined ? name : `${name} (${mediaType})`,
  );
  return `${text}\n\n[Attached, but not readable for you: ${names.join(', ')}]`;
}

async function withDeadline<Result>(
  work: Promise<Result> | undefined,
  signal: AbortSignal,
): Promise<Result | undefined> {
  if (work === undefined) return undefined;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(earlierMs)]);
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(limit.reason);
  limit.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    limit.removeEventListener('abort', abort);
  }
}

/** Longest wait for what was said before. */
const earlierMs = 10_000;
