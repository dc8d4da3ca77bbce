import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a reading process runs. */
export interface ReadingProgram {
  /** Address of the file that begins. */
  readonly entry: string;
  /** It and what it imports of ours, by address, as JavaScript. What is missing is read from its file. */
  readonly sources: ReadonlyMap<string, string>;
}

const entry = new URL('./reading-work.ts', import.meta.url).href;
const mostMs = 10_000;
let packed: Promise<ReadingProgram> | undefined;

/**
 * The program of reading processes, prepared once in a process of its own: none of them has to make JavaScript of
 * TypeScript, which costs more memory than many a file. Where that fails they do it themselves.
 */
export function loadReadingProgram(): Promise<ReadingProgram> {
  packed ??= pack();
  return packed;
}

async function pack(): Promise<ReadingProgram> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let sources: ReadonlyMap<string, string> = new Map();
  const child = fork(fileURLToPath(new URL('./program-packer.ts', import.meta.url)), [entry], {
    ...{ serialization: 'advanced', env: {}, execArgv: ['--no-warnings'], timeout: mostMs },
    ...{ stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true, windowsHide: true },
  });
  child.once('message', (message) => {
    sources = message as ReadonlyMap<string, string>;
    // It has nothing more to do, and the next process is not to begin beside it.
    child.kill('SIGKILL');
  });
  child.once('error', () => resolve());
  child.once('exit', () => resolve());
  await promise;
  return { entry, sources };
}
