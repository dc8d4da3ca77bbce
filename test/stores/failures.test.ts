import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createHistory } from '../../src/core/history.ts';
import type { Logger } from '../../src/core/ports.ts';
import { openStore } from '../../src/stores/open-store.ts';
import { entriesOf } from '../contracts/key-value.ts';
import { itNeeds, opened, serverUrl, temporaryDirectory } from './backends.ts';
import { createLine } from './line.ts';

const storeFailed = expect.objectContaining({ code: 'store-failed' });

/** The most that a call may take, and some room for a busy machine. */
const boundMs = 5_000 + 1_500;

function silentLogger() {
  return { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() } satisfies Logger;
}

async function expectFailureInTime(call: Promise<unknown>): Promise<void> {
  const started = performance.now();
  await expect(call).rejects.toEqual(storeFailed);
  expect(performance.now() - started).toBeLessThan(boundMs);
}

describe.each([
  ['redis', 'TEST_REDIS_URL'],
  ['postgres', 'TEST_POSTGRES_URL'],
] as const)('%s', (_name, variable) => {
  const target = serverUrl(variable);
  if (target === undefined) {
    itNeeds(variable);
    return;
  }

  it('throws while the server is away, and works again when it is back', async () => {
    const line = await createLine(target);
    const store = (await opened(line.url)).keyValue(randomUUID());
    await store.set('key', 1);
    line.cut();
    await expectFailureInTime(store.set('key', 2));
    await expectFailureInTime(store.get('key'));
    await expectFailureInTime(store.delete('key'));
    await expectFailureInTime(entriesOf(store));
    line.mend();
    await vi.waitFor(async () => expect(await store.get('key')).toBe(1), 10_000);
  });

  it('survives that the server drops a connection which nobody is using', async () => {
    const line = await createLine(target);
    const logger = silentLogger();
    const opening = await openStore(line.url, { logger });
    onTestFinished(() => opening.close());
    const store = opening.keyValue(randomUUID());
    await store.set('key', 1);
    line.cut();
    await vi.waitFor(() => expect(logger.warn).toHaveBeenCalled());
    line.mend();
    await vi.waitFor(async () => expect(await store.get('key')).toBe(1), 10_000);
  });

  it('throws in time where the server hangs', async () => {
    const line = await createLine(target);
    const opening = await opened(line.url);
    const store = opening.keyValue(randomUUID());
    await store.set('key', 1);
    line.hang();
    await Promise.all([
      expectFailureInTime(store.get('key')),
      expectFailureInTime(store.set('key', 2)),
      expectFailureInTime(entriesOf(store)),
      expectFailureInTime(openStore(line.url)),
    ]);
    await opening.close();
  });

  it('lets nothing be lost silently: an append in the outage is an error, the turns before stay', async () => {
    const line = await createLine(target);
    const history = createHistory((await opened(line.url)).keyValue(randomUUID()));
    const turn = { role: 'user', text: 'one', at: 1, tokens: 1 } as const;
    await history.append('slack:1', [turn]);
    line.cut();
    await expectFailureInTime(history.append('slack:1', [{ ...turn, text: 'two' }]));
    await expectFailureInTime(history.load('slack:1'));
    line.mend();
    await vi.waitFor(async () => expect((await history.load('slack:1')).turns).toEqual([turn]), 10_000);
  });

  it('says at the start where it could not connect, without the password', async () => {
    const line = await createLine(target);
    line.cut();
    const url = new URL(line.url);
    url.username = 'ada';
    url.password = 'hunter22';
    const failure = await openStore(url.href).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'store-failed', notice: expect.stringContaining(url.host) });
    expect((failure as Error).message).not.toMatch(/hunter22|ada/);
  });
});

describe('sqlite', () => {
  async function temporaryFile(): Promise<string> {
    return join(await temporaryDirectory(), 'parley.db');
  }

  it('refuses a file that is not a database', async () => {
    const file = await temporaryFile();
    await writeFile(file, 'Dear diary, this is no database. '.repeat(100));
    await expect(openStore(`sqlite://${file}`)).rejects.toMatchObject({
      code: 'store-failed',
      notice: expect.stringContaining(file),
    });
  });

  it('refuses a place where nothing can be written', async () => {
    const file = await temporaryFile();
    await writeFile(file, '');
    const beneathAFile = join(file, 'parley.db');
    await expect(openStore(`sqlite://${beneathAFile}`)).rejects.toEqual(storeFailed);
  });

  it('throws where another process holds on to the database', async () => {
    const file = await temporaryFile();
    const store = (await opened(`sqlite://${file}`)).keyValue('a');
    await store.set('key', 1);
    const other = new DatabaseSync(file);
    onTestFinished(() => other.close());
    other.exec('begin immediate');
    await expectFailureInTime(store.set('key', 2));
    expect(await store.get('key')).toBe(1);
    other.exec('rollback');
    await store.set('key', 3);
    expect(await store.get('key')).toBe(3);
  });

  it('throws where a query fails, also in the middle of a listing', async () => {
    const file = await temporaryFile();
    const store = (await opened(`sqlite://${file}`)).keyValue('a');
    await store.set('key', 1);
    const other = new DatabaseSync(file);
    other.exec('drop table parley');
    other.close();
    await expect(store.get('key')).rejects.toEqual(storeFailed);
    await expect(store.set('key', 2)).rejects.toEqual(storeFailed);
    await expect(store.delete('key')).rejects.toEqual(storeFailed);
    await expect(entriesOf(store)).rejects.toEqual(storeFailed);
  });

  it('counts a value that is no JSON any more as missing, and tells the log', async () => {
    const file = await temporaryFile();
    const logger = silentLogger();
    const opening = await openStore(`sqlite://${file}`, { logger });
    onTestFinished(() => opening.close());
    const store = opening.keyValue('a');
    await store.set('key', 1);
    await store.set('other', 2);
    const other = new DatabaseSync(file);
    other.exec(`update parley set value = '{"val' where key = '=key'`);
    other.close();
    expect(await store.get('key')).toBeUndefined();
    expect(await entriesOf(store)).toEqual([['other', 2]]);
    expect(logger.warn).toHaveBeenCalled();
  });

  it('writes ahead to a log of its own, so that readers and writers do not wait for one another', async () => {
    const file = await temporaryFile();
    await opened(`sqlite://${file}`);
    const other = new DatabaseSync(file);
    onTestFinished(() => other.close());
    expect(other.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });
});

describe('STORE_URL', () => {
  it.each(['mysql://localhost/x', 'parley.db', '', 'redis://', 'postgres:///x'])(
    'refuses %j with a sentence',
    async (url) => {
      const failure = await openStore(url).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'store-failed', notice: expect.stringContaining('STORE_URL') });
    },
  );

  it('is described without credentials', async () => {
    const store = await opened('memory://');
    expect(store.describe).toBe('memory (forgotten when Parley stops)');
    const file = join(await temporaryDirectory(), 'a.db');
    expect((await opened(`sqlite://${file}`)).describe).toBe(`SQLite in ${file}`);
  });
});
