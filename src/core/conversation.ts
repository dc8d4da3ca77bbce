import { createHash } from 'node:crypto';
import { ParleyError } from './errors.ts';
import { toFailure } from './failure.ts';
import { Interruption } from './interruption.ts';
import type { LiveReplies, LiveReply } from './live/replies.ts';
import type {
  AnswerEnd,
  ChatModel,
  Counters,
  Ending,
  FinishReason,
  HistoryStore,
  HistoryWindow,
  Logger,
  ModelEvent,
  Platform,
  ThreadKey,
  Turn,
} from './ports.ts';
import { createPrompt } from './prompt.ts';
import { createRecall, type Question, type Said } from './recall.ts';
import { countUsage } from './usage.ts';

/** What {@link createConversation} needs. */
export interface ConversationOptions {
  platformOf(thread: ThreadKey): Platform;
  readonly model: ChatModel;
  readonly history: HistoryStore;
  readonly replies: LiveReplies;
  readonly persona: string;
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
  const recall = createRecall(options);

  async function speak(
    question: Question,
    window: HistoryWindow,
    reply: Pick<LiveReply, 'push'>,
    signal: AbortSignal,
  ): Promise<Finish> {
    const persona = question.persona?.trim() ? question.persona : options.persona;
    const layOut = (share: number) =>
      createPrompt({ persona, window, questions: question.said.length, model, share });
    let share = 1;
    let prompt = layOut(share);
    for (;;) {
      if (prompt.start > window.start) await history.advance(question.thread, prompt.start);
      let spoken = false;
      try {
        const request = { messages: prompt.messages, endUser: endUserOf(question) };
        for await (const event of model.stream(request, signal)) {
          if (event.type === 'finish') {
            countUsage(counters, event.usage);
            return event;
          }
          spoken = true;
          reply.push(event.text);
        }
        throw new ParleyError('cut-off', 'The answer broke off in the middle: please ask again.');
      } catch (error) {
        if (spoken || !(error instanceof ParleyError) || error.code !== 'context-too-long') throw error;
        // Our count of tokens is an estimate; the server's word counts.
        const { start } = prompt;
        while (prompt.start === start) {
          share /= 2;
          if (share < smallestShare) throw error;
          prompt = layOut(share);
        }
        counters.add('prompt.shortened');
      }
    }
  }

  async function answer(question: Question, signal: AbortSignal): Promise<void> {
    const { thread, id, attempts } = question;
    const surface = options.platformOf(thread).surface(question.replyTo, replies.meter);
    const reply = replies.start(surface, id, attempts + 1);
    let text = '';
    const push = (delta: string) => {
      text += delta;
      reply.push(delta);
    };
    const either = AbortSignal.any([signal, reply.gone]);
    let ending: Ending;
    let stored = false;
    try {
      const { window, answered } = await recall.recollect(question, either);
      let finish: Finish | undefined;
      if (answered === undefined) finish = await speak(question, window, { push }, either);
      else push(answered);
      stored = answered !== undefined;
      const empty = text.trim() === '' ? emptyAnswer : undefined;
      const notice = noticeOf(finish?.reason) ?? footnote(question) ?? empty;
      ending = {
        end: 'complete',
        ...(notice !== undefined && { notice }),
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
      const { text: delivered } = await reply.end({ end: 'stopped' });
      counters.add('answer.gone');
      if (!forgotten && delivered.trim() !== '') await append(thread, [toTurn(delivered, 'stopped')]);
      return;
    }
    if (!forgotten && !stored && text.trim() !== '') {
      stored = await append(thread, [toTurn(text, ending.end)]);
      if (!stored) ending = { ...ending, notice: join(ending.notice, unremembered) };
    }
    const delivery = await reply.end(ending);
    counters.add(delivery.complete ? `answer.${ending.end}` : 'answer.undelivered');
    if (delivery.complete) return;
    logger.warn('an answer was not delivered whole', { thread });
    if (stored && delivery.text !== text) await correct(thread, delivery.text);
  }

  /** History says what was delivered. */
  async function correct(thread: ThreadKey, delivered: string): Promise<void> {
    try {
      await history.correct(thread, delivered.trim() === '' ? undefined : toTurn(delivered, 'stopped'));
    } catch (error) {
      logger.error('a turn could not be corrected', { thread, error });
    }
  }

  function toTurn(text: string, end: AnswerEnd): Turn {
    const ending = end === 'complete' ? {} : { end };
    return { role: 'assistant', text, at: now(), tokens: model.countTokens(text), ...ending };
  }

  async function append(thread: ThreadKey, turns: readonly Turn[]): Promise<boolean> {
    try {
      await history.append(thread, turns);
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
      await append(
        thread,
        said.map((one) => recall.toTurn(one, true)),
      );
    },
  };
}

function footnote({ unread }: Question): string | undefined {
  return unread.length === 0
    ? undefined
    : `ℹ️ I can't read attachments yet, so I answered without ${unread.join(', ')}.`;
}

function noticeOf(reason: FinishReason | undefined): string | undefined {
  if (reason === 'length') return '⚠️ The answer reached the model’s length limit: say “go on” for the rest.';
  if (reason === 'filtered') return '⚠️ The model’s content filter ended this answer: please ask differently.';
  return undefined;
}

function join(notice: string | undefined, more: string): string {
  return notice === undefined ? more : `${notice}\n${more}`;
}

function endUserOf({ asker }: Question): string {
  return createHash('sha256').update(asker.id).digest('hex');
}

type Finish = Extract<ModelEvent, { readonly type: 'finish' }>;

const unexpected =
  'Something went wrong on my side: please ask again; if it stays so, tell whoever runs me to look at the log.';
const emptyAnswer = '⚠️ The model gave an empty answer: please ask again.';
const unremembered = '⚠️ I could not save this answer, so I won’t remember it.';
const smallestShare = 1 / 16;
