import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createHistory } from '../../src/core/history.ts';
import { historyStoreContract } from '../contracts/history-store.ts';
import { entriesOf, keyValueContract } from '../contracts/key-value.ts';
import { describeEachBackend } from './backends.ts';

describeEachBackend((backend) => {
  describe('as key-value store', () => {
    keyValueContract(async () => {
      const store = await backend.open();
      const name = randomUUID();
      return [store.keyValue(name), store.keyValue(`${name}:a`)];
    });

    it('reads many keys in one go, in their order', async () => {
      const store = (await backend.open()).keyValue(randomUUID());
      await store.set('a', 1);
      await store.set('é', 2);
      expect(await store.many?.(['é', 'missing', 'a'])).toEqual([2, undefined, 1]);
      expect(await store.many?.([])).toEqual([]);
    });

    it('refuses every call once it is closed', async () => {
      const opened = await backend.open();
      const store = opened.keyValue(randomUUID());
      await store.set('key', 1);
      await opened.close();
      await opened.close();
      const failure = expect.objectContaining({ code: 'store-failed' });
      await expect(store.get('key')).rejects.toEqual(failure);
      await expect(store.set('key', 2)).rejects.toEqual(failure);
      await expect(store.delete('key')).rejects.toEqual(failure);
      await expect(entriesOf(store)).rejects.toEqual(failure);
    });
  });

  describe('as history', () => {
    historyStoreContract(async () => {
      const keyValue = (await backend.open()).keyValue(randomUUID());
      return () => createHistory(keyValue);
    });
  });
});
