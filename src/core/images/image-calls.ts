import { toEnding } from '../failure.ts';
import { listNames } from '../files/file-name.ts';
import { Interruption } from '../interruption.ts';
import type { LiveReplies, LiveReply } from '../live/replies.ts';
import type {
  ChatModel,
  CommandCall,
  Counters,
  Ending,
  HistoryStore,
  Logger,
  Platform,
  ThreadKey,
  Turn,
} from '../ports.ts';
import { turnText } from '../prompt.ts';
import type { Question, Recall, Recollection, Said } from '../recall.ts';
import { madeBefore, toProgress } from './captions.ts';
import { type Commission, createCommissions } from './commission.ts';
import { createEasel, type Easel } from './easel.ts';
import { type Source, type Studio, toSource, type Work } from './studio.ts';

/** Carries out `/image`, and what the buttons under pictures ask for. */
export interface ImageCalls {
  /**
   * Makes pictures, shows them, and remembers question and answer. What goes wrong is told to the person.
   * @param asked the turns of a question that is answered again
   * @throws ParleyError `store-failed` before anything was shown
   */
  run(call: CommandCall, attempts: number, signal: AbortSignal, asked?: readonly Turn[]): Promise<void>;
}

/** What {@link createImageCalls} needs. */
export interface ImageCallsOptions {
  platformOf(thread: ThreadKey): Platform;
  readonly studio: Studio;
  readonly mostCount: number;
  readonly recall: Recall;
  readonly model: ChatModel;
  readonly history: HistoryStore;
  readonly replies: LiveReplies;
  readonly logger: Logger;
  readonly counters: Counters;
  now(): number;
  /** Says something to the caller, in place of pictures. */
  say(call: CommandCall, text: string): Promise<void>;
}

