import type { SurfaceError } from '../errors.ts';
import { toFootnote } from '../failure.ts';
import type { CardSurface, CardView } from '../picture-ports.ts';
import type { Counters, DirectSurface, Ending, Logger, Meter, ReplySurface, Scope } from '../ports.ts';
import { createArrivals } from './arrivals.ts';
import { createBudget } from './budget.ts';
import { createCard, type LiveCard } from './card.ts';
import { type Clock, systemClock } from './clock.ts';
import { startDirectReply } from './direct.ts';
import { createLengths } from './lengths.ts';
import { createScheduler } from './scheduler.ts';
import { createWriter, type Delivery } from './writer.ts';

/** A reply that grows in place. */
export interface LiveReply {
  /** Takes text from the model; returns at once, whatever the platform does. */
  push(delta: string): void;
  /**
   * Ends the reply. Of the ending a place with limits shows only the notice.
   * @returns once everything is delivered or known to be undeliverable; never rejects.
   */
  end(ending: Ending): Promise<Delivery>;
  /**
   * Shows a card beside the text, or the newest view of the one of that name. Absent where a card is a message of its own,
   * or none can be shown.
   */
  readonly card?: (name: string, view: CardView) => void;
  /** Aborts where nobody can see the reply any more (message deleted, channel gone): stop the model. */
  readonly gone: AbortSignal;
}

/** All live replies of a process; those in places with limits share one budget and one scheduler. */
export interface LiveReplies {
  /**
   * Starts a reply; its indicator is shown at once.
   * @param key the same for every attempt at the same reply, also by another process
   * @param attempt from 1; higher where a former process may have begun this reply
   */
  start(surface: ReplySurface | DirectSurface, key: string, attempt?: number): LiveReply;
  /**
   * Starts a card, a message of its own.
   * @param opening as of {@link start}; `beside` where a reply of text stands at the same address
   */
  startCard(
    surface: CardSurface,
    opening: { readonly key: string; readonly attempt?: number; readonly beside?: boolean },
  ): LiveCard;
  /** Resolves once no call is left to be made: also streams that showed everything are closed by then. */
  settled(): Promise<void>;
  /** Corrects the budget by what a platform tells of a scope. */
  readonly meter: Meter;
}

/** Options of {@link createLiveReplies}. */
export interface LiveRepliesOptions {
  readonly logger: Logger;
  readonly counters: Counters;
  /** @default the process's monotonic clock */
  readonly clock?: Clock;
}

/** Creates the live room of a process. */
export function createLiveReplies({
  logger,
  counters,
  clock = systemClock,
}: LiveRepliesOptions): LiveReplies {
  const budget = createBudget();
  const lengths = createLengths();
  const arrivals = createArrivals(lengths);
  const scheduler = createScheduler({ clock, budget, arrivals });
  let left = 0;
  let idle = Promise.withResolvers<void>();
  idle.resolve();

  function begin(): void {
    if (left === 0) idle = Promise.withResolvers();
    left++;
  }

  function finish(): void {
    left--;
    if (left === 0) idle.resolve();
  }

  function refuse(scopes: readonly Scope[], { scope, retryAfterMs = defaultRetryMs }: SurfaceError): void {
    // A scope that the call was not known to count against can't be waited for: its own are closed instead.
    const named = scopes.filter(({ id }) => id === scope);
    for (const { id } of named.length > 0 ? named : scopes) budget.refuse(id, retryAfterMs, clock.now());
  }

  function startPaced(surface: ReplySurface, key: string, attempt: number): LiveReply {
    const gone = new AbortController();
    const delivery = Promise.withResolvers<Delivery>();
    const writer = createWriter({
      surface,
      key,
      attempt,
      clock,
      lengths,
      logger,
      counters,
      wake: (urgent) => scheduler.wake(writer, urgent),
      onRefused: refuse,
      onGone: (reason) => gone.abort(reason),
      onDelivered: delivery.resolve,
      onDone() {
        scheduler.remove(writer);
        finish();
      },
    });
    arrivals.note(clock.now());
    scheduler.add(writer);
    return {
      push: (delta) => writer.push(delta),
      end(ending) {
        writer.end(toFootnote(ending));
        return delivery.promise;
      },
      gone: gone.signal,
    };
  }

  return {
    settled: () => idle.promise,
    meter: (scopeId, reading) => budget.read(scopeId, reading, clock.now()),
    start(surface, key, attempt = 1) {
      begin();
      return 'push' in surface
        ? startDirectReply({ surface, key, logger, counters, onDone: finish })
        : startPaced(surface, key, attempt);
    },
    startCard(surface, { key, attempt = 1, beside = false }) {
      begin();
      const card = createCard({
        ...{ surface, key, attempt, beside, clock, logger, counters },
        wake: (urgent) => scheduler.wake(card, urgent),
        onRefused: refuse,
        onDone() {
          scheduler.remove(card);
          finish();
        },
      });
      scheduler.add(card);
      return card;
    },
  };
}

/** Where a platform refuses a call without saying for how long. */
const defaultRetryMs = 1_000;
