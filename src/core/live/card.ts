import { SurfaceError } from '../errors.ts';
import type { CardMessage, CardSurface, CardView } from '../picture-ports.ts';
import type { Counters, Logger, Scope } from '../ports.ts';
import type { Clock } from './clock.ts';
import type { Bid, Contender, OfferedMove, OutgoingCall } from './contender.ts';
import { createPatience } from './patience.ts';

/** A card that changes in place. */
export interface LiveCard {
  /** The newest view is shown when the platform's limits allow; those in between may never be seen. Returns at once. */
  show(view: CardView): void;
  /**
   * The last view. Called once; never rejects.
   * @param smaller what is shown instead where the platform finds it too large, one after the other
   * @returns false where nothing could be shown
   */
  end(view: CardView, smaller?: readonly SmallerView[]): Promise<boolean>;
  /** Aborts where nobody can see the card any more. */
  readonly gone: AbortSignal;
}

/** Makes a view that is smaller than the one before. Never rejects. */
export type SmallerView = () => Promise<CardView>;

/** What {@link createCard} needs. */
export interface CardOptions {
  readonly surface: CardSurface;
  readonly key: string;
  /** From 1; higher where a former process may have begun it. */
  readonly attempt: number;
  /** True where it stands beside a reply of text. */
  readonly beside: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: Counters;
  /** Something is to be done: ask the scheduler; at once, where it is urgent. */
  wake(urgent?: boolean): void;
  /** The platform refused a call that counted against these scopes. */
  onRefused(scopes: readonly Scope[], error: SurfaceError): void;
  /** No call is left to be made. */
  onDone(): void;
}

/** A card, as the scheduler and as the core see it. */
export interface Card extends LiveCard, Contender {}

/** Creates a card. It competes for calls as a reply does: its first view like first words, its last like a last text. */
export function createCard(options: CardOptions): Card {
  const { surface, key, clock, logger, counters } = options;
  const gone = new AbortController();
  const patience = createPatience();
  let { attempt } = options;
  let { preparation } = surface;
  let message: CardMessage | undefined;
  let newest: CardView | undefined;
  let shown: CardView | undefined;
  let changedAt = 0;
  let calledAt = Number.NEGATIVE_INFINITY;
  const outcome = Promise.withResolvers<boolean>();
  let ending = false;
  let smaller: readonly SmallerView[] = [];
  let busy = false;
  let done = false;

  function take(view: CardView): void {
    if (done) return;
    if (newest === shown) changedAt = clock.now();
    newest = view;
    options.wake(message === undefined || ending);
  }

  function finish(isShown: boolean): void {
    if (done) return;
    done = true;
    outcome.resolve(isShown);
    options.onDone();
  }

  function give(why: string, error: unknown): void {
    counters.add('card.lost');
    logger.error('a card could not be shown', { key, why, error });
    gone.abort(error);
    finish(false);
  }

  /** The last view was too large. */
  async function shrink(error: unknown): Promise<void> {
    const [next, ...rest] = smaller;
    smaller = rest;
    if (next === undefined) give('it is too large at any size', error);
    else take(await next());
  }

  function handle(error: unknown, view: CardView | undefined, scopes: readonly Scope[]): void {
    const fault = error instanceof SurfaceError ? error.fault : 'unknown';
    counters.add(`card.fault.${fault}`);
    logger.debug('a call of a card failed', { key, fault, error });
    if (error instanceof SurfaceError && fault === 'rate-limited' && scopes.length > 0) {
      options.onRefused(scopes, error);
    } else if (fault === 'too-long') {
      // Of a preview: what comes after it may be smaller.
      shown = view;
      if (ending && view === newest) void shrink(error);
    } else if (fault === 'unknown' || fault === 'rate-limited') {
      if (message === undefined) attempt++;
      if (!patience.wait(clock.now())) give('the platform did not answer for too long', error);
    } else if (fault === 'gone') {
      logger.info('the place of a card is gone', { key, error });
      gone.abort(error);
      finish(false);
    } else give('it was refused', error);
  }

  function send(scopes: readonly Scope[], view: CardView | undefined, call: Promise<void>): OutgoingCall {
    busy = true;
    calledAt = clock.now();
    const settled = call
      .then(
        () => {
          patience.restore();
          if (view === undefined) return;
          shown = view;
          if (ending && view === newest) finish(true);
        },
        (error: unknown) => handle(error, view, scopes),
      )
      .finally(() => {
        busy = false;
        options.wake(ending);
      });
    return { scopes, settled };
  }

  return {
    gone: gone.signal,
    show(view) {
      if (!ending) take(view);
    },
    end(view, fallbacks = []) {
      if (!ending) {
        ending = true;
        smaller = fallbacks;
        take({ ...view });
      }
      return outcome.promise;
    },
    bid(now): Bid | undefined {
      if (busy || done || newest === undefined) return undefined;
      const ageMs = now - changedAt;
      const wish = { area: ageMs * pictureWorth, ageMs, notBefore: patience.notBefore };
      if (preparation !== undefined) return { ...wish, urgency: 'prepare', moves: [preparation] };
      if (newest === shown) return undefined;
      const moves: readonly OfferedMove[] = [{ scopes: surface.scopes(newest, message, options.beside) }];
      if (message === undefined) return { ...wish, urgency: 'first', moves };
      if (ending) return { ...wish, urgency: 'final', moves };
      return {
        ...wish,
        notBefore: Math.max(patience.notBefore, calledAt + previewGapMs),
        urgency: 'progress',
        moves,
      };
    },
    send({ scopes }) {
      if (preparation !== undefined) {
        const work = preparation.run();
        // Best effort: opening the card does it again.
        const prepared = work.catch((error: unknown) =>
          logger.debug('a card was not prepared', { key, error }),
        );
        preparation = undefined;
        return send(scopes, undefined, prepared);
      }
      const view = newest;
      if (view === undefined || view === shown) return undefined;
      if (message !== undefined) return send(scopes, view, surface.replace(message, view));
      const opened = surface.open(view, { key, attempt, beside: options.beside });
      return send(
        scopes,
        view,
        opened.then((posted) => {
          message = posted;
        }),
      );
    },
    outlook: () => undefined,
    opening: () => [],
    upkeep: () => undefined,
    abandon: (error) => give('showing it failed in an unexpected way', error),
  };
}

/** A picture is worth so many characters that wait. */
const pictureWorth = 400;
/** Previews of one card are at least so far apart: they take calls from texts that are being written. */
const previewGapMs = 1_500;
