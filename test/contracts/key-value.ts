import { expect, it, vi } from 'vitest';
import type { KeyValue } from '../../src/core/ports.ts';

/**
 * What every key-value store promises.
 *
 * @param open gives two stores of different namespaces, both empty, that share whatever is beneath
 */
export function keyValueContract(open: () => Promise<readonly [KeyValue, KeyValue]>): void {
  const oddKeys = [
    '',
    ' ',
    'a:b',
    'a::b',
    '*',
    'k?[x]',
    '%',
    "'; drop table parley; --",
    'line\nbreak',
    'nul\u0000byte',
    'größe 频道 🧵',
    'lone \ud83d',
    'lone \ud83e',
    '__proto__',
    'x'.repeat(200),
    'x'.repeat(201),
    'x'.repeat(5_000),
    `${'x'.repeat(5_000)}y`,
  ];

  it('gives back what was set, and undefined for what was not', async () => {
    const [store] = await open();
    const value = {
      text: 'a "b" \u0000 \ud83d 🧵 :base64:AA :x',
      list: [1, null, true, 0.1],
      nested: { '': [] },
    };
    await store.set('key', value);
    expect(await store.get('key')).toEqual(value);
    expect(await store.get('other')).toBeUndefined();
  });

  it('keeps null, false, zero and empty values apart from missing ones', async () => {
    const [store] = await open();
    for (const value of [null, false, 0, '', [], {}]) {
      await store.set('key', value);
      expect(await store.get('key')).toEqual(value);
    }
  });

  it('gives back a copy', async () => {
    const [store] = await open();
    const value = { list: [1] };
    await store.set('key', value);
    value.list.push(2);
    expect(await store.get('key')).toEqual({ list: [1] });
  });

  it('replaces and deletes', async () => {
    const [store] = await open();
    await store.set('key', 1);
    await store.set('key', 2);
    expect(await store.get('key')).toBe(2);
    await store.delete('key');
    await store.delete('key');
    expect(await store.get('key')).toBeUndefined();
  });

  it('takes any key, long or odd, and lists it as it was', async () => {
    const [store] = await open();
    for (const [index, key] of oddKeys.entries()) await store.set(key, index);
    for (const [index, key] of oddKeys.entries()) expect(await store.get(key)).toBe(index);
    const entries = await entriesOf<number>(store);
    const byValue = entries.toSorted((left, right) => left[1] - right[1]);
    expect(byValue).toEqual(oddKeys.map((key, index) => [key, index]));
  });

  it('keeps namespaces apart, whatever the keys look like', async () => {
    const [store, neighbour] = await open();
    const keys = ['b', 'a:b', ':b', '::b', ...oddKeys];
    for (const key of keys) await store.set(key, 'own');
    for (const key of keys) expect(await neighbour.get(key)).toBeUndefined();
    expect(await entriesOf(neighbour)).toEqual([]);
    await neighbour.set('b', 'other');
    await neighbour.delete('a:b');
    expect(await store.get('b')).toBe('own');
    expect(await store.get('a:b')).toBe('own');
    expect(await entriesOf(neighbour)).toEqual([['b', 'other']]);
  });

  it('forgets an entry when its time has come, and not before', async () => {
    const [store] = await open();
    await store.set('short', 1, 40);
    await store.set('long', 2, 60_000);
    await store.set('over', 3, 60_000);
    await store.set('over', 3, 0);
    expect(await store.get('long')).toBe(2);
    expect(await store.get('over')).toBeUndefined();
    await vi.waitFor(async () => expect(await store.get('short')).toBeUndefined());
    expect(await entriesOf(store)).toEqual([['long', 2]]);
  });

  it('takes the time to live away with the next set', async () => {
    const [store] = await open();
    await store.set('key', 1, 30);
    await store.set('key', 2);
    await store.set('marker', 1, 60);
    await vi.waitFor(async () => expect(await store.get('marker')).toBeUndefined());
    expect(await store.get('key')).toBe(2);
  });

  it('lists more entries than fit in a page, each once', async () => {
    const [store] = await open();
    const numbers = Array.from({ length: 1_203 }, (_, index) => index);
    await Promise.all(numbers.map((number) => store.set(`key ${number}`, number)));
    const listed = (await entriesOf<number>(store)).map(([, value]) => value);
    expect(listed.toSorted((left, right) => left - right)).toEqual(numbers);
  });

  it('can be left in the middle of a listing', async () => {
    const [store] = await open();
    for (const key of ['a', 'b', 'c']) await store.set(key, key);
    for await (const [key] of store.entries()) {
      await store.delete(key);
      break;
    }
    expect(await entriesOf(store)).toHaveLength(2);
  });

  it('holds a large value', async () => {
    const [store] = await open();
    const value = 'wörter '.repeat(40_000);
    await store.set('key', value);
    expect(await store.get('key')).toBe(value);
  });
}

/** All entries of a store, in the order in which it lists them. */
export async function entriesOf<Value>(store: KeyValue): Promise<(readonly [string, Value])[]> {
  const entries: (readonly [string, Value])[] = [];
  for await (const entry of store.entries<Value>()) entries.push(entry);
  return entries;
}
