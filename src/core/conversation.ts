import { toEnding } from './failure.ts';
import { listNames } from './files/file-name.ts';
import type { Handover } from './files/handover.ts';
import { toVoiceQuote, withoutQuote } from './files/voice-quote.ts';
import { madeBefore } from './images/captions.ts';
import { createEasel } from './images/easel.ts';
import { createImageToolbox } from './images/image-tool.ts';
import type { Studio, Work } from './images/studio.ts';
import { Interruption } from './interruption.ts';
import type { LiveReplies, LiveReply } from './live/replies.ts';
import type { Delivery } from './live/writer.ts';
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
  Usage,
} from './ports.ts';
import { turnText } from './prompt.ts';
import type { Question, Recall, Recollection, Said } from './recall.ts';
import { createSpeaker, type Finish } from './speaker.ts';
import type { Toolbox } from './toolbox.ts';
import { tokensOfAnswer } from './usage.ts';
import { within } from './within.ts';

/** What {@link createConversation} needs. */
export interface ConversationOptions {
  platformOf(thread: ThreadKey): Platform;
  readonly model: ChatModel;
  readonly history: HistoryStore;
  readonly replies: LiveReplies;
  readonly persona: string;
  readonly recall: Recall;
  readonly handover: Handover;
  /** What the model may draw with. Absent: with nothing. */
  readonly drawing?: { readonly studio: Studio; readonly mostCount: number };
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
  const { model, history, replies, recall, drawing, logger, counters, now } = options;
  const speaker = createSpeaker(options);

  /** Answers what is remembered of a question. */
  async function respond(
    question: Question,
    recollection: Recollection,
    push: (delta: string) => void,
    signal: AbortSignal,
    toolbox: Toolbox | undefined,
  ): Promise<{ readonly finish?: Finish; readonly notices: readonly string[] }> {
    const notices = recollection.faults.map((sentence) => `⚠️ ${sentence}`);
    if (recollection.empty === true) return { notices };
    if (recollection.answered !== undefined) {
      push(recollection.answered);
      return { notices: recollection.answered === '' ? [...notices, madeBefore] : notices };
    }
    signal.throwIfAborted();
    const { finish, unseen } = await speaker.speak(question, recollection, push, signal, toolbox);
    const pictures = unseen ? picturesIn(askedIn(question, recollection)) : [];
    const blind =
      pictures.length === 0
        ? []
        : [`⚠️ This model can’t see pictures: I answered without ${listNames(pictures)}.`];
    const ended = noticeOf(finish.reason);
    return { finish, notices: [...(ended === undefined ? [] : [ended]), ...notices, ...blind] };
  }

  /** What the model may call for a question. */
  function toToolbox(
    { id, thread, asker, replyTo, attempts }: Question,
    { window: { turns }, contents }: Recollection,
    reply: LiveReply,
    onMade: (work: Work) => void,
  ): Toolbox | undefined {
    if (drawing === undefined) return undefined;
    const platform = options.platformOf(thread);
    return createImageToolbox({
      ...drawing,
      ...{ id, person: `${platform.name}:${asker.id}`, turns, contents, onMade },
      tellsOfFailures: reply.card === undefined,
      createEasel: (key) => createEasel({ platform, replyTo, replies, key, attempt: attempts + 1, reply }),
    });
  }

