import { createHash } from 'node:crypto';

/** What a scene looks like beside its seed. */
export interface SceneOptions {
  readonly width: number;
  readonly height: number;
  /** True: no sky. */
  readonly transparent: boolean;
}

/** Hills under a sun as an SVG, the same for the same seed; in the colour that it names, where it names one. */
export function drawScene(seed: string, { width, height, transparent }: SceneOptions): string {
  const random = createRandom(seed);
  const hue = readHue(seed) ?? random() * 360;
  const colour = (shift: number, lightness: number, saturation = 55) =>
    `hsl(${Math.round((hue + shift + 360) % 360)} ${saturation}% ${lightness}%)`;
  const sun = {
    x: width * (0.2 + 0.6 * random()),
    y: height * (0.15 + 0.25 * random()),
    radius: Math.min(width, height) * (0.07 + 0.07 * random()),
  };
  const sky = `<rect width="${width}" height="${height}" fill="url(#sky)"/>`;
  const hills = [0, 1, 2, 3].map((layer) => {
    const path = toHill(random, { width, height, top: height * (0.45 + layer * 0.14) });
    return `<path d="${path}" fill="${colour(layer * 12, 62 - layer * 13)}"/>`;
  });
  const stars = Array.from({ length: 14 }, () => {
    const size = Math.min(width, height) * (0.003 + 0.006 * random());
    return `<circle cx="${(width * random()).toFixed(1)}" cy="${(height * 0.5 * random()).toFixed(1)}" r="${size.toFixed(1)}" fill="white" opacity="0.8"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
<stop offset="0" stop-color="${colour(-40, 38)}"/><stop offset="0.7" stop-color="${colour(25, 82, 75)}"/>
</linearGradient></defs>
${transparent ? '' : sky}${transparent ? '' : stars.join('')}
<circle cx="${sun.x.toFixed(1)}" cy="${sun.y.toFixed(1)}" r="${sun.radius.toFixed(1)}" fill="${colour(40, 88, 90)}"/>
${hills.join('\n')}
</svg>`;
}

/** A frame around a picture of this size. */
export function drawFrame(
  seed: string,
  { width, height }: { readonly width: number; readonly height: number },
): string {
  const line = Math.max(2, Math.round(Math.min(width, height) / 24));
  const hue = Math.round(readHue(seed) ?? createRandom(seed)() * 360);
  const [x, y] = [width - line, height - line];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect x="${line / 2}" y="${line / 2}" width="${x}" height="${y}" fill="none" stroke="hsl(${hue} 60% 45%)" stroke-width="${line}"/></svg>`;
}

/** A colour for a picture as a whole. */
export function toTint(seed: string): { readonly r: number; readonly g: number; readonly b: number } {
  const hue = readHue(seed) ?? createRandom(seed)() * 360;
  const channel = (offset: number) => {
    const position = (offset + hue / 30) % 12;
    return Math.round(255 * (0.55 - 0.4 * Math.max(-1, Math.min(position - 3, 9 - position, 1))));
  };
  return { r: channel(0), g: channel(8), b: channel(4) };
}

function toHill(
  random: () => number,
  { width, height, top }: { readonly width: number; readonly height: number; readonly top: number },
): string {
  const steps = 5;
  const rise = () => (top + (random() - 0.5) * height * 0.16).toFixed(1);
  let path = `M0 ${height} L0 ${rise()}`;
  for (let step = 1; step <= steps; step += 1) {
    const x = (width * step) / steps;
    path += ` S${(x - width / steps / 2).toFixed(1)} ${rise()} ${x.toFixed(1)} ${rise()}`;
  }
  return `${path} L${width} ${height} Z`;
}

/** Numbers from 0 to 1, always the same ones for the same seed (mulberry32). */
function createRandom(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Of the last colour that is named. */
function readHue(text: string): number | undefined {
  const names = text
    .toLowerCase()
    .match(/\b(red|orange|yellow|gold|green|teal|blue|navy|purple|violet|pink)\b/g);
  return names === null ? undefined : hues[names.at(-1)!];
}

const hues: Readonly<Record<string, number>> = {
  ...{ red: 0, orange: 28, yellow: 52, gold: 45, green: 130, teal: 175 },
  ...{ blue: 215, navy: 225, purple: 275, violet: 270, pink: 330 },
};
