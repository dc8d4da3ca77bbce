import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createTurnstile } from '../../src/core/turnstile.ts';

it('lets one through per turn, in order, and each goes as far as it can', async () => {
  const turnstile = createTurnstile();
  const steps: string[] = [];
  const people = ['one', 'two', 'three'].map(async (name) => {
    await turnstile.pass();
    for (const step of ['asks', 'reads', 'sends']) {
      await Promise.resolve();
      steps.push(`${name} ${step}`);
    }
  });
  await Promise.all(people);
  expect(steps).toEqual(
    ['one', 'two', 'three'].flatMap((name) => [`${name} asks`, `${name} reads`, `${name} sends`]),
  );
});

it('lets whoever comes later through, too', async () => {
  const turnstile = createTurnstile();
  await turnstile.pass();
  await nextTurn();
  await turnstile.pass();
});
