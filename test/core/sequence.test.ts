import { expect, it } from 'vitest';
import { createSequence } from '../../src/core/sequence.ts';

it('keeps the order of a key, whatever the tasks wait for, and lets other keys pass', async () => {
  const sequence = createSequence();
  const gate = Promise.withResolvers<void>();
  const order: string[] = [];
  const first = sequence.run('a', async () => {
    await gate.promise;
    order.push('a1');
  });
  const second = sequence.run('a', async () => {
    order.push('a2');
  });
  await sequence.run('b', async () => {
    order.push('b1');
  });
  gate.resolve();
  await Promise.all([first, second]);
  expect(order).toEqual(['b1', 'a1', 'a2']);
});

it('hands a failure to its caller alone', async () => {
  const sequence = createSequence();
  const failing = sequence.run('a', async () => {
    throw new Error('no');
  });
  const next = sequence.run('a', async () => 'yes');
  await expect(failing).rejects.toThrow('no');
  await expect(next).resolves.toBe('yes');
});
