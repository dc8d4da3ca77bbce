import { expect, onTestFinished, test, vi } from 'vitest';
import { createFileRefusals } from '../../../src/adapters/slack/file-refusals.ts';

test('pictures that a workspace does not take in messages are not tried there for an hour', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const refusals = createFileRefusals();
  refusals.add('T1');
  vi.advanceTimersByTime(60 * 60_000 - 1);
  expect([refusals.has('T1'), refusals.has('T2')]).toEqual([true, false]);
  vi.advanceTimersByTime(1);
  expect(refusals.has('T1')).toBe(false);
});
