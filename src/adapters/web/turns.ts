import { randomBytes } from 'node:crypto';
import type { ReplyAddress, ThreadKey } from '../../core/ports.ts';
import type { Pictures } from './pictures.ts';
import { createTurn, type Turn } from './turn.ts';

/** What begins a turn. */
export interface NewTurn {
  readonly person: string;
  readonly conversation: string;
  /** Absent where it is the engine's to say (a button was pressed), or in the history already. */
  readonly question?: string;
  /** True where an answer is given anew. */
  readonly again?: boolean;
  /** What came with the question. */
  readonly files?: NonNullable<Turn['files']>;
}

/** Every turn that runs, or ended lately: somebody may come back to it. */
export interface Turns {
  /** Only where none is {@link running} in the conversation. */
  begin(options: NewTurn): Turn;
  /** The turn that an address names, for the engine to write; one of a former process begins anew here. */
  claim(address: ReplyAddress): Turn;
  /** The turn that runs in a thread. */
  running(thread: ThreadKey): Turn | undefined;
  /** The running turn of a thread, or the last one of the last minutes. */
  latest(thread: ThreadKey): Turn | undefined;
  /** The next turn that begins in a thread; `undefined` where none does before the signal aborts. */
  next(thread: ThreadKey, signal: AbortSignal): Promise<Turn | undefined>;
  /** How many of a person's turns run. */
  countOf(person: string): number;
  /** The running turn shall stop, also where the engine has not begun with it. @returns false where none runs */
  stop(thread: ThreadKey): boolean;
  /** What was said in a thread by turns that have ended is not shown again. */
  forget(thread: ThreadKey): void;
  /** As {@link forget}, and of the running turn, too; where the engine has not begun with that, it shall stop. @returns it */
  abandon(thread: ThreadKey): Turn | undefined;
  /** Sends every reader away and forgets all. */
  close(): void;
}

/** Options of {@link createTurns}. */
export interface TurnsOptions {
  /** Tells the engine to stop what it answers in a thread. */
  onStop(thread: ThreadKey): void;
  /** A turn that the engine never answered was ended. */
  onUnanswered(turn: Turn): void;
  /** Where files of cards are put. */
  readonly pictures: Pick<Pictures, 'put' | 'drop'>;
}

/** Creates the turns of a server. */
export function createTurns({ onStop, onUnanswered, pictures }: TurnsOptions): Turns {
  /** Oldest first; nearly always one. */
  const threads = new Map<ThreadKey, Turn[]>();
  /** Turns that the engine writes. */
  const claimed = new WeakSet<Turn>();
  const stopped = new WeakSet<Turn>();
  const forgotten = new WeakSet<Turn>();
  const running = new Map<string, number>();
  const waiting = new Set<(turn: Turn) => void>();
  let sweeper: NodeJS.Timeout | undefined;

  function add(turn: Turn): Turn {
    threads.set(turn.thread, [...(threads.get(turn.thread) ?? []), turn]);
    running.set(turn.person, countOf(turn.person) + 1);
    void turn.ended.then(() => {
      const left = countOf(turn.person) - 1;
      if (left > 0) running.set(turn.person, left);
      else running.delete(turn.person);
    });
    sweeper ??= setInterval(sweep, sweepMs).unref();
    for (const look of waiting) look(turn);
    return turn;
  }

  function countOf(person: string): number {
    return running.get(person) ?? 0;
  }

  function find(thread: ThreadKey, key: string | undefined): Turn | undefined {
    return threads.get(thread)?.find((turn) => turn.key === key && turn.ending === undefined);
  }

  function runningIn(thread: ThreadKey): Turn | undefined {
    return threads.get(thread)?.findLast((turn) => turn.ending === undefined);
  }

  function sweep(): void {
    const now = Date.now();
    for (const [thread, turns] of threads) {
      const busy = turns.some((turn) => claimed.has(turn) && turn.ending === undefined);
      for (const turn of turns) {
        // What the engine has not begun with after so long it took for something that needs no answer.
        if (busy || turn.ending !== undefined || claimed.has(turn) || now - turn.at < unansweredMs) continue;
        void turn.end({ end: 'failed', notice: 'This was not answered: please send it again.' });
        onUnanswered(turn);
      }
      const left = turns.filter(({ endedAt }) => endedAt === undefined || now - endedAt < keepMs);
      for (const turn of turns) if (!left.includes(turn)) turn.release();
      if (left.length > 0) threads.set(thread, left);
      else threads.delete(thread);
    }
    if (threads.size > 0) return;
    clearInterval(sweeper);
    sweeper = undefined;
  }

  return {
    begin({ person, conversation, ...asked }) {
      const thread = toThread(person, conversation);
      const key = randomBytes(9).toString('base64url');
      const place = { thread, person, conversation, key, recovered: false, at: Date.now() };
      return add(createTurn({ ...place, ...asked }, pictures));
    },
    claim({ thread, data }) {
      const { turn: key = '' } = data;
      const known = find(thread, key);
      const place = { ...fromThread(thread), thread, key, recovered: true, at: Date.now() };
      const turn = known ?? add(createTurn(place, pictures));
      claimed.add(turn);
      // Stopped before the engine came to it: it has begun now.
      if (stopped.has(turn)) onStop(thread);
      return turn;
    },
    running: runningIn,
    latest: (thread) => runningIn(thread) ?? threads.get(thread)?.findLast((turn) => !forgotten.has(turn)),
    next: (thread, signal) =>
      new Promise((resolve) => {
        const finish = (turn?: Turn) => {
          waiting.delete(look);
          signal.removeEventListener('abort', abort);
          resolve(turn);
        };
        const look = (turn: Turn) => turn.thread === thread && finish(turn);
        const abort = () => finish();
        waiting.add(look);
        signal.addEventListener('abort', abort, { once: true });
        if (signal.aborted) finish();
      }),
    countOf,
    stop(thread) {
      const turn = runningIn(thread);
      if (turn === undefined) return false;
      stopped.add(turn);
      onStop(thread);
      return true;
    },
    forget(thread) {
      for (const turn of threads.get(thread) ?? []) if (turn.ending !== undefined) forgotten.add(turn);
    },
    abandon(thread) {
      for (const turn of threads.get(thread) ?? []) forgotten.add(turn);
      const turn = runningIn(thread);
      if (turn !== undefined) stopped.add(turn);
      return turn;
    },
    close() {
      clearInterval(sweeper);
      for (const turn of [...threads.values()].flat()) turn.dismiss();
      threads.clear();
    },
  };
}

/** The thread of a person's conversation. */
export function toThread(person: string, conversation: string): ThreadKey {
  return `web:${person}:${conversation}`;
}

function fromThread(thread: ThreadKey): { person: string; conversation: string } {
  const [, person = '', conversation = ''] = thread.split(':');
  return { person, conversation };
}

/** How long an answer that ended can be read again. */
const keepMs = 5 * 60_000;
const unansweredMs = 60_000;
const sweepMs = 15_000;
