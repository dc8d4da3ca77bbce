import { statSync } from 'node:fs';
import { join } from 'node:path';
import { heartbeatFile } from './heartbeat.ts';

/** Four beats. */
const oldestMs = 60_000;

/** One sentence that says whether the Parley of this data directory is alive, and the exit status for it. */
export interface Health {
  readonly alive: boolean;
  readonly sentence: string;
}

/** Looks at the heartbeat file of a data directory. */
export function readHealth(directory: string, now: number = Date.now()): Health {
  const file = join(directory, heartbeatFile);
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (written === undefined)
    return { alive: false, sentence: `${file} is not there: Parley has not started.` };
  const age = now - written;
  const seconds = Math.round(age / 1_000);
  return { alive: age < oldestMs, sentence: `The last heartbeat was ${seconds} s ago.` };
}

// As a script: `node src/ops/health.ts <data directory>` ends with status 0 where Parley is alive.
if (import.meta.main) {
  const { alive, sentence } = readHealth(process.argv[2] ?? 'data');
  process.stdout.write(`${sentence}\n`);
  process.exitCode = alive ? 0 : 1;
}
