import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../src/core/ports.ts';
import { read, refusal } from './reading.ts';

const formats = ['png', 'jpeg', 'gif', 'webp'] as const;

function plain(width: number, height: number) {
  return sharp({ create: { width, height, channels: 3, background: '#336699' } });
}

/** Like a photograph to an encoder: no two pixels are the same. */
function noise(width: number, height: number, channels: 3 | 4 = 3) {
  return sharp(randomBytes(width * height * channels), { raw: { width, height, channels } });
}

async function readPicture(name: string, bytes: Uint8Array): Promise<Picture & { readonly about: string }> {
  const file = await read(name, bytes);
  if (file.kind !== 'picture') throw new Error(`${name} was read as a ${file.kind}`);
  return file;
}

async function sizeOf(bytes: Uint8Array) {
  const { width, height } = await sharp(bytes).metadata();
  return { width, height };
}

/** A PNG of nothing but a header that claims this size. */
async function claiming(width: number, height: number, small = plain(8, 8).png()): Promise<Buffer> {
  const picture = await small.toBuffer();
  // Of a PNG the first chunk, of a progressive JPEG the frame.
  const frame = picture.indexOf(Buffer.from([0xff, 0xc2]));
  if (frame === -1) {
    picture.writeUInt32BE(width, 16);
    picture.writeUInt32BE(height, 20);
  } else {
    picture.writeUInt16BE(height, frame + 5);
    picture.writeUInt16BE(width, frame + 7);
  }
  return picture;
}

describe('a picture', { timeout: 60_000 }, () => {
  it.each(formats)('is read as %s', async (format) => {
    const picture = await readPicture(`a.${format}`, await plain(640, 480)[format]().toBuffer());
    expect(picture.about).toMatch(/^(PNG|JPEG|GIF|WebP) picture, 640 × 480$/);
    expect(picture.mediaType).toBe('image/png');
    expect((await sharp(picture.bytes).metadata()).format).toBe('png');
  });

  it('is read by its content, whatever it is called', async () => {
    expect((await readPicture('note.txt', await plain(20, 10).jpeg().toBuffer())).about).toBe(
      'JPEG picture, 20 × 10',
    );
  });

  it('is scaled to 1568 pixels on its longer side, never up', async () => {
    const wide = await readPicture('wide.png', await plain(4000, 1000).png().toBuffer());
    expect(wide.about).toBe('PNG picture, 4000 × 1000');
    expect(await sizeOf(wide.bytes)).toEqual({ width: 1568, height: 392 });
    expect(await sizeOf((await readPicture('s.png', await plain(30, 20).png().toBuffer())).bytes)).toEqual({
      width: 30,
      height: 20,
    });
  });

  it('is turned upright, and loses what the camera wrote beside it', async () => {
    const photograph = await plain(300, 200)
      .jpeg()
      .withExif({ IFD0: { Copyright: 'somebody' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const picture = await readPicture('photo.jpg', photograph);
    expect(picture.about).toBe('JPEG picture, 200 × 300');
    const { width, height, exif, orientation } = await sharp(picture.bytes).metadata();
    expect({ width, height, exif, orientation }).toEqual({
      width: 200,
      height: 300,
      exif: undefined,
      orientation: undefined,
    });
  });

  it('is a JPEG where it is a photograph', async () => {
    for (const format of ['png', 'jpeg'] as const) {
      const picture = await readPicture('photo', await noise(800, 600)[format]().toBuffer());
      expect(picture.mediaType).toBe('image/jpeg');
    }
  });

  it('keeps what shines through', async () => {
    const picture = await readPicture('cut-out.png', await noise(300, 200, 4).png().toBuffer());
    expect(picture.mediaType).toBe('image/png');
    expect((await sharp(picture.bytes).metadata()).hasAlpha).toBe(true);
  });

  it.each([3, 4] as const)('has at most 1.5 MB, whatever it shows (%i channels)', async (channels) => {
    const picture = await readPicture('noise.png', await noise(1600, 1600, channels).png().toBuffer());
    expect(picture.bytes.length).toBeLessThanOrEqual(1_500_000);
    expect(picture.mediaType).toBe(channels === 4 ? 'image/webp' : 'image/jpeg');
  });

  it('of an animation is its first frame', async () => {
    const colours = ['#ff0000', '#00ff00', '#0000ff'];
    const frames = await Promise.all(
      colours.map((background) =>
        sharp({ create: { width: 20, height: 10, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const picture = await readPicture('moving.gif', gif);
    expect(picture.about).toBe('GIF picture, first of 3 frames, 20 × 10');
    const { data } = await sharp(picture.bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
  });

  it.each([
    ['grey', () => plain(50, 50).greyscale().png()],
    ['CMYK', () => plain(50, 50).toColourspace('cmyk').jpeg()],
    ['16 bit', () => plain(50, 50).toColourspace('rgb16').png()],
  ])('is read where its colours are %s', async (_, make) => {
    expect(await sizeOf((await readPicture('a', await make().toBuffer())).bytes)).toEqual({
      width: 50,
      height: 50,
    });
  });
});

describe('a picture that can’t be read', { timeout: 60_000 }, () => {
  it('is refused by its header where it is 50,000 × 50,000', async () => {
    const png = await claiming(50_000, 50_000);
    const before = performance.now();
    expect(await refusal('huge.png', png)).toBe(
      '“huge.png” is too large a picture (50000 × 50000 pixels): send it with at most 100 million pixels.',
    );
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it.each([
    ['a progressive JPEG', 33, () => claiming(6000, 6000, plain(8, 8).jpeg({ progressive: true }))],
    [
      'one with all its colours',
      16,
      () => claiming(4200, 4200, plain(8, 8).jpeg({ progressive: true, chromaSubsampling: '4:4:4' })),
    ],
    [
      'one in CMYK',
      12,
      () => claiming(3600, 3600, plain(8, 8).toColourspace('cmyk').jpeg({ progressive: true })),
    ],
    ['an interlaced PNG', 33, () => claiming(6000, 6000, plain(8, 8).png({ progressive: true }))],
    [
      'one of 16 bits',
      16,
      () => claiming(4200, 4200, plain(8, 8).toColourspace('rgb16').png({ progressive: true })),
    ],
    ['a WebP', 25, () => plain(5100, 5000).webp({ effort: 0 }).toBuffer()],
    ['a GIF', 12, () => plain(3600, 3600).gif({ effort: 1 }).toBuffer()],
  ])('is refused earlier where it has to be unpacked as a whole: %s', async (_, millions, make) => {
    expect(await refusal('huge', await make())).toContain(`send it with at most ${millions} million pixels`);
  });

  it.each(formats)('is said to be damaged where its %s is cut off', async (format) => {
    const whole = await noise(300, 200)[format]().toBuffer();
    for (const share of [0.02, 0.5, 0.9]) {
      expect(await refusal('shot', whole.subarray(0, whole.length * share))).toBe(
        '“shot” is damaged or cut off: send it again.',
      );
    }
  });

  it('is said to be damaged where only its first bytes are a picture', async () => {
    const png = await plain(8, 8).png().toBuffer();
    const fake = Buffer.concat([png.subarray(0, 40), randomBytes(5000)]);
    expect(await refusal('fake.png', fake)).toBe('“fake.png” is damaged or cut off: send it again.');
  });

  it('is refused with what can be sent where its kind is not read', async () => {
    const tiff = await plain(8, 8).tiff().toBuffer();
    expect(await refusal('scan.tif', tiff)).toBe(
      '“scan.tif” is a picture of a kind I can’t read: send it as PNG or JPEG.',
    );
  });
});
