import { Interruption } from './interruption.ts';
import type { Lanes } from './lanes.ts';
import { findLastQuestion } from './last-question.ts';
import type { Conversations, HistoryStore, ThreadKey } from './ports.ts';
import type { Sequence } from './sequence.ts';

/** What {@link createConversations} needs. */
export interface ConversationsOptions {
  readonly history: HistoryStore;
  /** What is taken in, in order per thread. */
  readonly intake: Sequence;
  readonly lanes: Pick<Lanes<unknown>, 'stop' | 'interject'>;
}

/** Creates the part of an engine that shows and changes what was said. */
export function createConversations({ history, intake, lanes }: ConversationsOptions): Conversations {
  /** Takes its place in order; what comes in next need not wait until an answer has ended. */
  async function interject<Result>(
    thread: ThreadKey,
    task: () => Promise<Result>,
    before?: () => void,
  ): Promise<Result> {
    const { result } = await intake.run(thread, async () => {
      before?.();
      return { result: lanes.interject(thread, task) };
    });
    return result;
  }

  return {
    read: (thread) => history.read(thread),

    undo: (thread) =>
      interject(thread, async () => {
        const { turns } = await history.load(thread);
        const last = findLastQuestion(turns);
        if (last === undefined) return undefined;
        await history.drop(thread, turns.length - last.start);
        await history.append(thread, last.overheard);
        return last.asked.map(({ text }) => text).join('\n\n');
      }),

    forget: (thread) =>
      interject(
        thread,
        () => history.clear(thread),
        () => lanes.stop(thread, new Interruption('forgotten')),
      ),
  };
}
