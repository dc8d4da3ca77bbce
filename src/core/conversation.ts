import { toFailure } from './failure.ts';
import { listNames } from './files/file-name.ts';
import { createFileReceiver, type FileTools } from './files/receiver.ts';
import { toVoiceQuote, withoutQuote } from './files/voice-quote.ts';
import { Interruption } from './interruption.ts';
import type { LiveReplies } from './live/replies.ts';
import type {
  AnswerEnd,
  ChatModel,
  Counters,
  Ending,
  FinishReason,
  HistoryStore,
  Logger,
  Platform,
  ThreadKey,
  Turn,
} from './ports.ts';
import { createRecall, type Question, type Recollection, type Said } from './recall.ts';
import { createSpeaker, type Finish } from './speaker.ts';

/** What {@link createConversation} needs. */
export interface ConversationOptions {
  platformOf(thread: ThreadKey): Platform;
  readonly model: ChatModel;
  readonly history: HistoryStore;
  readonly replies: LiveReplies;
  readonly persona: string;
  /** Absent: no file is read. */
  readonly files?: FileTools;
  readonly logger: Logger;
  readonly counters: Counters;
  now(): number;
}

/** Question -> history -> model -> live reply -> history. */
export interface Conversation {
  /** Answers. Never rejects: what goes wrong is told to the person in the reply. */
  answer(question: Question, signal: AbortSignal): Promise<void>;
  /** Remembers what was said without answering. Never rejects. */
  overhear(thread: ThreadKey, said: readonly Said[]): Promise<void>;
}

/** Creates the conversation of an engine. */
export function createConversation(options: ConversationOptions): Conversation {
  const { model, history, replies, logger, counters, now } = options;
  const recall = createRecall({ ...options, receiver: createFileReceiver(options) });
  const speaker = createSpeaker(options);

  /** Answers what is remembered of a question. */
  async function respond(
    question: Question,
    recollection: Recollection,
    push: (delta: string) => void,
    signal: AbortSignal,
  ): Promise<{ readonly finish?: Finish; readonly notices: readonly string[] }> {
    const notices = recollection.faults.map((sentence) => `⚠️ ${sentence}`);
    if (recollection.empty === true) return { notices };
    if (recollection.answered !== undefined) {
      push(recollection.answered);
      return { notices };
    }
    signal.throwIfAborted();
    const { finish, unseen } = await speaker.speak(question, recollection, push, signal);
    const pictures = unseen ? picturesIn(askedIn(question, recollection)) : [];
    const blind =
      pictures.length === 0
        ? []
        : [`⚠️ This model can’t see pictures: I answered without ${listNames(pictures)}.`];
    const ended = noticeOf(finish.reason);
    return { finish, notices: [...(ended === undefined ? [] : [ended]), ...notices, ...blind] };
  }

  async function answer(question: Question, signal: AbortSignal): Promise<void> {
    const { thread, id, attempts } = question;
    const surface = options.platformOf(thread).surface(question.replyTo, replies.meter);
    const reply = replies.start(surface, id, attempts + 1);
    let text = '';
    let quote = '';
    const push = (delta: string) => {
      text += delta;
      reply.push(delta);
    };
    const either = AbortSignal.any([signal, reply.gone]);
    let ending: Ending;
    let stored = false;
    let replaced: Turn | undefined;
    const keep = (answered: Turn) =>
      save(thread, () =>
        replaced === undefined ? history.append(thread, [answered]) : history.correct(thread, answered),
      );
    try {
      const recollection = await recall.recollect(question, either);
      replaced = recollection.replaced;
      quote = recollection.empty === true ? '' : toVoiceQuote(askedIn(question, recollection));
      if (quote !== '') reply.push(quote);
      const { finish, notices } = await respond(question, recollection, push, either);
      stored = recollection.answered !== undefined || recollection.empty === true;
      const told = notices.length > 0 || text.trim() !== '' ? notices : [emptyAnswer];
      ending = {
        end: 'complete',
        ...(told.length > 0 && { notice: told.join('\n') }),
        ...(finish?.usage && { usage: finish.usage }),
      };
    } catch (error) {
      ending = toFailure(error, unexpected);
      if (signal.aborted && signal.reason instanceof Interruption) {
        const { why, notice } = signal.reason;
        ending = { end: why === 'shutdown' ? 'failed' : 'stopped', notice };
      } else if (!reply.gone.aborted) {
        counters.add(`answer.failed.${ending.code ?? 'unexpected'}`);
        logger.warn('an answer failed', { thread, error });
      }
    }
    const forgotten = signal.reason instanceof Interruption && signal.reason.why === 'forgotten';
    if (reply.gone.aborted) {
      const delivered = withoutQuote((await reply.end({ end: 'stopped' })).text, quote);
      counters.add('answer.gone');
      if (!forgotten && delivered.trim() !== '') await keep(toTurn(delivered, 'stopped'));
      return;
    }
    if (!forgotten && !stored && text.trim() !== '') {
      stored = await keep(toTurn(text, ending.end));
      if (!stored) ending = { ...ending, notice: join(ending.notice, unremembered) };
    }
    const delivery = await reply.end(ending);
    counters.add(delivery.complete ? `answer.${ending.end}` : 'answer.undelivered');
    if (delivery.complete) return;
    logger.warn('an answer was not delivered whole', { thread });
    const delivered = withoutQuote(delivery.text, quote);
    if (stored && delivered !== text) await correct(thread, delivered, replaced);
  }

  /** History says what was delivered; where that is nothing, what stood there before. */
  async function correct(thread: ThreadKey, delivered: string, before: Turn | undefined): Promise<void> {
    try {
      await history.correct(thread, delivered.trim() === '' ? before : toTurn(delivered, 'stopped'));
    } catch (error) {
      logger.error('a turn could not be corrected', { thread, error });
    }
  }

  function toTurn(text: string, end: AnswerEnd): Turn {
    const ending = end === 'complete' ? {} : { end };
    return { role: 'assistant', text, at: now(), tokens: model.countTokens(text), ...ending };
  }

  async function save(thread: ThreadKey, write: () => Promise<void>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      counters.add('history.unsaved');
      logger.error('a turn could not be saved', { thread, error });
      return false;
    }
  }

  return {
    answer,
    async overhear(thread, said) {
      const turns = said.map(recall.toOverheard);
      await save(thread, () => history.append(thread, turns));
    },
  };
}

/** The turns of a question. */
function askedIn({ said }: Question, { window }: Recollection): readonly Turn[] {
  const ids = new Set<string | undefined>(said.map(({ id }) => id));
  return window.turns.filter(({ role, messageId }) => role === 'user' && ids.has(messageId));
}

function picturesIn(turns: readonly Turn[]): readonly string[] {
  return turns.flatMap(({ files = [] }) =>
    files.filter(({ kind }) => kind === 'picture').map(({ name }) => name),
  );
}

function noticeOf(reason: FinishReason | undefined): string | undefined {
  if (reason === 'length') return '⚠️ The answer reached the model’s length limit: say “go on” for the rest.';
  if (reason === 'filtered') return '⚠️ The model’s content filter ended this answer: please ask differently.';
  return undefined;
}

function join(notice: string | undefined, more: string): string {
  return notice === undefined ? more : `${notice}\n${more}`;
}

const unexpected =
  'Something went wrong on my side: please ask again; if it stays so, tell whoever runs me to look at the log.';
const emptyAnswer = '⚠️ The model gave an empty answer: please ask again.';
const unremembered = '⚠️ I could not save this answer, so I won’t remember it.';
