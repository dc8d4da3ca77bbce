import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createNames } from '../../../src/adapters/slack/names.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function recordingNames(answer: (id: string) => Promise<string | undefined>) {
  const asked: string[] = [];
  const failed: string[] = [];
  const names = createNames({
    lookUp(id) {
      asked.push(id);
      return answer(id);
    },
    onFailure: (id) => void failed.push(id),
    size: 2,
    lifetimeMs: 1_000,
    failureMs: 100,
    patienceMs: 50,
  });
  return { names, asked, failed };
}

test('a name is asked for once, also by many at a time, until it is old', async () => {
  const { names, asked } = recordingNames(async (id) => `name of ${id}`);
  expect(await Promise.all([names.of('U1'), names.of('U1')])).toEqual(['name of U1', 'name of U1']);
  vi.advanceTimersByTime(999);
  await names.of('U1');
  expect(asked).toEqual(['U1']);
  vi.advanceTimersByTime(2);
  await names.of('U1');
  expect(asked).toEqual(['U1', 'U1']);
});

test('the oldest name makes room', async () => {
  const { names, asked } = recordingNames(async (id) => id);
  for (const id of ['U1', 'U2', 'U3', 'U2', 'U1']) await names.of(id);
  expect(asked).toEqual(['U1', 'U2', 'U3', 'U1']);
});

test('a failure is told, and tried again soon', async () => {
  const { names, asked, failed } = recordingNames(async () => {
    throw new Error('no');
  });
  expect(await names.of('U1')).toBeUndefined();
  expect(await names.of('U1')).toBeUndefined();
  expect([asked, failed]).toEqual([['U1'], ['U1']]);
  vi.advanceTimersByTime(101);
  await names.of('U1');
  expect(asked).toHaveLength(2);
});

test('nobody waits for ever, and a late name is there for the next', async () => {
  const late = Promise.withResolvers<string>();
  const { names } = recordingNames(() => late.promise);
  const first = names.of('U1');
  vi.advanceTimersByTime(50);
  expect(await first).toBeUndefined();
  late.resolve('Ann');
  expect(await names.of('U1')).toBe('Ann');
  expect(vi.getTimerCount()).toBe(0);
});
