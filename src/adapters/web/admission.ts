import type { ServerResponse } from 'node:http';
import { Problem } from './problems.ts';

/** Who may have work done now. */
export interface Admission {
  /** @throws Problem 503 where the server is about to end, 429 where too much of the person's runs already */
  check(person: string): void;
  /**
   * Does work that only the caller waits for; the signal aborts, with a Problem, when they or the server go away.
   * @throws Problem as {@link check}, and that of the signal
   */
  run<Result>(
    person: string,
    outgoing: ServerResponse,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result>;
  /** Admits nobody any more. */
  stop(): void;
  /** Resolves once no work runs. */
  settled(): Promise<void>;
  /** Aborts what still runs: it gets a Problem 503 to tell. */
  abort(): void;
}

/** Options of {@link createAdmission}. */
export interface AdmissionOptions {
  /** Most that may run at once for a person. */
  mostOf(person: string): number;
  /** How many turns of a person run. */
  turnsOf(person: string): number;
}

/** Creates the admission of a server. */
export function createAdmission({ mostOf, turnsOf }: AdmissionOptions): Admission {
  const running = new Map<AbortController, { readonly person: string; readonly done: Promise<unknown> }>();
  let stopped = false;

  function countOf(person: string): number {
    return [...running.values()].filter((work) => work.person === person).length + turnsOf(person);
  }

  function check(person: string): void {
    if (stopped) throw restarting();
    if (countOf(person) >= mostOf(person))
      throw new Problem(429, 'Too many of your answers are being written: wait for one of them to end.', {
        code: 'too-many-turns',
        retryAfterSeconds: 5,
      });
  }

  return {
    check,
    async run(person, outgoing, work) {
      check(person);
      const controller = new AbortController();
      const leave = () => {
        if (!outgoing.writableFinished) controller.abort(new Problem(503, 'You went away: ask again.'));
      };
      outgoing.once('close', leave);
      if (outgoing.destroyed) leave();
      const done = work(controller.signal);
      running.set(controller, { person, done });
      try {
        return await done;
      } catch (error) {
        throw controller.signal.aborted ? controller.signal.reason : error;
      } finally {
        running.delete(controller);
        outgoing.off('close', leave);
      }
    },
    stop() {
      stopped = true;
    },
    async settled() {
      await Promise.allSettled([...running.values()].map(({ done }) => done));
    },
    abort() {
      for (const controller of running.keys()) controller.abort(restarting());
    },
  };
}

function restarting(): Problem {
  return new Problem(503, 'Parley is restarting: try again in a few seconds.', { retryAfterSeconds: 5 });
}
