import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ReadingAnswer, ReadingJob, ReadingMessage } from './reading-job.ts';
import { loadReadingProgram, type ReadingProgram } from './reading-program.ts';
import { residentBytes } from './resident-memory.ts';
import { unreadable } from './unreadable.ts';

/** A {@link ReadingJob} whose bytes are at hand. */
export type UnsizedJob = ReadingJob extends infer Job ? Omit<Job, 'length'> : never;

/** A process beside this one that reads files, one at a time. It begins with the first one. */
export interface ReadingProcess {
  /**
   * Rejects with the signal's reason where that aborts. Settles once the process is done with the file: has
   * answered, or is gone. To be called again only after that.
   * @throws ParleyError `file-unreadable` where it takes too long or too much memory
   */
  read(job: UnsizedJob, bytes: Uint8Array, signal: AbortSignal): Promise<ReadingAnswer>;
  /** Ends the process where it has nothing to do, and resolves once it is gone; the next file begins another one. */
  rest(): Promise<void>;
  /** Ends it in any case, and resolves once it is gone. */
  close(): Promise<void>;
}

/** Options of {@link createReadingProcess}. */
export interface ReadingProcessOptions {
  /** What its objects may take, in megabytes. */
  readonly heapMb: number;
  /** True where it does too little work of its own for V8's optimizers, whose code takes memory, to pay. */
  readonly plain?: boolean;
  /**
   * What it may take altogether, in bytes, its program included.
   * @default 200_000_000
   */
  readonly mostBytes?: number;
  /**
   * It ends after so many milliseconds without work.
   * @default 20_000
   */
  readonly idleMs?: number;
  /**
   * It ends at once where it holds more than so many bytes after its work: what it keeps to itself is of no use to the
   * next file.
   * @default 80_000_000
   */
  readonly mostKept?: number;
}

/** Why a process is ended before it has answered. */
type End = 'memory' | 'time' | 'start';

interface Running {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  /** Resolves once it is gone, whatever it ended by. */
  readonly gone: Promise<void>;
  /** When it began, by `performance.now()`. */
  readonly since: number;
  /** Of its last word on that. */
  memory(): number;
  /** Where its answers go. */
  onAnswer(listener: (answer: ReadingAnswer) => void): void;
}

const looksEveryMs = 50;
const shell = '/bin/sh';
/** Of its whole life. It has another one long before that. */
const mostProcessorSeconds = 120;
const mostAgeMs = 20_000;
/** A machine that takes longer to begin a process has no room for it. */
const mostStartMs = 30_000;

const ends: Readonly<Record<End, string>> = {
  memory: 'takes too much memory to read: send a smaller or simpler one',
  time: 'took too long to read: send a smaller part of it',
  start: 'could not be read just now: send it again in a minute',
};

