import type { CardView } from '../../src/core/picture-ports.ts';
import type { DirectSurface, Ending, Platform, ReplyAddress, ThreadKey } from '../../src/core/ports.ts';
import { createWatch, type Watch } from './watch.ts';

/** A reply as it is seen. */
export interface DirectReply {
  readonly address: ReplyAddress;
  readonly deltas: readonly string[];
  /** Every view of its card, oldest first. */
  readonly views: readonly CardView[];
  /** Absent while it runs. */
  readonly ending: Ending | undefined;
  /** Nobody sees it any more. */
  leave(): void;
}

/** A platform without limits, in memory. */
export interface DirectPlatform extends Platform<DirectSurface> {
  /** In the order in which they were begun. */
  readonly replies: readonly DirectReply[];
  repliesIn(thread: ThreadKey): readonly DirectReply[];
  /** Looks whenever a reply has grown or ended. */
  readonly until: Watch['until'];
}

/** Creates a platform called `direct`. */
export function createDirectPlatform(): DirectPlatform {
  const replies: DirectReply[] = [];
  const { changed, until } = createWatch(() => replies);
  return {
    name: 'direct',
    replies,
    repliesIn: (thread) => replies.filter(({ address }) => address.thread === thread),
    until,
    start: async () => 'Direct: ready',
    surface(address) {
      const gone = new AbortController();
      const deltas: string[] = [];
      const views: CardView[] = [];
      let ending: Ending | undefined;
      replies.push({
        address,
        deltas,
        views,
        get ending() {
          return ending;
        },
        leave: () => gone.abort(),
      });
      return {
        gone: gone.signal,
        push(delta) {
          deltas.push(delta);
          changed();
        },
        card(_name, view) {
          views.push(view);
          changed();
        },
        async end(told) {
          ending = told;
          changed();
        },
      };
    },
    async stop() {},
    async close() {},
  };
}
