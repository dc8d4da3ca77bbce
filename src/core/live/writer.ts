import { SurfaceError } from '../errors.ts';
import type { Counters, Logger, ReplySurface, Rung, Scope } from '../ports.ts';
import type { Clock } from './clock.ts';
import type { Bid, Contender, OutgoingCall } from './contender.ts';
import { createIndication } from './indication.ts';
import { createLadder } from './ladder.ts';
import type { Lengths } from './lengths.ts';
import { createManuscript, type Sheet } from './manuscript.ts';
import {
  closingMoves,
  growingMoves,
  openingMove,
  preparingMove,
  type ReplyMove,
  settlingMove,
  streamingMove,
} from './moves.ts';
import { endingMoves, expiryOf, lastMoves, mustEnd, type OpenPage, progressMoves } from './open-page.ts';
import type { Outlook } from './outlook.ts';
import { createPace } from './pace.ts';
import { createPatience } from './patience.ts';

/** What became of a reply. */
export interface Delivery {
  /** The model's text that people are known to have been shown. */
  readonly text: string;
  /** False where some of the text, or the notice under it, could not be delivered. */
  readonly complete: boolean;
}

/** What {@link createWriter} needs. */
export interface WriterOptions {
  readonly surface: ReplySurface;
  /** The same for every attempt at this reply. */
  readonly key: string;
  /** From 1; higher where a former process may have begun it. */
  readonly attempt: number;
  readonly clock: Clock;
  readonly lengths: Lengths;
  readonly logger: Logger;
  readonly counters: Counters;
  /** Something is to be done: ask the scheduler; at once, where it is urgent. */
  wake(urgent?: boolean): void;
  /** The platform refused a call that counted against these scopes. */
  onRefused(scopes: readonly Scope[], error: SurfaceError): void;
  /** The place to write is gone: nothing more will be shown. */
  onGone(reason: unknown): void;
  /** Everything is shown, or known to be undeliverable. */
  onDelivered(delivery: Delivery): void;
  /** No call is left to be made. */
  onDone(): void;
}

/** Writes one reply: gathers text at one end, makes one call at a time at the other. */
export interface Writer extends Contender<ReplyMove> {
  push(delta: string): void;
  /** No more text comes. `notice` is shown under it and is not part of it. */
  end(notice?: string): void;
}

