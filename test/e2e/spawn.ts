import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { createOutput, type Output } from './output.ts';

/** How a process ended. */
export interface Exit {
  /** `null` where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Since it was started. */
  readonly afterMs: number;
}

/** Parley as a process of its own. */
export interface SpawnedParley {
  readonly pid: number;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Writes to its standard input. */
  write(text: string): void;
  /** Ends its standard input. */
  endInput(): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has ended and all its output is there. */
  readonly exited: Promise<Exit>;
}

/** Options of {@link spawnParley}. */
export interface SpawnOptions {
  /** Its whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where it runs: `.env` files are read there. */
  readonly directory: string;
  /** @default none; `chat` opens the terminal chat */
  readonly arguments?: readonly string[];
}

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Starts `node src/main.ts`; killed with the test, if it still runs then. */
export function spawnParley(options: SpawnOptions): SpawnedParley {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [mainFile, ...(options.arguments ?? [])], {
    cwd: options.directory,
    env: { ...options.environment },
  });
  const stdout = createOutput();
  const stderr = createOutput();
  child.stdout.pipe(stdout.stream);
  child.stderr.pipe(stderr.stream);
  // It may be gone before it has read all of its input.
  child.stdin.on('error', () => undefined);
  const exited = once(child, 'close').then(
    ([code, signal]): Exit => ({ code, signal, afterMs: performance.now() - startedAt }),
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    pid: child.pid ?? 0,
    stdout,
    stderr,
    write: (text) => void child.stdin.write(text),
    endInput: () => void child.stdin.end(),
    kill: (signal) => void child.kill(signal),
    exited,
  };
}
