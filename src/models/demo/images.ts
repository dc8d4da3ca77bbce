import type { Sharp } from 'sharp';
import { ParleyError } from '../../core/errors.ts';
import type { ImageEvent, ImageModel, ImageRequest } from '../../core/picture-ports.ts';
import type { Picture } from '../../core/ports.ts';
import { toRefusedOption } from '../image-notices.ts';
import { wait } from '../wait.ts';
import { drawFrame, drawScene, toTint } from './scenery.ts';

/** Options of {@link createDemoImages}. */
export interface DemoImagesOptions {
  /** Between two previews, in milliseconds; three times that to the picture. @default 300 */
  readonly stepMs?: number;
}

/**
 * The image model that is there where no other is set up: hills under a sun, always the same for the same request, and two
 * blurred previews of them. It understands shape, format, transparency and the names of colours. Given pictures, it takes the
 * first one and tints it, within the mask if there is one, else with a frame.
 */
export function createDemoImages({ stepMs = 300 }: DemoImagesOptions = {}): ImageModel {
  async function* draw(request: ImageRequest, signal: AbortSignal): AsyncGenerator<ImageEvent> {
    signal.throwIfAborted();
    const { sharp } = await load();
    const pictures: Buffer[] = [];
    for (let index = 0; index < request.count; index += 1) {
      pictures.push(await compose(request, index).catch(toFault));
      signal.throwIfAborted();
    }
    for (const blur of [24, 8]) {
      await wait(stepMs, signal);
      for (const [index, bytes] of pictures.entries()) {
        const preview = await write(
          sharp(bytes)
            .resize(previewSide, previewSide, inside)
            .blur(blur / 4),
          request,
        );
        signal.throwIfAborted();
        yield { type: 'preview', index, picture: preview };
      }
    }
    await wait(stepMs, signal);
    for (const [index, bytes] of pictures.entries()) {
      const picture = await write(sharp(bytes), request);
      signal.throwIfAborted();
      yield { type: 'picture', index, picture };
    }
    yield { type: 'finish' };
  }

  return { id: 'demo', anySize: true, draw };
}

/** Loaded with the first picture: who makes none does without it. */
async function load() {
  return { sharp: (await import('sharp')).default };
}

async function compose(request: ImageRequest, index: number): Promise<Buffer> {
  const { sharp } = await load();
  const { prompt, inputs = [], mask, background, format } = request;
  const transparent = background === 'transparent';
  if (transparent && format === 'jpeg')
    throw new ParleyError('model-failed', toRefusedOption('background', 'transparent'));
  const size = readSize(request.size);
  const seed = index === 0 ? prompt : `${prompt} (${index + 1})`;
  const [input] = inputs;
  if (input === undefined) {
    const svg = drawScene(seed, { ...(size ?? { width: ownSide, height: ownSide }), transparent });
    return sharp(Buffer.from(svg)).png({ compressionLevel: 1 }).toBuffer();
  }
  const fit = size ?? { width: ownSide, height: ownSide };
  const { data: base, info } = await sharp(input.bytes)
    .autoOrient()
    .resize(fit.width, fit.height, size === undefined ? inside : { fit: 'cover' })
    .ensureAlpha()
    .png({ compressionLevel: 1 })
    .toBuffer({ resolveWithObject: true });
  // Written out: else what is laid over it would be tinted, too.
  const tinted = sharp(await sharp(base).tint(toTint(seed)).png({ compressionLevel: 1 }).toBuffer());
  if (mask === undefined) {
    return tinted
      .composite([{ input: Buffer.from(drawFrame(seed, info)) }])
      .png({ compressionLevel: 1 })
      .toBuffer();
  }
  // What the mask leaves free shows the tinted picture through the untouched one.
  const kept = await sharp(mask.bytes)
    .ensureAlpha()
    .resize(info.width, info.height, { fit: 'fill' })
    .png({ compressionLevel: 1 })
    .toBuffer();
  const untouched = await sharp(base)
    .composite([{ input: kept, blend: 'dest-in' }])
    .png()
    .toBuffer();
  return tinted
    .composite([{ input: untouched }])
    .png({ compressionLevel: 1 })
    .toBuffer();
}

async function write(image: Sharp, { format = 'png' }: ImageRequest): Promise<Picture> {
  switch (format) {
    case 'jpeg':
      return {
        mediaType: 'image/jpeg',
        bytes: await image.flatten({ background: 'white' }).jpeg().toBuffer(),
      };
    case 'webp':
      return { mediaType: 'image/webp', bytes: await image.webp({ quality: 90, effort: 1 }).toBuffer() };
    default:
      return { mediaType: 'image/png', bytes: await image.png({ compressionLevel: 6 }).toBuffer() };
  }
}

/** @throws ParleyError where it is none */
function readSize(size: string | undefined): { readonly width: number; readonly height: number } | undefined {
  if (size === undefined || size === 'auto') return undefined;
  const [, across, down] = /^(\d{2,4})x(\d{2,4})$/.exec(size) ?? [];
  const [width, height] = [Number(across), Number(down)];
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  if (!(longer <= 3 * shorter)) throw new ParleyError('model-failed', toRefusedOption('size', size));
  const scale = Math.min(1, longestSide / longer);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function toFault(cause: unknown): never {
  if (cause instanceof ParleyError) throw cause;
  throw new ParleyError(
    'model-failed',
    'The image model could not use what it was given to start from: send it as PNG, JPEG or WebP.',
    { cause },
  );
}

const inside = { fit: 'inside', withoutEnlargement: true } as const;
/** Pixels where nobody asked for a size. */
const ownSide = 512;
const longestSide = 1536;
const previewSide = 256;
