import { forms } from '../buttons.ts';
import type { CardButton } from '../picture-ports.ts';
import { doubled, landscape, portrait, square } from './size.ts';

/** What the buttons under pictures do: `again` the same wish; the others work from one of the pictures. */
export const deeds = ['again', 'vary', 'edit', 'size'] as const;
/** One of {@link deeds}. */
export type Deed = (typeof deeds)[number];

/** What buttons depend on. */
export interface ButtonsOptions {
  /** Under which the pictures are known. */
  readonly exhibit: string;
  /** How many pictures there are. */
  readonly count: number;
  /** Of the first picture, where it is known. */
  readonly size?: string;
  /** As of the model. */
  readonly anySize: boolean;
}

/** The buttons under pictures: at most ten, most useful first. */
export function toButtons({ exhibit, count, size, anySize }: ButtonsOptions): readonly CardButton[] {
  const button = (label: string, deed: Deed, more: Readonly<Record<string, string>> = {}): CardButton => ({
    label,
    command: 'image',
    options: { do: deed, of: exhibit, ...more },
  });
  const pictures = Array.from({ length: Math.min(count, mostOfEach) }, (_, index) => ({
    at: String(index + 1),
    which: count === 1 ? '' : ` ${index + 1}`,
  }));
  const pairs = pictures.flatMap(({ at, which }) => [
    button(count === 1 ? 'Variations' : `Vary${which}`, 'vary', { at }),
    { ...button(`Edit${which}`, 'edit', { at }), asks: forms.edit },
  ]);
  const other = shapes.filter(({ to }) => toShape(to) !== toShape(size ?? square));
  // Of several pictures all are drawn again in the other shape.
  const reshape = other.map(({ label, to }) => button(label, count === 1 ? 'size' : 'again', { size: to }));
  const bigger = anySize && size !== undefined ? doubled(size) : undefined;
  const enlarge =
    bigger === undefined
      ? []
      : pictures.map(({ at, which }) => button(`Bigger${which}`, 'size', { at, size: bigger }));
  const usual = [button('Again', 'again'), ...pairs];
  const room = mostButtons - usual.length - reshape.length;
  return [...usual, ...(enlarge.length <= room ? enlarge : []), ...reshape].slice(0, mostButtons);
}

const shapes = [
  { label: 'Square', to: square },
  { label: 'Portrait', to: portrait },
  { label: 'Landscape', to: landscape },
] as const;

function toShape(size: string): number {
  const [width = 1, height = 1] = size.split('x').map(Number);
  return Math.sign(width - height);
}

const mostButtons = 10;
/** Pictures that have buttons of their own. */
const mostOfEach = 4;
