import type { ServerResponse } from 'node:http';
import { Problem } from './problems.ts';

/** Who may have work done now. */
export interface Admission {
  /** @throws Problem 503 where the server is about to end, 429 where too much of the person's runs already */
  check(person: string): void;
  /**
   * Does work that only the caller waits for; the signal aborts when they go away.
   * @throws Problem as {@link check}
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
  /** Aborts what still runs. */
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
    if (stopped)
      throw new Problem(503, 'Parley is restarting: try again in a few seconds.', { retryAfterSeconds: 5 });
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
        if (!outgoing.writableFinished) controller.abort(new Error('the client went away'));
      };
      outgoing.once('close', leave);
      const done = work(controller.signal);
      running.set(controller, { person, done });
      try {
        return await done;
      } catch (error) {
        if (!controller.signal.aborted) throw error;
        // Whoever went away does not see it.
        throw new Problem(503, 'This was given up: try again in a few seconds.', {
          retryAfterSeconds: 5,
          cause: error,
        });
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
      for (const controller of running.keys()) controller.abort(new Error('the server was closed'));
    },
  };
}
