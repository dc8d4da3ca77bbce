import type { CardOutcome } from '../live/card.ts';
import type { LiveReplies, LiveReply } from '../live/replies.ts';
import type { CardView } from '../picture-ports.ts';
import type { Platform, ReplyAddress } from '../ports.ts';

/** Where pictures are shown while they are made. */
export interface Easel {
  /** The newest view counts; returns at once. */
  show(view: CardView): void;
  /** The last view, unless that was too large. Never rejects. */
  end(view: CardView): Promise<CardOutcome>;
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
  const { platform, replyTo, replies, key, attempt, reply } = options;
  const { card: onReply, gone = new AbortController().signal } = reply ?? {};
  if (onReply !== undefined) {
    let used = false;
    const show = (view: CardView) => {
      used = true;
      onReply(key, view);
    };
    return {
      show,
      async end(view) {
        show(view);
        return gone.aborted ? 'lost' : 'shown';
      },
      get used() {
        return used;
      },
      gone,
    };
  }
  const surface = platform.card?.(replyTo, replies.meter);
  if (surface === undefined) return undefined;
  let started: ReturnType<LiveReplies['startCard']> | undefined;
  const over = new AbortController();
  const card = () => {
    if (started !== undefined) return started;
    const begun = replies.startCard(surface, { key, attempt, beside: reply !== undefined });
    begun.gone.addEventListener('abort', () => over.abort(begun.gone.reason), { once: true });
    started = begun;
    return begun;
  };
  return {
    show: (view) => card().show(view),
    end: (view) => card().end(view),
    get used() {
      return started !== undefined;
    },
    gone: AbortSignal.any([over.signal, gone]),
  };
}
