import { join } from 'node:path';
import type KeyvSqlite from '@keyv/sqlite';
import { expect, it } from 'vitest';
import { createSqliteDriver } from '../../src/stores/sqlite.ts';
import { temporaryDirectory } from './backends.ts';

it('does not flush to the disk with every write, which a write-ahead log makes safe', async () => {
  const driver = createSqliteDriver(join(await temporaryDirectory(), 'parley.db'));
  await driver.open();
  const adapter = driver.adapter('a') as KeyvSqlite;
  expect(await adapter.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  expect(await adapter.query('PRAGMA synchronous')).toEqual([{ synchronous: 1 }]);
  await adapter.disconnect();
  await driver.close();
});
