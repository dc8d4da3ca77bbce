import type { CardFile, CardView } from '../../../src/core/picture-ports.ts';

/** Cards as the engine makes them. */

/** A file that holds these bytes; final where it has a key. */
export function toFile(bytes: string, key?: string, change: Partial<CardFile> = {}): CardFile {
  return {
    ...{ name: 'an-otter-1.png', mediaType: 'image/png', bytes: Buffer.from(bytes) },
    ...{ description: 'A picture drawn for the prompt: an otter', final: key !== undefined },
    ...(key !== undefined && { key }),
    ...change,
  };
}

/** A card on which something is being drawn. */
export function toDrawing(...files: readonly CardFile[]): CardView {
  return { text: '🎨 Drawing a picture…\n> an otter', files, buttons: [] };
}

/** A card with what was drawn. */
export function toDrawn(...files: readonly CardFile[]): CardView {
  return {
    text: '> an otter\n512 × 512 · 1.0 s',
    files,
    buttons: [
      { label: 'Again', command: 'image', options: { do: 'again', of: 'x' } },
      {
        ...{ label: 'Edit', command: 'image', options: { do: 'edit', of: 'x', at: '1' } },
        asks: {
          ...{ name: 'edit', option: 'prompt', title: 'Edit this picture' },
          ...{ label: 'What should change?', example: 'make the otter blue, and let it snow' },
        },
      },
    ],
  };
}

/** What the API tells of the buttons of {@link toDrawn}. */
export const buttonsOfDrawn = [
  { id: 'image?do=again&of=x', label: 'Again' },
  {
    id: 'image?do=edit&of=x&at=1&form=edit',
    label: 'Edit',
    asks: {
      title: 'Edit this picture',
      label: 'What should change?',
      example: 'make the otter blue, and let it snow',
    },
  },
];
