import { expect, it } from 'vitest';
import { createQuota } from '../../../src/core/images/quota.ts';
import { createInstruments, createMemoryKeyValue } from '../../fakes/instruments.ts';

function setUp(perDay?: number) {
  const { logger } = createInstruments();
  const clock = { at: Date.parse('2026-11-22T10:00:00Z') };
  const store = createMemoryKeyValue();
  const options = { store, logger, now: () => clock.at, ...(perDay !== undefined && { perDay }) };
  return { clock, store, create: () => createQuota(options), quota: createQuota(options) };
}

it('counts per person and day, also over a restart', async () => {
  const { quota, create, clock } = setUp(5);
  expect(await quota.take('a:ada', 3)).toEqual({ granted: true, left: 2 });
  expect(await create().take('a:ada', 3)).toEqual({ granted: false, left: 2 });
  expect(await quota.take('a:ada', 2)).toEqual({ granted: true, left: 0 });
  expect(await quota.take('a:ben', 1)).toEqual({ granted: true, left: 4 });
  clock.at += 24 * 3_600_000;
  expect(await quota.take('a:ada', 1)).toEqual({ granted: true, left: 4 });
});

it('does not let two at once have the last one', async () => {
  const { quota } = setUp(1);
  const both = await Promise.all([quota.take('a', 1), quota.take('a', 1)]);
  expect(both.map(({ granted }) => granted)).toEqual([true, false]);
});

it('takes back what was not made', async () => {
  const { quota } = setUp(2);
  await quota.take('a', 2);
  await quota.giveBack('a', 1);
  expect(await quota.take('a', 1)).toEqual({ granted: true, left: 0 });
});

it('keeps nobody from anything where there is no limit, or the store fails', async () => {
  expect(await setUp().quota.take('a', 10)).toEqual({ granted: true });
  const { quota, store } = setUp(1);
  store.get = () => Promise.reject(new Error('down'));
  expect(await quota.take('a', 10)).toEqual({ granted: true });
});

it('names nobody in the store', async () => {
  const { quota, store } = setUp(5);
  await quota.take('slack:U123', 1);
  const entries: unknown[] = [];
  for await (const entry of store.entries()) entries.push(entry);
  expect(entries).toHaveLength(1);
  expect(JSON.stringify(entries)).not.toContain('U123');
});
