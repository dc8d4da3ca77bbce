import { SurfaceError } from '../errors.ts';
import type { CardView } from '../picture-ports.ts';
import type { Counters, DirectSurface, Ending, Logger } from '../ports.ts';
import type { LiveReply } from './replies.ts';
import type { Delivery } from './writer.ts';

/** What {@link startDirectReply} needs. */
export interface DirectReplyOptions {
  readonly surface: DirectSurface;
  /** For the log. */
  readonly key: string;
  readonly logger: Logger;
  readonly counters: Counters;
  /** The reply has ended. */
  onDone(): void;
}

/** A reply without limits: each delta is passed on as it comes, and counts as shown until the place is gone. */
export function startDirectReply(options: DirectReplyOptions): LiveReply {
  const { surface, key, logger, counters } = options;
  const { gone = new AbortController().signal } = surface;
  const shown: string[] = [];
  let delivery: Promise<Delivery> | undefined;

  async function finish(ending: Ending): Promise<Delivery> {
    let complete = false;
    try {
      await surface.end(ending);
      complete = !gone.aborted;
    } catch (error) {
      const fault = error instanceof SurfaceError ? error.fault : 'unknown';
      counters.add(`reply.fault.${fault}`);
      if (fault === 'gone') logger.info('the place of a reply is gone', { key, error });
      else logger.error('a reply could not be delivered', { key, error });
    }
    options.onDone();
    return { text: shown.join(''), complete };
  }

  return {
    push(delta) {
      if (delivery !== undefined || gone.aborted) return;
      shown.push(delta);
      surface.push(delta);
    },
    end(ending) {
      delivery ??= finish(ending);
      return delivery;
    },
    ...(surface.card && {
      card(name: string, view: CardView) {
        if (delivery === undefined && !gone.aborted) surface.card?.(name, view);
      },
    }),
    gone,
  };
}