/** Creates a {@link ReadingProcess}. */
export function createReadingProcess(options: ReadingProcessOptions): ReadingProcess {
  const { mostBytes = 200_000_000, idleMs = 20_000, mostKept = 80_000_000 } = options;
  let running: Running | undefined;
  let busy = false;
  let idle: NodeJS.Timeout | undefined;

  function begin(program: ReadingProgram): Running {
    const begun = start(options, program);
    void begun.gone.then(() => {
      if (running === begun) running = undefined;
    });
    return begun;
  }

  function end(): Promise<void> {
    clearTimeout(idle);
    const ending = running;
    running = undefined;
    if (ending === undefined) return Promise.resolve();
    // Whoever waits for its end is to live to see it.
    hold(ending.child, true);
    ending.child.kill('SIGKILL');
    return ending.gone;
  }

  function pause(child: ChildProcess): void {
    hold(child, false);
    idle = setTimeout(() => void end(), idleMs).unref();
  }

  return {
    async read(job, bytes, signal) {
      signal.throwIfAborted();
      // First this, then the process: not two of them beside this one.
      const program = await loadReadingProgram();
      signal.throwIfAborted();
      clearTimeout(idle);
      busy = true;
      running ??= begin(program);
      const { child, ready, gone, since, memory, onAnswer } = running;
      hold(child, true);
      const { promise, resolve } = Promise.withResolvers<ReadingAnswer | End | 'aborted'>();
      const onAbort = () => resolve('aborted');
      signal.addEventListener('abort', onAbort, { once: true });
      onAnswer(resolve);
      void gone.then(() => resolve('memory'));
      const look = setInterval(() => {
        if (Math.max(memory(), residentBytes(child.pid)) > mostBytes) resolve('memory');
      }, looksEveryMs);
      let limit = setTimeout(resolve, mostStartMs, 'start');
      let over = false;
      void ready.then(() => {
        if (over) return;
        clearTimeout(limit);
        limit = setTimeout(resolve, job.timeLimitMs, 'time');
        child.send({ ...job, length: bytes.length });
        child.stdin?.write(bytes);
      });
      try {
        const came = await promise;
        over = true;
        if (typeof came === 'object') return came;
        await end();
        if (came === 'aborted') throw signal.reason;
        throw unreadable(job.name, ends[came]);
      } finally {
        clearTimeout(limit);
        clearInterval(look);
        signal.removeEventListener('abort', onAbort);
        busy = false;
        if (running?.child === child) {
          const old = performance.now() - since > mostAgeMs;
          if (old || Math.max(memory(), residentBytes(child.pid)) > mostKept) await end();
          else pause(child);
        }
      }
    },
    async rest() {
      if (!busy) await end();
    },
    close: end,
  };
}

function start({ heapMb, plain = false }: ReadingProcessOptions, program: ReadingProgram): Running {
  const flags = [
    ...[`--max-old-space-size=${heapMb}`, '--max-semi-space-size=2', '--expose-gc', '--no-warnings'],
    ...(plain ? ['--no-maglev', '--no-turbofan'] : []),
  ];
  const child = fork(fileURLToPath(new URL('./reading-child.js', import.meta.url)), {
    serialization: 'advanced',
    ...underLimit(flags),
    // Nothing of ours; and large blocks of memory go back to the machine as soon as they are free (glibc).
    env: { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' },
    // What libraries complain about, and V8's last words, are no matter of the log.
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
    // Who presses Ctrl-C means this process, which lets answers finish first.
    detached: true,
    windowsHide: true,
  });
  child.send(program);
  const ready = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  let memory = 0;
  let answered: (answer: ReadingAnswer) => void = () => undefined;
  child.on('message', (message: ReadingMessage) => {
    if (message === 'ready') ready.resolve();
    else if ('memory' in message) memory = message.memory;
    else answered(message.answer);
  });
  child.once('exit', () => gone.resolve());
  // It could not be begun, killed or written to: where that ends it, the file is told of.
  child.on('error', () => {
    if (child.pid === undefined) gone.resolve();
  });
  // Bytes that no longer reach it: it is gone, and that is told.
  child.stdin?.on('error', () => undefined);
  return {
    child,
    ready: ready.promise,
    gone: gone.promise,
    since: performance.now(),
    memory: () => memory,
    onAnswer: (listener) => {
      answered = listener;
    },
  };
}

/**
 * A file may keep the process so busy that it never learns that this one is gone (killed, say): the machine then ends it,
 * where there is a shell to ask for that.
 */
function underLimit(flags: readonly string[]) {
  if (!existsSync(shell)) return { execArgv: [...flags] };
  const begin = `ulimit -t ${mostProcessorSeconds}; exec "$0" "$@"`;
  return { execPath: shell, execArgv: ['-c', begin, process.execPath, ...flags] };
}

/** Whether this process stays for the other one's sake. */
function hold(child: ChildProcess, stay: boolean): void {
  const how = stay ? 'ref' : 'unref';
  child[how]();
  child.channel?.[how]();
}
