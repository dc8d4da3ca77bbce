import { readdirSync, readFileSync } from 'node:fs';

/** True where the machine tells which processes a process has started. */
export const tellsChildren = process.platform === 'linux';

/** Processes that a process has started and that are still there. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8');
      return children.trim().split(' ').filter(Boolean).map(Number);
    } catch {
      return []; // the thread has just ended
    }
  });
}

/** True while there is such a process. */
export function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // none of that number
  }
}
