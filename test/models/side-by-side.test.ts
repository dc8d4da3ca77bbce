import { expect, test } from 'vitest';
import { sideBySide } from '../../src/models/side-by-side.ts';

/** A generator whose steps a test resolves by hand. */
function byHand(name: string, over: AbortSignal) {
  let next = Promise.withResolvers<boolean>();
  const state = { started: false, ended: false };
  async function* run(): AsyncGenerator<string> {
    state.started = true;
    over.addEventListener('abort', () => next.reject(over.reason), { once: true });
    try {
      for (let step = 0; await next.promise; step += 1) {
        next = Promise.withResolvers();
        yield `${name}${step}`;
      }
    } finally {
      state.ended = true;
    }
  }
  return {
    state,
    source: run(),
    step: () => next.resolve(true),
    end: () => next.resolve(false),
    fail: (error: Error) => next.reject(error),
  };
}

function setUp() {
  const over = new AbortController();
  const hands = ['a', 'b', 'c'].map((name) => byHand(name, over.signal));
  const sources = hands.map(({ source }) => source);
  const all = sideBySide(sources, 2, over);
  return { over, hands, all };
}

test('yields what comes as it comes, and starts the next one when one has ended', async () => {
  const { hands, all } = setUp();
  const [a, b, c] = hands;
  const first = all.next();
  b?.step();
  expect(await first).toEqual({ done: false, value: 'b0' });
  expect(c?.state.started).toBe(false);
  a?.end();
  const second = all.next();
  c?.step();
  expect(await second).toEqual({ done: false, value: 'c0' });
  b?.end();
  c?.end();
  expect((await all.next()).done).toBe(true);
});

test('left, it ends those that run', async () => {
  const { over, hands, all } = setUp();
  const first = all.next();
  hands[0]?.step();
  await first;
  await all.return(undefined);
  expect(over.signal.aborted).toBe(true);
  expect(hands.map(({ state }) => state)).toEqual([
    { started: true, ended: true },
    { started: true, ended: true },
    { started: false, ended: false },
  ]);
});

test('fails with the first one that fails, and ends the others', async () => {
  const { hands, all } = setUp();
  const first = all.next();
  hands[1]?.fail(new Error('broken'));
  await expect(first).rejects.toThrow('broken');
  expect(hands[0]?.state.ended).toBe(true);
});

test('of none it is over at once', async () => {
  expect((await sideBySide([], 4, new AbortController()).next()).done).toBe(true);
});
