import { describe, expect, it } from 'vitest';
import { createCommissions } from '../../../src/core/images/commission.ts';
import type { Studio } from '../../../src/core/images/studio.ts';
import { toWords } from '../../../src/core/images/wish.ts';
import { createCall } from '../engine-fixture.ts';

/** What somebody typed after `/image`, as it is understood; nothing of it needs pictures. */
async function read(prompt: string, options: Record<string, string> = {}, mostCount = 4) {
  const commissions = createCommissions({ studio: {} as Studio, mostCount });
  const read = await commissions.read(createCall('image', { options: { prompt, ...options } }));
  return typeof read === 'string' ? { fault: read } : { wish: read.wish };
}

describe('a wish', () => {
  it.each([
    ['a sea otter', { prompt: 'a sea otter', count: 1 }],
    ['--n 2 --size 1024x1536 a sea otter', { prompt: 'a sea otter', count: 2, size: '1024x1536' }],
    ['a sea otter --n=2', { prompt: 'a sea otter', count: 2 }],
    ['a sea -n 3 otter', { prompt: 'a sea otter', count: 3 }],
    ['a sea otter —n 2 –size tall', { prompt: 'a sea otter', count: 2, size: '1024x1536' }],
    ['an otter --size 1024×1536', { prompt: 'an otter', count: 1, size: '1024x1536' }],
    ['an otter --SIZE "1536 x 1024"', { prompt: 'an otter', count: 1, size: '1536x1024' }],
    ['an otter --ar 16:9', { prompt: 'an otter', count: 1, size: '1536x1024' }],
    ['an otter --size auto', { prompt: 'an otter', count: 1 }],
    [
      'an otter --size square --quality HD',
      { prompt: 'an otter', count: 1, size: '1024x1024', quality: 'high' },
    ],
    ['an otter --size 2048x2048', { prompt: 'an otter', count: 1, size: '2048x2048' }],
    ['an otter --bg none', { prompt: 'an otter', count: 1, background: 'transparent' }],
    ['an otter --format .JPG', { prompt: 'an otter', count: 1, format: 'jpeg' }],
    ['a door — black -- and a dash', { prompt: 'a door — black -- and a dash', count: 1 }],
    ['a black—white cat —not a dog', { prompt: 'a black—white cat —not a dog', count: 1 }],
    ['an otter --size 1024 x 1536 at sea', { prompt: 'an otter at sea', count: 1, size: '1024x1536' }],
    ['a terminal with `npm run --watch`', { prompt: 'a terminal with `npm run --watch`', count: 1 }],
    ['a sign that says "go --n 2" --n 3', { prompt: 'a sign that says "go --n 2"', count: 3 }],
    ['two lines\nof words --n 2', { prompt: 'two lines\nof words', count: 2 }],
  ])('reads %j', async (text, wish) => {
    expect(await read(text)).toEqual({ wish });
  });

  it('lets options of their own win over what is typed', async () => {
    expect(await read('an otter --n 2 --size tall', { n: '3', size: '' })).toEqual({
      wish: { prompt: 'an otter', count: 3, size: '1024x1536' },
    });
  });

  it.each([
    ['', 'What shall I draw?'],
    ['--n 2', 'What shall I draw?'],
    ['an otter --n 5', '1 to 4 pictures'],
    ['an otter --n 0', '1 to 4 pictures'],
    ['an otter --n many', '1 to 4 pictures'],
    ['an otter --n', '1 to 4 pictures'],
    ['an otter --size huge', 'figures such as 1024x1536'],
    ['an otter --size 1000x1000', 'multiples of 16'],
    ['an otter --size 4096x4096', 'at most 3840x2160'],
    ['an otter --size 3200x640', 'three times'],
    ['an otter --ar 9:1', 'square, portrait'],
    ['an otter --quality superb', 'low, medium or high'],
    ['an otter --background blue', 'transparent or opaque'],
    ['an otter --quality constructor', 'low, medium or high'],
    ['an otter --background __proto__', 'transparent or opaque'],
    ['an otter --format gif', 'png, jpeg or webp'],
    ['an otter --bg transparent --format jpeg', 'can’t be transparent'],
    ['an otter --seed 7', 'I don’t know `--seed`'],
    ['x'.repeat(32_001), '32000 characters'],
  ])('says what is wrong with %.30j', async (text, sentence) => {
    expect(await read(text)).toEqual({ fault: expect.stringContaining(sentence) });
  });

  it('says so where there is but one picture to be had', async () => {
    expect(await read('an otter --n 2', {}, 1)).toEqual({
      fault: expect.stringContaining('one picture at a time'),
    });
  });

  it('is written as people would type it, and read again as the same', async () => {
    const wish = {
      ...{ prompt: 'a sea otter', count: 2, size: '1024x1536', quality: 'high' },
      ...{ background: 'transparent', format: 'webp' as const },
    };
    const words = toWords(wish);
    expect(words).toBe(
      'a sea otter --n 2 --size 1024x1536 --quality high --background transparent --format webp',
    );
    expect(await read(words)).toEqual({ wish });
  });
});
