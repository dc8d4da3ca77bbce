/**
 * A size as image models take it (`1024x1536`), from the ways in which people say it: with any sign between the figures,
 * as a word, as a proportion.
 * @returns `auto` where nothing was said, `undefined` where it is no size that a model would take
 */
export function readSize(said = 'auto'): string | undefined {
  const text = said.trim().toLowerCase();
  if (Object.hasOwn(shapes, text)) return shapes[text];
  const [, across, down] = /^(\d{1,2}(?:\.\d+)?)\s*[:/]\s*(\d{1,2}(?:\.\d+)?)$/.exec(text) ?? [];
  if (across !== undefined) return fromProportion(Number(across) / Number(down));
  const [, width, height] = /^(\d{2,5})\s*[x×*✕,]\s*(\d{2,5})$/.exec(text) ?? [];
  return width === undefined ? undefined : fromPixels(Number(width), Number(height));
}

/** The same shape with twice as many pixels on each side; `undefined` where models don't go so far. */
export function doubled(size: string): string | undefined {
  const [width = 0, height = 0] = size.split('x').map(Number);
  return fromPixels(2 * width, 2 * height);
}

/** Shapes that every model knows. */
export const square = '1024x1024';
export const portrait = '1024x1536';
export const landscape = '1536x1024';

/** Width and height are multiples of 16, neither is over three times the other, and at most 3840 x 2160 pixels, either way up. */
function fromPixels(width: number, height: number): string | undefined {
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  const fits = shorter > 0 && longer <= 3840 && shorter <= 2160 && longer <= 3 * shorter;
  return fits && width % 16 === 0 && height % 16 === 0 ? `${width}x${height}` : undefined;
}

function fromProportion(proportion: number): string | undefined {
  if (!(proportion >= 1 / 3 && proportion <= 3)) return undefined;
  if (proportion > 1.2) return landscape;
  return proportion < 1 / 1.2 ? portrait : square;
}

const shapes: Readonly<Record<string, string>> = {
  auto: 'auto',
  square,
  portrait,
  tall: portrait,
  vertical: portrait,
  landscape,
  wide: landscape,
  horizontal: landscape,
};

/** Said where it is none. */
export const sizeHint =
  'The size is square, portrait, landscape, or figures such as 1024x1536: multiples of 16, at most 3840x2160, neither side over three times the other.';
