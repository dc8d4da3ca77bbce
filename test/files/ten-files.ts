import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileReader } from '../../src/files/file-reader.ts';

/**
 * Run as a process of its own, with a folder: its files arrive at once, each of them twice. Prints as JSON what that took
 * on top: megabytes, the longest stretch of work between two looks at the clock in milliseconds of processor time, and
 * what was read.
 */
const folder = process.argv[2] ?? '.';
const files = readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
const reader = createFileReader();
const { signal } = new AbortController();

const before = memory('VmRSS');
let longestMs = 0;
let last = process.threadCpuUsage();
const look = setInterval(() => {
  const { user, system } = process.threadCpuUsage(last);
  last = process.threadCpuUsage();
  longestMs = Math.max(longestMs, (user + system) / 1000);
}, 1);
const read = await Promise.all(
  [...files, ...files].map(
    async (file) => (await reader.read(file, { mostCharacters: 100_000, signal })).about,
  ),
);
clearInterval(look);
process.stdout.write(JSON.stringify({ megabytes: memory('VmHWM') - before, longestMs, read }));

/** What the process holds, or has held at most, in megabytes. */
function memory(field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return (Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024) / 1e6;
}