  async function answer(question: Question, signal: AbortSignal): Promise<void> {
    const { thread, id, attempts } = question;
    const surface = options.platformOf(thread).surface(question.replyTo, replies.meter);
    const reply = replies.start(surface, id, attempts + 1);
    let text = '';
    let quote = '';
    const drawn: Work[] = [];
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
      quote =
        recollection.empty === true
          ? ''
          : toVoiceQuote(askedIn(question, recollection), options.platformOf(thread).smallPrint);
      if (quote !== '') reply.push(quote);
      const toolbox = toToolbox(question, recollection, reply, (work) => drawn.push(work));
      const { finish, notices } = await respond(question, recollection, push, either, toolbox);
      // Somewhere "is thinking…" waits for words, whatever else was shown.
      if (drawn.length > 0 && text.trim() === '') push('Here it is.');
      stored = recollection.answered !== undefined || recollection.empty === true;
      const told = notices.length > 0 || text.trim() !== '' || drawn.length > 0 ? notices : [emptyAnswer];
      ending = {
        end: 'complete',
        ...(told.length > 0 && { notice: told.join('\n') }),
        ...(finish?.usage && { usage: finish.usage }),
      };
    } catch (error) {
      ending = toEnding(error, signal, unexpected);
      if (!(signal.reason instanceof Interruption) && !reply.gone.aborted) {
        counters.add(`answer.failed.${ending.code ?? 'unexpected'}`);
        logger.warn('an answer failed', { thread, error });
      }
    }
    const forgotten = signal.reason instanceof Interruption && signal.reason.why === 'forgotten';
    if (reply.gone.aborted) {
      const delivered = withoutQuote((await reply.end({ end: 'stopped' })).text, quote);
      counters.add('answer.gone');
      if (!forgotten && !isNothing(delivered, drawn)) await keep(toTurn(delivered, 'stopped', drawn));
      return;
    }
    const remember = async () => {
      if (forgotten || stored || isNothing(text, drawn)) return true;
      stored = await keep(toTurn(text, ending.end, drawn, ending.usage));
      return stored;
    };
    let delivery: Delivery;
    if ('push' in surface) {
      // Whoever is told that it ended finds it in the history.
      if (!(await remember())) ending = { ...ending, notice: join(ending.notice, unremembered) };
      delivery = await reply.end(ending);
    } else {
      // First the call: where many answers end at once, counting and storing them all takes longer than that.
      const ended = reply.end(ending);
      await within(ended, momentMs);
      const remembered = await remember();
      delivery = await ended;
      if (!remembered) await tell(question, unremembered);
    }
    counters.add(delivery.complete ? `answer.${ending.end}` : 'answer.undelivered');
    if (delivery.complete) {
      // Nobody waits for it: what is said next in the thread need not either.
      if (ending.end === 'complete') void options.handover.offer({ id, replyTo: question.replyTo, text });
      return;
    }
    logger.warn('an answer was not delivered whole', { thread });
    const delivered = withoutQuote(delivery.text, quote);
    if (stored && delivered !== text) await correct(thread, delivered, drawn, replaced);
  }

  /** Says something of Parley's own under an answer that has ended. */
  async function tell({ id, thread, replyTo }: Question, notice: string): Promise<void> {
    const surface = options.platformOf(thread).surface(replyTo, replies.meter);
    await replies.start(surface, `${id}:notice`).end({ end: 'complete', notice });
  }

  /** History says what was delivered; where that is nothing, what stood there before. */
  async function correct(
    thread: ThreadKey,
    delivered: string,
    drawn: readonly Work[],
    before: Turn | undefined,
  ): Promise<void> {
    try {
      const turn = isNothing(delivered, drawn) ? before : toTurn(delivered, 'stopped', drawn);
      await history.correct(thread, turn);
    } catch (error) {
      logger.error('a turn could not be corrected', { thread, error });
    }
  }

  function toTurn(text: string, end: AnswerEnd, drawn: readonly Work[], usage?: Usage): Turn {
    const files = drawn.flatMap((work) => work.files);
    const said = { text, ...(drawn.length > 0 && { files, cards: drawn.map(({ card }) => card) }) };
    const ending = end === 'complete' ? {} : { end };
    const tokens = drawn.length > 0 ? model.countTokens(turnText(said)) : tokensOfAnswer(text, usage, model);
    return { role: 'assistant', ...said, at: now(), tokens, ...ending };
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

/** True where an answer left nothing to remember. */
function isNothing(text: string, drawn: readonly Work[]): boolean {
  return text.trim() === '' && drawn.length === 0;
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

/** So long an answer may be seen and not yet be remembered. */
const momentMs = 300;
const unexpected =
  'Something went wrong on my side: please ask again; if it stays so, tell whoever runs me to look at the log.';
const emptyAnswer = '⚠️ The model gave an empty answer: please ask again.';
const unremembered = '⚠️ I could not save this answer, so I won’t remember it.';
