import { ParleyError } from '../core/errors.ts';
import { toWords } from './durations.ts';

/** The patience of one model call. */
export interface Deadline {
  /**
   * Aborted with the reason of the caller's signal, or with a ParleyError `timed-out` once the patience is
   * used up. Whatever waits for the server waits on this signal.
   */
  readonly signal: AbortSignal;
  /** The server is to speak within `idleMs` from now. */
  expect(): void;
  /** It has spoken, or nobody listens: silence is fine until the next {@link expect}. */
  relax(): void;
  /** Frees timers and listeners. Always to be called. */
  close(): void;
}

/** Options of {@link startDeadline}, in milliseconds. */
export interface DeadlineOptions {
  readonly idleMs: number;
  readonly totalMs: number;
  /** What is waited for, as people are told. @default 'answer' */
  readonly what?: keyof typeof noticesOf;
}

/** Starts the clock of a call. `caller` is the signal of whoever wants the answer. */
export function startDeadline(
  caller: AbortSignal,
  { idleMs, totalMs, what = 'answer' }: DeadlineOptions,
): Deadline {
  const controller = new AbortController();
  const end = (reason: unknown) => controller.abort(reason);
  const onCaller = () => end(caller.reason);
  const notices = noticesOf[what];
  const onTotal = () => end(timedOut(notices.total(toWords(totalMs))));
  // Setting a timer for each token costs more than the token: one is wound up again and again.
  let expecting = false;
  const onIdle = () => {
    if (expecting) end(timedOut(notices.idle(toWords(idleMs))));
  };

  if (caller.aborted) onCaller();
  caller.addEventListener('abort', onCaller, { once: true });
  const total = setTimeout(onTotal, totalMs);
  let idle: NodeJS.Timeout | undefined;

  return {
    signal: controller.signal,
    expect() {
      expecting = true;
      idle = idle?.refresh() ?? setTimeout(onIdle, idleMs);
    },
    relax() {
      expecting = false;
    },
    close() {
      clearTimeout(idle);
      clearTimeout(total);
      caller.removeEventListener('abort', onCaller);
    },
  };
}

function timedOut(notice: string): ParleyError {
  return new ParleyError('timed-out', notice);
}

const noticesOf = {
  answer: {
    idle: (time: string) => `The model sent nothing for ${time}, so the answer was stopped: ask again.`,
    total: (time: string) =>
      `The answer took longer than ${time} and was stopped: ask for something shorter.`,
  },
  picture: {
    idle: (time: string) =>
      `The image model sent nothing for ${time}, so the picture was given up: try again.`,
    total: (time: string) =>
      `The picture took longer than ${time} and was given up: ask for a lower quality or a smaller size.`,
  },
};
