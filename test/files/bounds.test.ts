import { describe, expect, it } from 'vitest';
import { createFileReader } from '../../src/files/file-reader.ts';

const size = 20_000_000;

describe('an abort', () => {
  it('before it begins reads nothing', async () => {
    const signal = AbortSignal.abort(new Error('before'));
    await expect(
      createFileReader().read({ name: 'a.txt', bytes: Buffer.from('a') }, { mostCharacters: 100, signal }),
    ).rejects.toThrow('before');
  });

  it('ends a long text', async () => {
    const controller = new AbortController();
    const reading = createFileReader().read(
      { name: 'a.log', bytes: Buffer.alloc(size, 'line\n') },
      { mostCharacters: 100, signal: controller.signal },
    );
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(reading).rejects.toThrow('enough');
  });
});
