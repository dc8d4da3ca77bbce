import type { Picture } from '../core/ports.ts';

/**
 * A mask as servers take it: a PNG of the size of the picture that it belongs to, of which nothing counts but where it is
 * transparent. What people send has been made smaller by then, each picture in its own way.
 */
export async function toMask(mask: Picture, picture: Picture): Promise<Picture> {
  const { default: sharp } = await import('sharp');
  const [{ width, height }, own] = await Promise.all([
    sharp(picture.bytes).metadata(),
    sharp(mask.bytes).metadata(),
  ]);
  if (mask.mediaType === 'image/png' && own.width === width && own.height === height) return mask;
  const alpha = await sharp(mask.bytes)
    .ensureAlpha()
    .resize(width, height, { fit: 'fill' })
    .extractChannel('alpha')
    .raw()
    .toBuffer();
  const bytes = await sharp({ create: { width, height, channels: 3, background: 'black' } })
    .joinChannel(alpha, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
  return { mediaType: 'image/png', bytes };
}
