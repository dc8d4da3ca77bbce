import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Room for files as the web has it, in a directory of its own. */
export function createUploadRoom(directory = createScratch()) {
  return { directory, mostBytes: 20_000_000 };
}

/** A directory that is gone when the test is finished. */
export function createScratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'parley-uploads-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
