import { toFootnote } from '../failure.ts';
import type { LiveCard, SmallerView } from '../live/card.ts';
import type { LiveReplies, LiveReply } from '../live/replies.ts';
import type { CardView } from '../picture-ports.ts';
import type { Ending, Platform, ReplyAddress } from '../ports.ts';

/** Where pictures are shown while they are made. */
export interface Easel {
  /** The newest view counts; returns at once. */
  show(view: CardView): void;
  /** The last view; as of a card. Never rejects. */
  end(view: CardView, smaller: readonly SmallerView[]): Promise<boolean>;
  /** It ended without pictures: what was shown gives way to why, where no reply beside it says so. Never rejects. */
  clear(ending: Ending): Promise<void>;
  /** True once something was shown. */
  readonly used: boolean;
  /** Aborts where nobody can see it any more. */
  readonly gone: AbortSignal;
}

/** Options of {@link createEasel}. */
export interface EaselOptions {
  readonly platform: Platform;
  readonly replyTo: ReplyAddress;
  readonly replies: LiveReplies;
  /** The same for every attempt. */
  readonly key: string;
  readonly attempt: number;
  /** The reply of text that it stands beside; where cards are parts of replies, they are shown on it. */
  readonly reply?: LiveReply;
}

/** Creates an easel; nothing is shown before the first view. `undefined` where the place can't show pictures. */
export function createEasel(options: EaselOptions): Easel | undefined {
  const { platform, replyTo, replies, reply } = options;
  if (reply?.card !== undefined) return createOnReply(options.key, reply);
  const surface = platform.card?.(replyTo, replies.meter);
  if (surface === undefined) return undefined;
  const over = new AbortController();
  let card: LiveCard | undefined;

  function started(): LiveCard {
    if (card !== undefined) return card;
    const { key, attempt } = options;
    const begun = replies.startCard(surface!, { key, attempt, beside: reply !== undefined });
    begun.gone.addEventListener('abort', () => over.abort(begun.gone.reason), { once: true });
    card = begun;
    return begun;
  }

  return {
    show: (view) => started().show(view),
    end: (view, smaller) => started().end(view, smaller),
    async clear(ending) {
      await card?.end({ text: toFootnote(ending) ?? '', files: [], buttons: [] });
    },
    get used() {
      return card !== undefined;
    },
    gone: reply === undefined ? over.signal : AbortSignal.any([over.signal, reply.gone]),
  };
}

/** On a reply that shows cards itself. How it ended is said by the reply. */
function createOnReply(key: string, reply: LiveReply): Easel {
  let used = false;
  const show = (view: CardView) => {
    used = true;
    reply.card?.(key, view);
  };
  return {
    show,
    async end(view) {
      show(view);
      return !reply.gone.aborted;
    },
    async clear() {
      if (used) show({ text: '', files: [], buttons: [] });
    },
    get used() {
      return used;
    },
    gone: reply.gone,
  };
}
