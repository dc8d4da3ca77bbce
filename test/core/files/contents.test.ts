import { expect, it } from 'vitest';
import { createContentStore, keyOf } from '../../../src/core/files/contents.ts';
import { createMemoryKeyValue, createRecordingLogger } from '../../fakes/instruments.ts';

const dayMs = 24 * 3_600_000;

function setUp() {
  const memory = createMemoryKeyValue();
  const writes: { readonly key: string; readonly ttlMs: number | undefined }[] = [];
  const { set } = memory;
  memory.set = async (key, value, ttlMs) => {
    writes.push({ key, ttlMs });
    await set(key, value);
  };
  const clock = { now: 0 };
  const store = createContentStore({
    keyValue: memory,
    logger: createRecordingLogger(),
    now: () => clock.now,
  });
  return { memory, writes, clock, store };
}

const text = { kind: 'text', text: 'größe 🧵' } as const;
const picture = { kind: 'picture', mediaType: 'image/webp', bytes: Buffer.from([0, 255, 128]) } as const;

it('gives back what was kept, for a week, renewed once a day where it is used', async () => {
  const { store, writes, clock } = setUp();
  await store.keep('t', text);
  await store.keep('p', picture);
  expect(await store.load(['t', 'p', 'p', 'x'])).toEqual(
    new Map<string, unknown>([
      ['t', text],
      ['p', picture],
    ]),
  );
  expect(writes).toHaveLength(2);
  clock.now = dayMs + 1;
  await store.load(['t']);
  await store.load(['t']);
  expect(writes).toEqual([
    { key: 't', ttlMs: 7 * dayMs },
    { key: 'p', ttlMs: 7 * dayMs },
    { key: 't', ttlMs: 7 * dayMs },
  ]);
});

it('keeps nothing that is too large, and reads nothing that is not its own', async () => {
  const { store, memory } = setUp();
  await store.keep('big', { kind: 'text', text: '漢'.repeat(800_000) });
  await memory.set('odd', { kind: 'picture', at: 1 });
  await memory.set('old', 'text');
  expect(await store.load(['big', 'odd', 'old'])).toEqual(new Map());
});

it('names the same content the same, and no other', () => {
  expect(keyOf(text)).toBe(keyOf({ ...text }));
  expect(keyOf(picture)).toMatch(/^[0-9a-f]{64}$/);
  expect(keyOf({ kind: 'text', text: 'a' })).not.toBe(keyOf({ ...picture, bytes: Buffer.from('a') }));
});
