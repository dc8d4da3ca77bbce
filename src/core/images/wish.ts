import type { ImageFormat } from '../picture-ports.ts';
import { readFlags } from './flags.ts';
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

/** What came of reading a wish: one, or the sentence that says what is wrong with it. */
export type ReadWish =
  | { readonly wish: ImageWish; readonly fault?: undefined }
  | { readonly fault: string; readonly wish?: undefined };

/**
 * Reads a wish from a command's options. The prompt may hold the others, too (`a sea otter --n 2 --size tall`), in any
 * place and in the spellings that people use; those given as options of their own win.
 * @param mostCount pictures that may be made at once
 */
export function readWish(options: Readonly<Record<string, string | undefined>>, mostCount: number): ReadWish {
  const { words, flags, unknown } = readFlags(options.prompt ?? '');
  if (unknown !== undefined) return { fault: `I don’t know \`--${unknown}\`: there are ${known}.` };
  if (words === '') return { fault: promptHint };
  if (words.length > mostPrompt)
    return { fault: `That is too long to draw: say it in ${mostPrompt} characters.` };
  const given = { ...flags, ...withoutBlanks(options) };

  const count = Number(given.n ?? 1);
  if (!Number.isInteger(count) || count < 1 || count > mostCount) {
    return {
      fault:
        mostCount === 1
          ? 'I make one picture at a time here: leave out `--n`.'
          : `I make 1 to ${mostCount} pictures at once: say for example \`--n ${Math.min(2, mostCount)}\`.`,
    };
  }
  const size = readSize(given.size);
  if (size === undefined) return { fault: sizeHint };
  const quality = spellings.quality[given.quality?.toLowerCase() ?? 'auto'];
  if (quality === undefined) return { fault: 'The quality is low, medium or high: `--quality high`.' };
  const background = spellings.background[given.background?.toLowerCase() ?? 'auto'];
  if (background === undefined) {
    return { fault: 'The background is transparent or opaque: `--background transparent`.' };
  }
  const format = spellings.format[given.format?.toLowerCase().replace(/^\./, '') ?? 'auto'];
  if (format === undefined) return { fault: 'I write png, jpeg or webp: `--format png`.' };
  if (background === 'transparent' && format === 'jpeg') {
    return { fault: 'A JPEG can’t be transparent: use `--format png` or `webp`.' };
  }
  return {
    wish: {
      ...{ prompt: words, count },
      ...(size !== 'auto' && { size }),
      ...(quality !== 'auto' && { quality }),
      ...(background !== 'auto' && { background }),
      ...(format !== 'auto' && { format: format as ImageFormat }),
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

function withoutBlanks(options: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value?.trim()) given[name] = value.trim();
  }
  return given;
}

type Spellings = Readonly<Record<string, string | undefined>>;

const spellings: Readonly<Record<'quality' | 'background' | 'format', Spellings>> = {
  quality: {
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
  },
  background: {
    auto: 'auto',
    opaque: 'opaque',
    solid: 'opaque',
    transparent: 'transparent',
    none: 'transparent',
    clear: 'transparent',
  },
  format: { auto: 'auto', png: 'png', jpeg: 'jpeg', jpg: 'jpeg', webp: 'webp' },
};

const mostPrompt = 32_000;
const known = '`--n`, `--size`, `--quality`, `--background` and `--format`';
const promptHint =
  'What shall I draw? Say it after the command: `/image a sea otter`, with `--n 2` for two pictures and `--size tall` for a tall one.';
