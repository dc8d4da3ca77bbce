import sharp from 'sharp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ImageRequest } from '../../src/core/picture-ports.ts';
import { createDemoImages } from '../../src/models/demo/images.ts';
import { collectImages, describeImageModel, picturesOf, plain } from '../contracts/image-model.ts';

const forever = new AbortController().signal;
const model = createDemoImages({ stepMs: 0 });

describeImageModel('demo', async () => ({ model }));

async function draw(request: Partial<ImageRequest>) {
  const events = await collectImages(model.draw({ prompt: 'a sea otter', count: 1, ...request }, forever));
  return picturesOf(events).at(-1)!;
}

async function colourOf(bytes: Uint8Array) {
  const { dominant } = await sharp(bytes).removeAlpha().stats();
  return dominant;
}

describe('the demo model', () => {
  test('draws the same for the same request, and something else for another', async () => {
    const [one, same, other] = [await draw({}), await draw({}), await draw({ prompt: 'a walrus' })];
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  test('draws in the size that is asked for, up to a bound', async () => {
    const sizeOf = async (size?: string) => {
      const { width, height } = await sharp((await draw({ ...(size && { size }) })).bytes).metadata();
      return [width, height];
    };
    expect(await sizeOf()).toEqual([512, 512]);
    expect(await sizeOf('1024x1536')).toEqual([1024, 1536]);
    expect(await sizeOf('3840x2160')).toEqual([1536, 864]);
  });

  test('knows the names of colours', async () => {
    const input = await plain('#888');
    const { r, g, b } = await colourOf((await draw({ prompt: 'make it blue', inputs: [input] })).bytes);
    expect(b).toBeGreaterThan(Math.max(r, g));
  });

  test('keeps the proportions of what it is given, and what a mask covers', async () => {
    const input = await plain('#888');
    const cover = await sharp({ create: { width: 32, height: 24, channels: 4, background: 'black' } })
      .extend({ bottom: 24, background: { r: 0, g: 0, b: 0, alpha: 0 } })
      .png()
      .toBuffer();
    const mask = { mediaType: 'image/png', bytes: cover } as const;
    const { bytes } = await draw({ prompt: 'make it red', inputs: [input], mask });
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 32, height: 48 });
    const half = (top: number) =>
      sharp(bytes).extract({ left: 0, top, width: 32, height: 20 }).png().toBuffer();
    const [kept, changed] = [await colourOf(await half(0)), await colourOf(await half(28))];
    expect(kept.r).toBe(kept.b);
    expect(changed.r).toBeGreaterThan(changed.b);
  });

  test.each([
    [{ background: 'transparent', format: 'jpeg' }, /background “transparent”/],
    [{ size: '1600x200' }, /size “1600x200”/],
    [{ inputs: [{ mediaType: 'image/png', bytes: new Uint8Array(9) }] }, /PNG, JPEG or WebP/],
  ] as const)('refuses %j with a sentence', async (request, notice) => {
    await expect(draw(request)).rejects.toMatchObject({
      code: 'model-failed',
      notice: expect.stringMatching(notice),
    });
  });
});

describe('pace', () => {
  afterEach(() => void vi.useRealTimers());

  test('two previews and the picture, a step apart; an abort leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const controller = new AbortController();
    const drawing = createDemoImages()
      .draw({ prompt: 'x', count: 1 }, controller.signal)
      [Symbol.asyncIterator]();
    const first = drawing.next();
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
    await vi.advanceTimersByTimeAsync(300);
    expect(await first).toMatchObject({ value: { type: 'preview' } });
    const second = expect(drawing.next()).rejects.toThrow('stop');
    expect(vi.getTimerCount()).toBe(1);
    controller.abort(new Error('stop'));
    await second;
    expect(vi.getTimerCount()).toBe(0);
  });
});
