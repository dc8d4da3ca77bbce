import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../core/ports.ts';

const everyMs = 15_000;

/** The file in the data directory whose age tells that Parley is alive. */
export const heartbeatFile = 'alive';

/** A running heartbeat. */
export interface Heartbeat {
  stop(): void;
}

/**
 * Writes `alive` into the data directory at once and every 15 s: a process whose event loop hangs stops
 * doing so. Doesn't keep the process running; a file that can't be written is logged, once until it can.
 */
export function startHeartbeat(directory: string, logger: Logger): Heartbeat {
  let failing = false;

  async function beat(): Promise<void> {
    try {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, heartbeatFile), `${new Date().toISOString()}\n`);
      failing = false;
    } catch (error) {
      if (!failing) logger.warn('heartbeat: the file can not be written; health checks will fail', { error });
      failing = true;
    }
  }

  const timer = setInterval(() => void beat(), everyMs);
  timer.unref();
  void beat();
  return { stop: () => clearInterval(timer) };
}