/** Creates them for an engine. */
export function createImageCalls(options: ImageCallsOptions): ImageCalls {
  const { platformOf, studio, recall, model, history, replies, logger, counters, now } = options;
  const commissions = createCommissions(options);

  async function run(
    call: CommandCall,
    attempts: number,
    signal: AbortSignal,
    asked?: readonly Turn[],
  ): Promise<void> {
    const { id, replyTo } = call;
    const commission = await commissions.read(call);
    if (typeof commission === 'string') return options.say(call, commission);
    const platform = platformOf(replyTo.thread);
    const surface = platform.surface(replyTo, replies.meter);
    const reply = 'push' in surface ? replies.start(surface, id, attempts + 1) : undefined;
    const place = { platform, replyTo, replies, key: id, attempt: attempts + 1 };
    // A place with limits shows the card in place of the text; elsewhere it is part of the reply.
    const easel = reply === undefined ? createEasel(place) : reply.card && createEasel({ ...place, reply });
    if (easel === undefined) {
      await (reply?.end({ end: 'complete', notice: noPictures }) ?? options.say(call, noPictures));
      return;
    }
    const circumstances = { attempts, easel, signal, ...(asked && { asked }), ...(reply && { reply }) };
    const ending = await carryOut(call, commission, circumstances);
    await reply?.end(ending ?? { end: 'complete' });
  }

  /** @returns how it ended where that is without pictures; the easel says so, too */
  async function carryOut(
    call: CommandCall,
    commission: Commission,
    { attempts, easel, signal, asked, reply }: Circumstances,
  ): Promise<Ending | undefined> {
    const { thread } = call.replyTo;
    const { wish, instruction, words } = commission;
    let replaces = false;
    const fail = async (ending: Ending) => {
      await easel.clear(ending);
      return ending;
    };
    try {
      // After a restart the card may stand there whole: it is looked at what was remembered first.
      if (attempts === 0) easel.show({ text: toProgress(wish), files: [], buttons: [] });
      const question = toQuestion(call, commission, attempts, asked);
      const recollection = await recall.recollect(question, AbortSignal.any([signal, easel.gone]));
      if (recollection.answered !== undefined) return { end: 'complete', notice: madeBefore };
      replaces = recollection.replaced !== undefined;
      const { faults } = recollection;
      if (faults.length > 0) return await fail({ end: 'failed', notice: faults.join(' ') });
      const sources = await findSources(call, commission, question, recollection);
      if (typeof sources === 'string') return await fail({ end: 'failed', notice: sources });
      const order = {
        ...{ id: call.id, person: personOf(call), wish, words, ...sources },
        ...(instruction !== undefined && { instruction }),
      };
      const outcome = await studio.draw(order, easel, signal);
      if (outcome.kind === 'lost') counters.add('answer.undelivered');
      if (outcome.kind === 'made') await remember(thread, { text: '', ...toTurn(outcome.work) }, replaces);
      if (outcome.kind !== 'failed') return undefined;
      const { end } = outcome.ending;
      const isForgotten = signal.reason instanceof Interruption && signal.reason.why === 'forgotten';
      // Without an answer the model would take the wish for one that is still open.
      if (!isForgotten && !replaces) {
        await remember(thread, { text: nothingDrawn, end }, false);
        // Where whole conversations are shown it stands there as it is remembered.
        reply?.push(nothingDrawn);
      }
      return outcome.ending;
    } catch (error) {
      if (!signal.aborted && !easel.gone.aborted)
        logger.warn('pictures could not be made', { thread, error });
      return fail(toEnding(error, signal, unexpected));
    }
  }

  /** The pictures to work from, in the order in which they were given; a sentence where they can't be used. */
  async function findSources(
    { attachments = [] }: CommandCall,
    { sources, mask }: Commission,
    { said }: Question,
    { window, contents }: Recollection,
  ): Promise<{ readonly inputs: readonly Source[]; readonly mask?: Source } | string> {
    if (sources !== undefined) return { inputs: sources, ...(mask && { mask }) };
    const ids = new Set(said.map(({ id }) => id as string | undefined));
    const files = window.turns
      .filter(({ messageId }) => ids.has(messageId))
      .flatMap((turn) => turn.files ?? []);
    const foreign = files.filter(({ kind }) => kind !== 'picture').map(({ name }) => name);
    if (foreign.length > 0) return `I can only draw from pictures: leave out ${listNames(foreign)}.`;
    const found = files.map(({ key = '' }) => toSource(key, contents.get(key))[0]);
    const missing = found.flatMap((source, index) => (source === undefined ? [files[index]!.name] : []));
    if (missing.length > 0) return `I no longer have ${listNames(missing)}: please send it again.`;
    const pictures = found.filter((source) => source !== undefined);
    const masked = attachments.findIndex(({ option }) => option === 'mask');
    if (masked === -1) return { inputs: pictures };
    const given = pictures[masked];
    const inputs = pictures.filter((_, index) => index !== masked);
    if (inputs.length === 0) return 'A mask needs the picture that it belongs to: attach that, too.';
    if (given === undefined || given.picture.mediaType === 'image/jpeg')
      return 'The mask has to be a PNG, transparent where the picture may change.';
    return { inputs, mask: given };
  }

  async function remember(
    thread: ThreadKey,
    said: Pick<Turn, 'text' | 'files' | 'cards' | 'end'>,
    replaces: boolean,
  ): Promise<void> {
    const turn: Turn = { role: 'assistant', ...said, at: now(), tokens: model.countTokens(turnText(said)) };
    try {
      if (replaces) await history.correct(thread, turn);
      else await history.append(thread, [turn]);
    } catch (error) {
      counters.add('history.unsaved');
      logger.error('a turn could not be saved', { thread, error });
    }
  }

  return { run };
}

interface Circumstances {
  readonly attempts: number;
  readonly easel: Easel;
  readonly signal: AbortSignal;
  readonly asked?: readonly Turn[];
  /** Where the easel is part of it. */
  readonly reply?: LiveReply;
}

function toQuestion(
  { id, author, shared, replyTo, attachments = [] }: CommandCall,
  { words }: Commission,
  attempts: number,
  asked: readonly Turn[] | undefined,
): Question {
  const said: readonly Said[] = asked?.map((turn) => ({
    ...{ id: turn.messageId ?? id, author, text: turn.text, attachments: [] },
  })) ?? [{ id, author, text: words, attachments }];
  return {
    id,
    thread: replyTo.thread,
    asker: author,
    said,
    shared,
    replyTo,
    attempts,
    again: asked !== undefined,
  };
}

function toTurn({ files, card }: Work): Pick<Turn, 'files' | 'cards'> {
  return { files, cards: [card] };
}

/** Who makes pictures, of all platforms together. */
export function personOf({ author, replyTo }: Pick<CommandCall, 'author' | 'replyTo'>): string {
  return `${replyTo.thread.slice(0, replyTo.thread.indexOf(':'))}:${author.id}`;
}

/** Said where there is no way to make or show them. */
export const noPictures = 'I can’t make pictures here.';
const nothingDrawn = 'Nothing was drawn.';
const unexpected =
  'Something went wrong on my side: please ask again; if it stays so, tell whoever runs me to look at the log.';
