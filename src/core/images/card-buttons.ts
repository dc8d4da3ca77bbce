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
  const each = Array.from({ length: count }, (_, index) => {
    const at = { at: String(index + 1) };
    const which = count === 1 ? '' : ` ${index + 1}`;
    return [
      button(count === 1 ? 'Variations' : `Vary${which}`, 'vary', at),
      { ...button(`Edit${which}`, 'edit', at), asks: forms.edit },
    ];
  });
  const bigger = anySize && size !== undefined ? doubled(size) : undefined;
  const shapes = [
    { label: 'Square', to: square },
    { label: 'Portrait', to: portrait },
    { label: 'Landscape', to: landscape },
  ].filter(({ to }) => toShape(to) !== toShape(size ?? square));
  return [
    button('Again', 'again'),
    ...each.flat(),
    ...(bigger === undefined ? [] : [button('Bigger', 'size', { size: bigger })]),
    ...shapes.map(({ label, to }) => button(label, 'size', { size: to })),
  ].slice(0, mostButtons);
}

function toShape(size: string): number {
  const [width = 1, height = 1] = size.split('x').map(Number);
  return Math.sign(width - height);
}

const mostButtons = 10;
