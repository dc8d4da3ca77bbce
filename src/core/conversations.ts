import { Interruption } from './interruption.ts';
import type { Lanes } from './lanes.ts';
import { findLastQuestion } from './last-question.ts';
import type { Conversations, HistoryStore } from './ports.ts';
import type { Sequence } from './sequence.ts';

/** What {@link createConversations} needs. */
export interface ConversationsOptions {
  readonly history: HistoryStore;
  /** What is taken in, in order per thread. */
  readonly intake: Sequence;
  readonly lanes: Pick<Lanes<unknown>, 'busy' | 'stop' | 'interject'>;
}

/** Creates the part of an engine that shows and changes what was said. */
export function createConversations({ history, intake, lanes }: ConversationsOptions): Conversations {
  return {
    read: (thread) => history.read(thread),

    undo: (thread) =>
      intake.run(thread, async () => {
        if (lanes.busy(thread)) return undefined;
        const { turns } = await history.load(thread);
        const last = findLastQuestion(turns);
        if (last === undefined) return undefined;
        await history.drop(thread, turns.length - last.start);
        await history.append(thread, last.overheard);
        return last.asked.map(({ text }) => text).join('\n\n');
      }),

    async forget(thread) {
      // Its place is taken in order, but what comes in next need not wait until an answer has ended.
      const { forgotten } = await intake.run(thread, async () => {
        lanes.stop(thread, new Interruption('forgotten'));
        return { forgotten: lanes.interject(thread, () => history.clear(thread)) };
      });
      await forgotten;
    },
  };
}
