import { readFileSync } from 'node:fs';

/**
 * What a process holds in memory, in bytes, its program included; 0 where the machine does not tell (it is gone, or
 * this is no Linux).
 */
export function residentBytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // as promised
  }
}
