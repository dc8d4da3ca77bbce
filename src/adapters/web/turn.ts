import { randomBytes } from 'node:crypto';
import type { DirectSurface, Ending, ThreadKey } from '../../core/ports.ts';
import type { LiveCardData } from './card-shapes.ts';
import type { Reader } from './event-stream.ts';
import type { Pictures } from './pictures.ts';
import { createTurnCards } from './turn-cards.ts';
import { toCardEvent, toDeltaEvent, toTailEvents, toTurnEvent } from './turn-events.ts';

/** What a turn answers. */
export interface TurnOptions {
  readonly thread: ThreadKey;
  readonly person: string;
  readonly conversation: string;
  /** Names the turn in its address; the same after a restart. */
  readonly key: string;
  /** True where the address came from a former process. */
  readonly recovered: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The question; absent where it is in the history already. */
  readonly question?: string;
  /** What came with the question. */
  readonly files?: readonly { readonly name: string }[];
  /** True where an answer is given anew. */
  readonly again?: boolean;
}

/** One answer: what it says so far, and everybody who reads along. */
export interface Turn
  extends Required<Omit<DirectSurface, 'gone'>>,
    Readonly<Omit<TurnOptions, 'recovered'>> {
  /** Unique, also among the attempts at one answer: positions count within it. */
  readonly id: string;
  /** Absent while it runs. */
  readonly ending: Ending | undefined;
  /** When it ended, in milliseconds since the epoch, as {@link Turn.end} was told. */
  readonly endedAt: number | undefined;
  /** Resolves to how it ended. */
  readonly ended: Promise<Ending>;
  /** Everything said so far. */
  text(): string;
  /** The newest view of every card, in the order in which they came. */
  readonly cards: readonly LiveCardData[];
  /** False where somebody who read up to this position has seen all that will ever come. */
  hasMoreAfter(position: number | undefined): boolean;
  /**
   * Sends a reader everything after a position and what comes from then on; everything, where there is no position or
   * it is none of this turn's.
   * @returns ends the reading
   */
  read(reader: Reader, after?: number): () => void;
  /** How many read along. */
  readonly readers: number;
  /** Sends its readers away; they can come back elsewhere. */
  dismiss(): void;
  /** It will not be read any more: what is held for it in memory may go. */
  release(): void;
}

/** Begins a turn. What one delta costs does not grow with the text, and is paid once for all readers. */
export function createTurn(options: TurnOptions, pictures: Pick<Pictures, 'put' | 'drop'>): Turn {
  const { key, recovered, conversation, ...rest } = options;
  // After a restart the text begins anew: positions of the former process must not be taken for ours.
  const id = recovered ? `${key}-${randomBytes(3).toString('hex')}` : key;
  const readers = new Set<Reader>();
  const ended = Promise.withResolvers<Ending>();
  const cards = createTurnCards(options.person, pictures);
  const parts: string[] = [];
  let length = 0;
  let pending = '';
  let ending: Ending | undefined;
  let endedAt: number | undefined;
  let tail: readonly string[] = [];

  /** The deltas of one tick of the process go out in one write. */
  function flush(): void {
    if (pending === '') return;
    const events = readers.size > 1 ? Buffer.from(pending) : pending;
    pending = '';
    for (const reader of readers) reader.write(events);
  }

  function send(event: string): void {
    flush();
    const events = readers.size > 1 ? Buffer.from(event) : event;
    for (const reader of readers) reader.write(events);
  }

  function text(): string {
    if (parts.length > 1) parts.splice(0, parts.length, parts.join(''));
    return parts[0] ?? '';
  }

  function isKnown(position: number | undefined): position is number {
    return position !== undefined && position <= length + tail.length;
  }

  return {
    ...rest,
    id,
    key,
    conversation,
    ended: ended.promise,
    get ending() {
      return ending;
    },
    get endedAt() {
      return endedAt;
    },
    get readers() {
      return readers.size;
    },
    text,
    get cards() {
      return cards.newest;
    },
    card(name, view) {
      if (ending === undefined) send(toCardEvent(id, length, cards.show(name, view)));
    },
    push(delta) {
      if (delta === '' || ending !== undefined) return;
      parts.push(delta);
      length += delta.length;
      if (readers.size === 0) return;
      if (pending === '') process.nextTick(flush);
      pending += toDeltaEvent(id, length, delta);
    },
    async end(given) {
      if (ending !== undefined) return;
      flush();
      for (const card of cards.settle(given.end)) send(toCardEvent(id, length, card));
      ending = given;
      endedAt = Date.now();
      tail = toTailEvents(id, length, given);
      for (const reader of readers) {
        reader.write(tail.join(''));
        reader.end();
      }
      readers.clear();
      ended.resolve(given);
    },
    hasMoreAfter: (position) => ending === undefined || !isKnown(position) || position < length + tail.length,
    read(reader, after) {
      flush();
      const from = isKnown(after) ? after : 0;
      const missing = text().slice(from);
      let events = isKnown(after) ? '' : toTurnEvent(id, conversation);
      if (missing !== '') events += toDeltaEvent(id, length, missing);
      for (const card of cards.newest) events += toCardEvent(id, length, card);
      events += tail.slice(Math.max(0, from - length)).join('');
      if (events !== '') reader.write(events);
      if (ending === undefined) readers.add(reader);
      else reader.end();
      return () => void readers.delete(reader);
    },
    dismiss() {
      flush();
      for (const reader of readers) reader.end();
      readers.clear();
    },
    release: cards.release,
  };
}
