import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startDeadline } from '../../src/models/deadline.ts';

describe('deadline', () => {
  const options = { idleMs: 10, totalMs: 100 };
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('counts silence only where words are expected', () => {
    const deadline = startDeadline(new AbortController().signal, options);
    vi.advanceTimersByTime(50);
    deadline.expect();
    vi.advanceTimersByTime(9);
    deadline.expect();
    vi.advanceTimersByTime(9);
    deadline.relax();
    vi.advanceTimersByTime(20);
    expect(deadline.signal.aborted).toBe(false);
    deadline.expect();
    vi.advanceTimersByTime(10);
    expect(deadline.signal.reason).toMatchObject({ code: 'timed-out' });
    deadline.close();
  });

  test('passes on the reason of the caller, also one that is older', () => {
    const caller = new AbortController();
    const deadline = startDeadline(caller.signal, options);
    caller.abort('stop');
    expect(deadline.signal.reason).toBe('stop');
    expect(startDeadline(AbortSignal.abort('before'), options).signal.reason).toBe('before');
    deadline.close();
  });

  test('once closed, leaves nothing behind', () => {
    const caller = new AbortController();
    const deadline = startDeadline(caller.signal, options);
    deadline.expect();
    deadline.close();
    expect(vi.getTimerCount()).toBe(0);
    caller.abort('stop');
    expect(deadline.signal.aborted).toBe(false);
  });
});
