import sharp from 'sharp';
import { expect, it } from 'vitest';
import type { Picture } from '../../src/core/ports.ts';
import { toMask } from '../../src/models/mask.ts';

/** A picture whose left half is transparent. */
async function half(width: number, height: number, format: 'png' | 'webp'): Promise<Picture> {
  const pixels = Buffer.alloc(width * height * 4, 255);
  for (let at = 0; at < width * height; at++) if (at % width < width / 2) pixels[at * 4 + 3] = 0;
  const bytes = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .toFormat(format)
    .toBuffer();
  return { mediaType: `image/${format}`, bytes };
}

it('is a PNG of the size of its picture, transparent where it was', async () => {
  const picture = await half(40, 30, 'png');
  const mask = await toMask(await half(80, 60, 'webp'), picture);
  expect(mask.mediaType).toBe('image/png');
  const { data, info } = await sharp(mask.bytes).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([40, 30, 4]);
  expect([data[3], data[39 * 4 + 3]]).toEqual([0, 255]);
});

it('stays as it is where it fits', async () => {
  const mask = await half(40, 30, 'png');
  expect(await toMask(mask, await half(40, 30, 'webp'))).toBe(mask);
});
