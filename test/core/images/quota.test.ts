import { expect, it } from 'vitest';
import { createQuota, type Quota } from '../../../src/core/images/quota.ts';
import { createInstruments, createMemoryKeyValue } from '../../fakes/instruments.ts';

function setUp(perDay?: number) {
  const { logger } = createInstruments();
  const clock = { at: Date.parse('2026-11-22T10:00:00Z') };
  const store = createMemoryKeyValue();
  const options = { store, logger, now: () => clock.at, ...(perDay !== undefined && { perDay }) };
  return { clock, store, create: () => createQuota(options), quota: createQuota(options) };
}

let orders = 0;

/** Reserves and makes. @returns how many are left, or that it was refused */
async function make(quota: Quota, person: string, count: number, made = count, order = `order-${++orders}`) {
  const reserved = await quota.reserve(person, order, count);
  return reserved.granted ? reserved.settle(made) : { refused: reserved.left };
}

it('counts per person and day, also over a restart', async () => {
  const { quota, create, clock } = setUp(5);
  expect(await make(quota, 'a:ada', 3)).toBe(2);
  expect(await make(create(), 'a:ada', 3)).toEqual({ refused: 2 });
  expect(await make(quota, 'a:ada', 2)).toBe(0);
  expect(await make(quota, 'a:ben', 1)).toBe(4);
  clock.at += 24 * 3_600_000;
  expect(await make(quota, 'a:ada', 1)).toBe(4);
});

it('does not let two at once have the last one', async () => {
  const { quota } = setUp(1);
  const both = await Promise.all([quota.reserve('a', 'x', 1), quota.reserve('a', 'y', 1)]);
  expect(both.map(({ granted }) => granted)).toEqual([true, false]);
});

it('gives back what was not made, to the day that it was taken from', async () => {
  const { quota, clock } = setUp(2);
  const reserved = await quota.reserve('a', 'x', 2);
  clock.at += 24 * 3_600_000;
  expect(await make(quota, 'a', 2)).toBe(0);
  expect(reserved.granted && (await reserved.settle(1))).toBe(1);
  expect(await make(quota, 'a', 1)).toEqual({ refused: 0 });
});

it('does not charge twice what a crash cut off', async () => {
  const { quota, create } = setUp(4);
  await quota.reserve('a', 'x', 4);
  expect(await make(create(), 'a', 4, 4, 'x')).toBe(0);
  expect(await make(create(), 'a', 1)).toEqual({ refused: 0 });
});

it('keeps nobody from anything where there is no limit, or the store fails', async () => {
  expect(await make(setUp().quota, 'a', 10)).toBeUndefined();
  const { quota, store } = setUp(1);
  store.fail(new Error('down'));
  expect(await make(quota, 'a', 10)).toBeUndefined();
});

it('names nobody in the store', async () => {
  const { quota, store } = setUp(5);
  await quota.reserve('slack:U123', 'slack:T1:message', 1);
  const entries: unknown[] = [];
  for await (const entry of store.entries()) entries.push(entry);
  expect(entries).toHaveLength(1);
  expect(JSON.stringify(entries)).not.toMatch(/U123|T1/);
});
