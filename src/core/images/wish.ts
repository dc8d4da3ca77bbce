import type { ImageFormat } from '../picture-ports.ts';
import { readSize, sizeHint } from './size.ts';

/** What somebody wants drawn. Plain JSON. */
export interface ImageWish {
  readonly prompt: string;
  /** How many pictures. */
  readonly count: number;
  /** Absent, as the following ones: the model chooses. */
  readonly size?: string;
  readonly quality?: string;
  readonly background?: string;
  readonly format?: ImageFormat;
}

/**
 * Reads a wish from its parts, in the spellings that people use.
 * @param mostCount pictures that may be made at once
 * @returns a sentence where it is none
 */
export function readWish(
  parts: Readonly<Record<string, string | undefined>>,
  mostCount: number,
): { readonly wish: ImageWish } | { readonly fault: string } {
  const prompt = parts.prompt?.trim() ?? '';
  if (prompt === '') return { fault: promptHint };
  if (prompt.length > mostPrompt)
    return { fault: `That is too long to draw: say it in ${mostPrompt} characters.` };
  const count = Number(parts.n ?? 1);
  if (!Number.isInteger(count) || count < 1 || count > mostCount) {
    return {
      fault:
        mostCount === 1
          ? 'I make one picture at a time here: leave out `--n`.'
          : `I make 1 to ${mostCount} pictures at once: say for example \`--n ${Math.min(2, mostCount)}\`.`,
    };
  }
  const size = readSize(parts.size);
  if (size === undefined) return { fault: sizeHint };
  const quality = spelled(qualities, parts.quality);
  if (quality === undefined) return { fault: 'The quality is low, medium or high: `--quality high`.' };
  const background = spelled(backgrounds, parts.background);
  if (background === undefined)
    return { fault: 'The background is transparent or opaque: `--background transparent`.' };
  const format = spelled(formats, parts.format?.replace(/^\./, ''));
  if (format === undefined) return { fault: 'I write png, jpeg or webp: `--format png`.' };
  if (background === 'transparent' && format === 'jpeg') {
    return { fault: 'A JPEG can’t be transparent: use `--format png` or `webp`.' };
  }
  return {
    wish: {
      ...{ prompt, count },
      ...(size !== 'auto' && { size }),
      ...(quality !== 'auto' && { quality }),
      ...(background !== 'auto' && { background }),
      ...(format !== 'auto' && { format }),
    },
  };
}

/** A wish as people would type it. */
export function toWords({ prompt, count, size, quality, background, format }: ImageWish): string {
  const flags = { n: count === 1 ? undefined : String(count), size, quality, background, format };
  const typed = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} ${value}`],
  );
  return [prompt, ...typed].join(' ');
}

/** What is meant; `undefined` where that is nothing known. */
function spelled<Value>(spellings: Readonly<Record<string, Value>>, said = 'auto'): Value | undefined {
  const name = said.trim().toLowerCase();
  return Object.hasOwn(spellings, name) ? spellings[name] : undefined;
}

const qualities: Readonly<Record<string, string>> = {
  auto: 'auto',
  low: 'low',
  draft: 'low',
  fast: 'low',
  medium: 'medium',
  standard: 'medium',
  normal: 'medium',
  high: 'high',
  hd: 'high',
  best: 'high',
  xhigh: 'xhigh',
  max: 'max',
};
const backgrounds: Readonly<Record<string, string>> = {
  auto: 'auto',
  opaque: 'opaque',
  solid: 'opaque',
  transparent: 'transparent',
  none: 'transparent',
  clear: 'transparent',
};
const formats: Readonly<Record<string, ImageFormat | 'auto'>> = {
  auto: 'auto',
  png: 'png',
  jpeg: 'jpeg',
  jpg: 'jpeg',
  webp: 'webp',
};
const mostPrompt = 32_000;
const promptHint =
  'What shall I draw? Say it after the command: `/image a sea otter`, with `--n 2` for two pictures and `--size tall` for a tall one.';
