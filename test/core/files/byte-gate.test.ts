import { expect, it } from 'vitest';
import { createByteGate } from '../../../src/core/files/byte-gate.ts';
import { flush } from '../../fakes/clock.ts';

const forever = new AbortController().signal;

it('lets through what fits together, in order, and what is too large alone', async () => {
  const gate = createByteGate(10);
  const inside: string[] = [];
  const enter = async (name: string, bytes: number, signal = forever) => {
    const leave = await gate.enter(bytes, signal);
    inside.push(name);
    return leave;
  };
  const first = await enter('first', 6);
  const second = await enter('second', 4);
  const huge = enter('huge', 50);
  const small = enter('small', 1);
  await flush();
  expect(inside).toEqual(['first', 'second']);
  first();
  first();
  await flush();
  expect(inside).toEqual(['first', 'second']);
  second();
  await flush();
  expect(inside).toEqual(['first', 'second', 'huge']);
  (await huge)();
  (await small)();
  expect(inside).toEqual(['first', 'second', 'huge', 'small']);
});

it('lets nobody wait who gave up, and gives their place to the next', async () => {
  const gate = createByteGate(10);
  const leave = await gate.enter(10, forever);
  const controller = new AbortController();
  const impatient = gate.enter(10, controller.signal);
  const patient = gate.enter(10, forever);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(impatient).rejects.toBe(reason);
  await expect(gate.enter(1, controller.signal)).rejects.toBe(reason);
  leave();
  (await patient)();
  (await gate.enter(10, forever))();
});
