import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore, type Store } from '../../src/stores/open-store.ts';

/** A kind of store that the suites run over. */
export interface Backend {
  readonly name: string;
  /** Opens it empty; closed when the test ends. */
  open(): Promise<Store>;
}

/**
 * Runs a suite over memory, SQLite, and the Redis and PostgreSQL that `TEST_REDIS_URL` and
 * `TEST_POSTGRES_URL` name. Where one is not set its suite is skipped, but fails when `CI` is `true`.
 */
export function describeEachBackend(suite: (backend: Backend) => void): void {
  describe('memory', () => suite({ name: 'memory', open: () => opened('memory://') }));
  describe('sqlite', () => suite({ name: 'sqlite', open: async () => opened(await temporarySqliteUrl()) }));
  describeServer('redis', 'TEST_REDIS_URL', suite);
  describeServer('postgres', 'TEST_POSTGRES_URL', suite);
}

/** The URL of a server to test against; `undefined` where the run has none. */
export function serverUrl(variable: 'TEST_REDIS_URL' | 'TEST_POSTGRES_URL'): string | undefined {
  return process.env[variable] || undefined;
}

/** Fails in CI, and is a visibly skipped test elsewhere: for what needs a server that the run doesn't have. */
export function itNeeds(variable: string): void {
  if (process.env.CI === 'true') {
    it(`needs ${variable}`, () => expect.fail(`${variable} has to be set in CI`));
  } else {
    process.stderr.write(`skipped: set ${variable} to run these tests\n`);
    it.skip(`needs ${variable}`, () => {});
  }
}

/** Opens a store and closes it when the test ends. */
export async function opened(url: string): Promise<Store> {
  const store = await openStore(url);
  onTestFinished(() => store.close());
  return store;
}

/** A directory of its own, removed when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function temporarySqliteUrl(): Promise<string> {
  return `sqlite://${join(await temporaryDirectory(), 'nested', 'parley.db')}`;
}

function describeServer(
  name: string,
  variable: 'TEST_REDIS_URL' | 'TEST_POSTGRES_URL',
  suite: (backend: Backend) => void,
): void {
  describe(name, () => {
    const url = serverUrl(variable);
    if (url === undefined) itNeeds(variable);
    else suite({ name, open: () => opened(url) });
  });
}
