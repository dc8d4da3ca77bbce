import { expect, it, vi } from 'vitest';
import { createConversationIndex, toTitle } from '../../../src/adapters/web/conversation-index.ts';
import { createMemoryKeyValue, createRecordingLogger } from '../../fakes/instruments.ts';

it('writes changes that come together together, and loses none', async () => {
  const store = createMemoryKeyValue();
  const set = vi.spyOn(store, 'set');
  const index = createConversationIndex({ store, logger: createRecordingLogger() });
  await Promise.all(Array.from({ length: 50 }, (_, number) => index.touch('ada', `c${number}`, 't')));
  expect(set.mock.calls.length).toBeLessThan(5);
  expect(await store.get('list:ada')).toHaveLength(50);
});

it('tells who waited for a write that failed, and goes on', async () => {
  const store = createMemoryKeyValue();
  const index = createConversationIndex({ store, logger: createRecordingLogger() });
  await index.touch('ada', 'c1', 'one');
  store.fail(new Error('no store'));
  await expect(index.touch('ada', 'c2', 'two')).rejects.toThrow('no store');
  await expect(index.list('bob')).rejects.toThrow('no store');
  store.fail(undefined);
  await index.touch('ada', 'c3', 'three');
  expect((await index.list('ada')).map(({ id }) => id)).toEqual(['c3', 'c2', 'c1']);
  expect(await index.list('bob')).toEqual([]);
});

it('holds a bounded number of lists, and finds the others again', async () => {
  const store = createMemoryKeyValue();
  const index = createConversationIndex({ store, logger: createRecordingLogger() });
  for (let person = 0; person < 1_100; person++) await index.touch(`p${person}`, 'c1', `title ${person}`);
  const get = vi.spyOn(store, 'get');
  expect(await index.find('p1099', 'c1')).toMatchObject({ title: 'title 1099' });
  expect(get).not.toHaveBeenCalled();
  expect(await index.find('p0', 'c1')).toMatchObject({ title: 'title 0' });
  expect(get).toHaveBeenCalledTimes(1);
});

it.each([
  ['hello', 'hello'],
  ['  two\twords \nand more', 'two words'],
  ['x'.repeat(60), 'x'.repeat(60)],
  ['x'.repeat(70), `${'x'.repeat(59)}…`],
  [`${'word '.repeat(20)}`, `${'word '.repeat(11)}word…`],
  [`${'a'.repeat(57)} bcdefgh`, `${'a'.repeat(57)}…`],
  ['🧵'.repeat(70), `${'🧵'.repeat(59)}…`],
])('makes of %j the title %j', (question, title) => {
  expect(toTitle(question)).toBe(title);
  expect(Array.from(title).length).toBeLessThanOrEqual(60);
});
