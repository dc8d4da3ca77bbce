import { expect, it } from 'vitest';
import type { HistoryStore, ThreadKey, Turn } from '../../src/core/ports.ts';

/** A turn for tests; `text` tells it apart. */
export function turnOf(text: string, more: Partial<Turn> = {}): Turn {
  return { role: 'user', text, at: 1_700_000_000_000, tokens: 3, ...more };
}

/**
 * What every history promises.
 *
 * @param open gives a history; again and again over the same entries, as after a restart
 */
export function historyStoreContract(prepare: () => Promise<() => HistoryStore>): void {
  const thread: ThreadKey = 'slack:T1:C1:1700000000.000100';

  async function texts(history: HistoryStore, key: ThreadKey = thread): Promise<string[]> {
    return (await history.load(key)).turns.map((turn) => turn.text);
  }

  it('knows nothing of a thread at first', async () => {
    const history = (await prepare())();
    expect(await history.has(thread)).toBe(false);
    expect(await history.load(thread)).toEqual({ start: 0, turns: [] });
  });

  it('gives back every field of a turn, in order', async () => {
    const history = (await prepare())();
    const turns: Turn[] = [
      turnOf('hi', {
        author: { id: 'U1', name: 'Ada | "Countess" 🧮' },
        messageId: 'slack:T1:C1:1',
        question: 'slack:T1:C1:2',
      }),
      turnOf('hello', { role: 'assistant', tokens: 0, end: 'stopped' }),
    ];
    await history.append(thread, turns);
    await history.append(thread, [turnOf('again')]);
    expect(await history.load(thread)).toEqual({ start: 0, turns: [...turns, turnOf('again')] });
    expect(await history.has(thread)).toBe(true);
  });

  it('remembers after a restart', async () => {
    const open = await prepare();
    await open().append(thread, [turnOf('one')]);
    await open().append(thread, [turnOf('two')]);
    expect(await texts(open())).toEqual(['one', 'two']);
  });

  it('corrects the newest turn, or takes it away', async () => {
    const history = (await prepare())();
    await history.correct(thread, turnOf('nothing to correct'));
    await history.append(thread, [turnOf('one'), turnOf('two'), turnOf('three')]);
    await history.correct(thread, turnOf('thr'));
    expect(await texts(history)).toEqual(['one', 'two', 'thr']);
    await history.correct(thread, undefined);
    await history.append(thread, [turnOf('four')]);
    expect(await texts(history)).toEqual(['one', 'two', 'four']);
  });

  it('keeps threads apart, also those whose keys begin alike', async () => {
    const history = (await prepare())();
    const keys: ThreadKey[] = ['discord:1', 'discord:1|', 'discord:1|0', 'discord:11', 'discord:1:1'];
    for (const key of keys) await history.append(key, [turnOf(key)]);
    for (const key of keys) expect(await texts(history, key)).toEqual([key]);
  });

  it('takes the longest thread key', async () => {
    const history = (await prepare())();
    const key: ThreadKey = `discord:${'9'.repeat(192)}`;
    await history.append(key, [turnOf('one'), turnOf('two')]);
    expect(await texts(history, key)).toEqual(['one', 'two']);
  });

  it('keeps the order of appends that were not waited for', async () => {
    const history = (await prepare())();
    const numbers = Array.from({ length: 30 }, (_, index) => String(index));
    await Promise.all(
      numbers.map((number) => history.append(thread, [turnOf(number), turnOf(`${number}b`)])),
    );
    expect(await texts(history)).toEqual(numbers.flatMap((number) => [number, `${number}b`]));
  });

  it('does nothing for an empty append', async () => {
    const history = (await prepare())();
    await history.append(thread, []);
    expect(await history.has(thread)).toBe(false);
  });

  it('moves the start of the window, forward only and never past the end', async () => {
    const open = await prepare();
    const history = open();
    await history.append(
      thread,
      ['a', 'b', 'c'].map((text) => turnOf(text)),
    );
    await history.advance(thread, 2);
    await history.advance(thread, 1);
    expect(await open().load(thread)).toEqual({ start: 2, turns: [turnOf('c')] });
    await history.advance(thread, 99);
    expect(await history.load(thread)).toEqual({ start: 3, turns: [] });
    expect(await history.has(thread)).toBe(true);
    await history.append(thread, [turnOf('d')]);
    expect(await history.load(thread)).toEqual({ start: 3, turns: [turnOf('d')] });
  });

  it('forgets, and starts anew', async () => {
    const open = await prepare();
    const history = open();
    await history.append(
      thread,
      ['a', 'b'].map((text) => turnOf(text)),
    );
    await history.append('slack:other', [turnOf('kept')]);
    await history.clear(thread);
    expect(await open().load(thread)).toEqual({ start: 0, turns: [] });
    expect(await open().has(thread)).toBe(true);
    await history.append(thread, [turnOf('c')]);
    expect(await texts(history)).toEqual(['c']);
    expect(await texts(history, 'slack:other')).toEqual(['kept']);
    await history.clear('slack:unknown');
    expect(await history.has('slack:unknown')).toBe(false);
  });

  it('reads everything, also what is before the window', async () => {
    const open = await prepare();
    const history = open();
    expect(await history.read(thread)).toEqual([]);
    const turns = Array.from({ length: 205 }, (_, index) =>
      turnOf(String(index), { messageId: `m${index}` }),
    );
    await history.append(thread, turns);
    await history.advance(thread, 200);
    expect(await open().read(thread)).toEqual(turns);
    await history.clear(thread);
    expect(await history.read(thread)).toEqual([]);
  });

  it('drops the newest turns for good', async () => {
    const open = await prepare();
    const history = open();
    await history.drop(thread, 1);
    expect(await history.has(thread)).toBe(false);
    await history.append(
      thread,
      ['a', 'b', 'c', 'd'].map((text) => turnOf(text)),
    );
    await history.drop(thread, 0);
    expect(await texts(history)).toEqual(['a', 'b', 'c', 'd']);
    await history.drop(thread, 2);
    expect(await texts(open())).toEqual(['a', 'b']);
    await history.append(thread, [turnOf('e')]);
    expect(await texts(history)).toEqual(['a', 'b', 'e']);
    await history.drop(thread, 99);
    expect(await history.load(thread)).toEqual({ start: 0, turns: [] });
    expect(await history.has(thread)).toBe(true);
  });

  it('lets prompts begin anew where nothing of the window is left after a drop', async () => {
    const history = (await prepare())();
    await history.append(
      thread,
      ['a', 'b', 'c', 'd'].map((text) => turnOf(text)),
    );
    await history.advance(thread, 2);
    await history.drop(thread, 1);
    expect(await history.load(thread)).toEqual({ start: 2, turns: [turnOf('c')] });
    await history.drop(thread, 1);
    expect(await history.load(thread)).toEqual({ start: 0, turns: [turnOf('a'), turnOf('b')] });
  });

  it('loads a long window in order', async () => {
    const history = (await prepare())();
    const numbers = Array.from({ length: 250 }, (_, index) => String(index));
    await history.append(
      thread,
      numbers.map((number) => turnOf(number)),
    );
    expect(await texts(history)).toEqual(numbers);
  });
}
