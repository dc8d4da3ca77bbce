import { createCommands, readTypedCommand, type TypedCommand } from './commands/commands.ts';
import { createConversation } from './conversation.ts';
import { createConversations } from './conversations.ts';
import { addressOf, type Errand, errandId, threadOf } from './errand.ts';
import { toFailure } from './failure.ts';
import { createHandover } from './files/handover.ts';
import { createFileReceiver, type FileTools } from './files/receiver.ts';
import { createStudio, type ImageTools } from './images/studio.ts';
import { Interruption } from './interruption.ts';
import type { Journal } from './journal.ts';
import { createLanes, type Lanes } from './lanes.ts';
import type { LiveReplies } from './live/replies.ts';
import type {
  ChatModel,
  CommandCall,
  CommandSpec,
  Counters,
  Ending,
  HistoryStore,
  Inbox,
  IncomingMessage,
  Logger,
  Platform,
  ThreadKey,
} from './ports.ts';
import { createRecall } from './recall.ts';
import { createSequence } from './sequence.ts';
import { createTurns, type Item } from './turns.ts';
import { createTurnstile } from './turnstile.ts';
import { within } from './within.ts';

/** What {@link createEngine} needs. */
export interface EngineOptions {
  readonly platforms: readonly Platform[];
  readonly model: ChatModel;
  readonly history: HistoryStore;
  readonly journal: Journal;
  readonly replies: LiveReplies;
  /** The system prompt. */
  readonly persona: string;
  /** What reads files. Absent: none is read. */
  readonly files?: FileTools;
  /** What makes pictures. Absent: none are made. */
  readonly images?: ImageTools;
  readonly logger: Logger;
  readonly counters: Counters;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** The conversation engine. */
export interface Engine extends Inbox {
  /** What adapters register. */
  readonly commands: readonly CommandSpec[];
  /** Takes up what a former process left unanswered on a platform. Call it once that is started. */
  recover(platform: string): Promise<void>;
  /** Resolves once everything that was taken in is answered. */
  settled(): Promise<void>;
  /**
   * Lets running answers finish until the deadline, then interrupts them; what waits stays in the journal for the
   * next start. Stop the platforms' intake first. Resolves when all is quiet, at most a few seconds after it.
   */
  drain(deadlineMs: number): Promise<void>;
}

/** Creates the engine. */
export function createEngine(options: EngineOptions): Engine {
  const { history, journal, replies, images, logger, counters, now = Date.now } = options;
  const intake = createSequence();
  const turnstile = createTurnstile();
  const parts = { ...options, platformOf, now };
  const receiver = createFileReceiver(parts);
  const recall = createRecall({ ...parts, receiver });
  const studio = images && createStudio({ ...parts, images, receiver });
  const drawing = studio && { studio, mostCount: images.mostCount };
  const handover = createHandover({ ...parts, receiver });
  const conversation = createConversation({
    ...parts,
    recall,
    handover,
    ...(images?.tool && drawing && { drawing }),
  });
  const commands = createCommands(images?.mostCount);
  const turns = createTurns({
    ...parts,
    recall,
    conversation,
    commands,
    handover,
    ...(drawing && { drawing }),
  });
  const lanes: Lanes<Item> = createLanes({ run, tidy, joins: ({ errand }) => errand.kind === 'message' });
  /** Ids of messages that were deleted while they are being answered. */
  const withdrawn = new Set<string>();

  function platformOf(thread: ThreadKey): Platform {
    const platform = options.platforms.find(({ name }) => name === platformName(thread));
    if (platform === undefined) throw new Error(`no platform is called ${platformName(thread)}`);
    return platform;
  }

  async function run(thread: ThreadKey, batch: readonly Item[], signal: AbortSignal): Promise<void> {
    try {
      await turnstile.pass();
      for (const { errand, attempts } of batch) await journal.note(errand, attempts + 1);
      await turns.run(thread, batch, signal);
    } catch (error) {
      counters.add('turn.failed');
      logger.error('a turn failed', { thread, error });
    }
  }

  async function tidy(batch: readonly Item[]): Promise<void> {
    for (const { errand } of batch) {
      withdrawn.delete(errandId(errand));
      await journal.done(errand);
    }
  }

  async function takeMessage(message: IncomingMessage): Promise<void> {
    const { thread, id, to } = message;
    const running = lanes.running(thread).length > 0;
    if (to !== 'parley' && !lanes.busy(thread) && !(await history.has(thread))) {
      counters.add('ignored.not-ours');
      return;
    }
    const typed = readTypedCommand(message.text, to === 'parley', running && to !== 'others');
    if (typed?.name === 'stop' && running) {
      if (await journal.claim(id)) lanes.stop(thread, new Interruption('stopped'));
    } else if (typed !== undefined && commands.find(typed.name) !== undefined && to !== 'others') {
      await takeErrand({ kind: 'command', call: toCall(message, typed) });
    } else {
      await takeErrand({ kind: 'message', message });
    }
  }

  async function takeErrand(errand: Errand): Promise<void> {
    if (!(await journal.take(errand))) {
      counters.add('dropped.duplicate');
      return;
    }
    const item = { errand, attempts: 0 };
    const forgets = errand.kind === 'command' && errand.call.name === 'new' && errand.call.conversation;
    if (forgets) {
      // What still waits was said to the conversation that ends: it is answered in the new one.
      lanes.stop(forgets, new Interruption('forgotten'));
      lanes.addFirst(threadOf(errand), item);
    } else {
      lanes.add(threadOf(errand), [item]);
    }
  }

  /** Runs a part of intake: in order per thread, and without ever rejecting into an adapter. */
  async function take(errand: Errand, work: () => Promise<void>): Promise<void> {
    const thread = threadOf(errand);
    try {
      await intake.run(thread, work);
    } catch (error) {
      counters.add('intake.failed');
      logger.error('a message could not be taken in', { thread, error });
      // Only who spoke to Parley waits for an answer.
      const waits = errand.kind === 'command' || errand.message.to === 'parley';
      if (waits) void turns.tell(addressOf(errand), toFailure(error, notTaken), errandId(errand));
    }
  }

  async function withdraw(thread: ThreadKey, messageId: string): Promise<void> {
    const dropped: Errand[] = [];
    lanes.amend(thread, (item) => {
      if (errandId(item.errand) !== messageId) return item;
      dropped.push(item.errand);
      return undefined;
    });
    counters.add('dropped.withdrawn', dropped.length);
    for (const errand of dropped) await journal.done(errand);
    const ids = lanes.running(thread).map(({ errand }) => errandId(errand));
    if (!ids.includes(messageId)) return;
    withdrawn.add(messageId);
    if (ids.every((id) => withdrawn.has(id))) lanes.stop(thread, new Interruption('withdrawn'));
  }

  async function revise(thread: ThreadKey, messageId: string, text: string): Promise<void> {
    const revised: Item[] = [];
    lanes.amend(thread, (item) => {
      const { errand } = item;
      if (errand.kind !== 'message' || errand.message.id !== messageId) return item;
      revised.push({ ...item, errand: { kind: 'message', message: { ...errand.message, text } } });
      return revised.at(-1);
    });
    for (const { errand, attempts } of revised) await journal.note(errand, attempts);
  }

  /** For what nobody waits for: in order with the messages of the thread, faults are logged. */
  function follow(thread: ThreadKey, work: () => Promise<void>): void {
    intake.run(thread, work).catch((error: unknown) => logger.error('an event failed', { thread, error }));
  }

  return {
    commands: commands.offered.map(({ spec }) => spec),
    message: (message) => take({ kind: 'message', message }, () => takeMessage(message)),
    command: (call) => take({ kind: 'command', call }, () => takeErrand({ kind: 'command', call })),
    withdraw: (thread, messageId) => follow(thread, () => withdraw(thread, messageId)),
    revise: (thread, messageId, text) => follow(thread, () => revise(thread, messageId, text)),
    stop(thread) {
      lanes.stop(thread, new Interruption('stopped'));
    },
    conversations: createConversations({ history, intake, lanes }),
    async recover(platform) {
      const waiting = new Map<ThreadKey, Item[]>();
      for (const { errand, attempts } of await journal.unfinished()) {
        const thread = threadOf(errand);
        if (platformName(thread) !== platform) continue;
        counters.add('recovered');
        if (attempts < mostAttempts)
          waiting.set(thread, [...(waiting.get(thread) ?? []), { errand, attempts }]);
        else {
          await journal.done(errand);
          void turns.tell(addressOf(errand), brokenTwice, `${errandId(errand)}!`);
        }
      }
      // What belongs together is added together, so that it is answered together as it was before.
      for (const [thread, items] of waiting) lanes.add(thread, items);
    },
    async settled() {
      await intake.settled();
      await lanes.settled();
      await replies.settled();
    },
    async drain(deadlineMs) {
      lanes.close();
      await within(Promise.all([intake.settled(), lanes.settled()]), deadlineMs);
      lanes.stopAll(new Interruption('shutdown'));
      await within(Promise.all([lanes.settled(), replies.settled()]), lastWordsMs);
    },
  };
}

function platformName(thread: ThreadKey): string {
  return thread.slice(0, thread.indexOf(':'));
}

function toCall(message: IncomingMessage, { name, options }: TypedCommand): CommandCall {
  const { id, thread, author, shared, replyTo, attachments } = message;
  return { id, name, options, attachments, conversation: thread, author, shared, replyTo };
}

/** Time to say that an answer was interrupted. */
const lastWordsMs = 2_500;
/** A question that brought the process down twice is not tried a third time. */
const mostAttempts = 2;
const notTaken = 'Something went wrong before I could answer: please send it again.';
const brokenTwice: Ending = {
  end: 'failed',
  notice: 'I was interrupted by a restart while answering this: please ask again.',
};
