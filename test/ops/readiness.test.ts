import { expect, it, vi } from 'vitest';
import { createReadiness } from '../../src/ops/readiness.ts';
import { createMemoryKeyValue } from '../fakes/instruments.ts';

it('is ready once every platform is connected, and as long as they and the store are there', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const store = createMemoryKeyValue();
  let connected = true;
  const platforms = [{ name: 'web', ready: () => connected }, { name: 'discord' }];
  const readiness = createReadiness({ store, platforms });
  const states = async () => {
    const report = await readiness.check();
    return [report.ready, report.store, ...report.platforms.map(({ ready }) => ready)];
  };

  readiness.started('web');
  expect(await states()).toEqual([false, true, true, false]);
  readiness.started('discord');
  expect(await states()).toEqual([true, true, true, true]);
  expect((await readiness.check()).platforms.map(({ name }) => name)).toEqual(['web', 'discord']);
  connected = false;
  expect(await states()).toEqual([false, true, false, true]);
  connected = true;
  store.fail(new Error('gone'));
  vi.advanceTimersByTime(1_000);
  expect(await states()).toEqual([false, false, true, true]);
  vi.useRealTimers();
});

it('asks the store once, however often it is called', async () => {
  const store = createMemoryKeyValue();
  const get = vi.spyOn(store, 'get');
  const readiness = createReadiness({ store, platforms: [] });
  await Promise.all(Array.from({ length: 20 }, () => readiness.check()));
  expect(get).toHaveBeenCalledTimes(1);
});
