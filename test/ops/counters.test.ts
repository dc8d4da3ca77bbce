import { expect, it } from 'vitest';
import { createCounters } from '../../src/ops/counters.ts';

it('counts by name, from zero', () => {
  const counters = createCounters();
  expect(counters.snapshot()).toEqual({});
  counters.add('calls.refused');
  counters.add('calls.refused', 2);
  counters.add('__proto__');
  const snapshot = counters.snapshot();
  expect(Object.entries(snapshot)).toEqual([
    ['__proto__', 1],
    ['calls.refused', 3],
  ]);
  counters.add('calls.refused');
  expect(snapshot['calls.refused']).toBe(3);
});