/** Creates the writer of one reply. */
export function createWriter(options: WriterOptions): Writer {
  const { surface, key, clock, lengths, logger, counters } = options;
  const manuscript = createManuscript();
  const pace = createPace(lengths);
  const patience = createPatience();
  const indication = createIndication(surface.indicator, (error) =>
    logger.debug('the indicator failed', { key, error }),
  );
  const ladder = createLadder(surface);
  let { preparation } = surface;
  let open: OpenPage | undefined;
  /** The rung of the page that is open or being opened. */
  let openedOn: Rung | undefined;
  /** The rung that the open page is about to go on on. */
  let settlingOn: Rung | undefined;
  let { attempt } = options;
  let busy = false;
  let delivered = false;
  let done = false;
  let shownUpTo = '';
  let unseenSince: number | undefined;
  let endedAt: number | undefined;
  /** Version of the manuscript that had nothing to send. */
  let nothingAt = -1;

  const covered = () => open?.sheet?.covers ?? 0;
  const shown = () => open?.sheet?.text ?? '';

  function bid(now: number): Bid<ReplyMove> | undefined {
    if (busy || done) return undefined;
    const unseen = manuscript.beyond(covered());
    const ageMs = now - (unseenSince ?? now);
    const wish = {
      ...{ area: unseen * ageMs, ageMs, notBefore: patience.notBefore },
      ...(endedAt !== undefined && { overdueMs: now - endedAt }),
    };
    if (preparation !== undefined)
      return { ...wish, urgency: 'prepare', moves: [preparingMove(preparation)] };
    if (open !== undefined && mustEnd(open, now))
      return { ...wish, urgency: 'final', moves: endingMoves(open) };
    if (open !== undefined && delivered) return { ...wish, urgency: 'tidy', moves: endingMoves(open) };
    if (manuscript.version === nothingAt) return undefined;
    const { ended } = manuscript;
    if (open === undefined) {
      if (unseen === 0 && !ended) return undefined;
      const urgency = manuscript.index === 0 ? 'first' : ended ? 'final' : 'progress';
      return { ...wish, urgency, moves: openings(now) };
    }
    if (ended || manuscript.full(open.rung)) {
      const moves = lastMoves(open, manuscript.endsOn(open.rung, covered()));
      return { ...wish, urgency: 'final', moves };
    }
    if (unseen === 0) return undefined;
    return { ...wish, urgency: 'progress', moves: [...progressMoves(open), ...switching(open, now)] };
  }

  /** Ways of going on on another rung. */
  function switching({ rung, sheet, wasStream }: OpenPage, now: number): readonly ReplyMove[] {
    if (rung.growth === 'append') {
      const replacing = ladder.replacing();
      return replacing === undefined ? [] : [settlingMove(rung, () => outlookOn(replacing, now))];
    }
    // What was a stream goes on without one first: no calls are spent on going to and fro.
    const movable = rung.continues === true && sheet?.cut === true && wasStream !== true;
    const streaming = movable ? ladder.streaming() : undefined;
    return streaming === undefined ? [] : [streamingMove(streaming, () => outlookOn(streaming, now))];
  }

  function openings(now: number): readonly ReplyMove[] {
    const [best] = ladder.rungs(false);
    const whole = manuscript.ended || (best !== undefined && manuscript.full(best));
    return ladder.rungs(whole).map((rung) => ({ ...openingMove(rung), after: () => outlookOn(rung, now) }));
  }

  function outlookOn(rung: Rung, now: number): Outlook {
    return { ...pace.outlook(now), grow: growingMoves(rung), close: closingMoves(rung) };
  }

  function send(move: ReplyMove, now: number): OutgoingCall | undefined {
    const { version } = manuscript;
    const call =
      move.kind === 'prepare'
        ? preparingCall(move)
        : open === undefined
          ? openingCall(move, now)
          : nextCall(open, move, now);
    if (call === undefined) {
      if (manuscript.version === version) nothingAt = version;
      settle();
      unseenSince = undefined;
      if (manuscript.version !== version && !done) options.wake();
      return undefined;
    }
    busy = true;
    unseenSince = undefined;
    const settled = call.settled.then(
      () => patience.restore(),
      (error: unknown) => handle(error, call.scopes),
    );
    return { scopes: call.scopes, settled: settled.then(settle) };
  }

  function settle(): void {
    busy = false;
    settlingOn = undefined;
    // Where there is nothing to send yet, the next text is to wake the scheduler.
    if (manuscript.beyond(covered()) > 0 && manuscript.version !== nothingAt) unseenSince ??= clock.now();
    if (open === undefined && manuscript.finished()) finish(true);
    else if (manuscript.ended || open === undefined) options.wake(true);
  }

  function preparingCall({ scopes }: ReplyMove): OutgoingCall | undefined {
    const running = preparation?.run();
    preparation = undefined;
    const failed = (error: unknown) => {
      logger.debug('a reply could not be prepared', { key, error });
      if (error instanceof SurfaceError && error.fault === 'rate-limited') options.onRefused(scopes, error);
    };
    return running && { scopes, settled: running.catch(failed) };
  }

  function openingCall({ rung, scopes }: ReplyMove, now: number): OutgoingCall | undefined {
    if (rung === undefined) return undefined;
    const sheet = manuscript.sheet(rung, 0);
    if (sheet === undefined) return undefined;
    if (sheet.text === '') {
      turn(sheet);
      return undefined;
    }
    openedOn = rung;
    const { index } = manuscript;
    // A stream is never whole at once: it has to be stopped.
    const whole = sheet.whole && rung.growth === 'replace';
    const position = { index, key: `${key}#${index}`, attempt, whole };
    const opened = indication.endingWith(surface.open(rung, { text: sheet.text, shown: '' }, position));
    const settled = opened.then((page) => {
      // A former process may have posted the next pages, too.
      attempt = options.attempt;
      ladder.release();
      // It may have been found again as another kind of page than was asked for.
      open = { page, rung: ladder.of(page.rung) ?? rung, openedAt: now, sheet: undefined, inDoubt: false };
      show(open, sheet);
      if (sheet.whole && open.rung.growth === 'replace') turn(sheet);
      else if (sheet.last) deliver(true);
    });
    return { scopes, settled };
  }

  function nextCall(page: OpenPage, move: ReplyMove, now: number): OutgoingCall | undefined {
    const { scopes } = move;
    if (mustEnd(page, now) || delivered) return { scopes, settled: endStream(page) };
    if (move.kind === 'continue' && page.sheet !== undefined) {
      turn(page.sheet);
      return openingCall(move, now);
    }
    const appends = page.rung.growth === 'append';
    const sheet = manuscript.sheet(page.rung, appends ? covered() : 0, move.kind === 'settle');
    if (sheet === undefined) return undefined;
    const view = { text: sheet.text, shown: shown() };
    if (sheet.text === page.sheet?.text && !(appends && sheet.whole)) {
      show(page, sheet);
      if (sheet.whole) turn(sheet);
      return undefined;
    }
    if (move.kind === 'settle') {
      settlingOn = ladder.replacing();
      const settled = surface.close(page.page, view).then(() => {
        replaceFromNowOn(page);
        if (open !== undefined) show(open, sheet);
      });
      return { scopes, settled };
    }
    if (move.kind === 'close') {
      const settled = surface.close(page.page, view).then(() => {
        show(page, sheet);
        turn(sheet);
      });
      return { scopes, settled };
    }
    const settled = surface.grow(page.page, view).then(() => {
      show(page, sheet);
      // A stream that shows the last text: what is left is to close it.
      if (sheet.last) deliver(true);
    });
    return { scopes, settled };
  }

  function show(page: OpenPage, sheet: Sheet): void {
    page.sheet = sheet;
    shownUpTo = manuscript.upTo(sheet.covers);
  }

  function turn(sheet: Sheet): void {
    open = undefined;
    manuscript.turn(sheet);
  }

  async function endStream(page: OpenPage): Promise<void> {
    await surface.close(page.page, { text: shown(), shown: shown() });
    if (delivered) stop();
    else replaceFromNowOn(page);
  }

  /** The stream has ended with its page unfinished: the same message is replaced as a whole from now on. */
  function replaceFromNowOn(page: OpenPage): void {
    const rung = ladder.replacing();
    if (rung === undefined) {
      give('the stream ended and nothing else can write here');
      return;
    }
    const replaced = { id: page.page.id, rung: rung.name };
    open = {
      page: replaced,
      rung,
      wasStream: true,
      openedAt: page.openedAt,
      sheet: undefined,
      inDoubt: false,
    };
  }

  function handle(error: unknown, scopes: readonly Scope[]): void {
    const fault = error instanceof SurfaceError ? error.fault : 'unknown';
    counters.add(`reply.fault.${fault}`);
    logger.debug('a call of a reply failed', { key, fault, error });
    if (delivered && fault !== 'rate-limited' && fault !== 'unknown') {
      stop(); // there is nothing left to tidy up
      return;
    }
    switch (fault) {
      case 'rate-limited': // nothing was changed: the bid stands until its scopes open again
        if (error instanceof SurfaceError) options.onRefused(scopes, error);
        if (scopes.length === 0) retryLater(error);
        break;
      case 'unknown':
        if (open === undefined) {
          attempt++;
          if (openedOn !== undefined) ladder.holdTo(openedOn);
        } else if (open.rung.growth === 'append') open.inDoubt = !delivered;
        else open.sheet = undefined;
        retryLater(error);
        break;
      case 'page-closed':
        if (open === undefined) retryLater(error);
        else replaceFromNowOn(open);
        break;
      case 'rung-refused':
        if (openedOn === undefined || !ladder.refuse(openedOn)) give('no way of writing is left', error);
        break;
      case 'too-long':
        if (!manuscript.shrink()) give('a page is too long at any length', error);
        // What a stream shows can't be taken back: it ends here, and the message is laid out anew.
        else if (open?.rung.growth === 'append') open.inDoubt = true;
        break;
      case 'gone':
        logger.info('the place of a reply is gone', { key, error });
        options.onGone(error);
        finish(false);
    }
  }

  function retryLater(error: unknown): void {
    if (!patience.wait(clock.now())) give('the platform did not answer for too long', error);
  }

  function give(why: string, error?: unknown): void {
    counters.add('reply.lost');
    logger.error('a reply could not be delivered', { key, why, error });
    options.onGone(error);
    finish(false);
  }

  function deliver(complete: boolean): void {
    if (delivered) return;
    delivered = true;
    if (shownUpTo === '') indication.clear();
    options.onDelivered({ text: shownUpTo, complete });
  }

  function stop(): void {
    if (done) return;
    done = true;
    options.onDone();
  }

  function finish(complete: boolean): void {
    deliver(complete);
    stop();
  }

  return {
    bid,
    send,
    abandon(error) {
      give('writing it failed in an unexpected way', error);
    },
    outlook(now) {
      const rung = settlingOn ?? open?.rung ?? openedOn;
      return rung === undefined || delivered ? undefined : outlookOn(rung, now);
    },
    opening() {
      if (openedOn !== undefined || delivered) return [];
      return [...(preparation?.scopes ?? []), ...(ladder.rungs(false)[0]?.scopes.open ?? [])];
    },
    upkeep(now, afford) {
      if (open !== undefined) return busy ? undefined : expiryOf(open);
      const { scopes } = indication;
      if (scopes === undefined || delivered || busy || manuscript.index > 0 || manuscript.ended)
        return undefined;
      const answered = now >= indication.dueAt ? afford(scopes) : undefined;
      if (answered !== undefined) indication.show(now, answered);
      return indication.dueAt;
    },
    push(delta) {
      if (manuscript.ended || delivered || delta === '') return;
      const now = clock.now();
      manuscript.push(delta);
      pace.push(delta.length, now);
      // While some text is unseen, or a call is under way, the scheduler looks again by itself.
      if (!busy && unseenSince === undefined) options.wake(open === undefined);
      unseenSince ??= now;
    },
    end(notice) {
      if (manuscript.ended || delivered) return;
      manuscript.end(notice);
      endedAt = clock.now();
      pace.end();
      options.wake(true);
    },
  };
}
