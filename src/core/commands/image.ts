import type { Command } from './command.ts';

/** `/image prompt`: makes pictures, of nothing or of those that come with it. @param mostCount pictures that may be made at once */
export const createImage = (mostCount: number): Command => ({
  spec: {
    name: 'image',
    description: 'Make pictures',
    options: [
      { name: 'prompt', description: 'What the picture should show', required: true, maxLength: 6_000 },
      {
        name: 'n',
        description: 'How many pictures',
        required: false,
        kind: 'number',
        least: 1,
        most: mostCount,
      },
      {
        name: 'size',
        description: 'Its shape',
        required: false,
        choices: [
          { label: 'Square (1024x1024)', value: '1024x1024' },
          { label: 'Portrait (1024x1536)', value: '1024x1536' },
          { label: 'Landscape (1536x1024)', value: '1536x1024' },
        ],
      },
      {
        name: 'quality',
        description: 'How much work goes into it',
        required: false,
        choices: [
          { label: 'Low: quick and cheap', value: 'low' },
          { label: 'Medium', value: 'medium' },
          { label: 'High: slow and dear', value: 'high' },
        ],
      },
      {
        name: 'background',
        description: 'What is behind it',
        required: false,
        choices: [
          { label: 'Opaque', value: 'opaque' },
          { label: 'Transparent', value: 'transparent' },
        ],
      },
      {
        name: 'format',
        description: 'As which kind of file',
        required: false,
        choices: [
          { label: 'PNG', value: 'png' },
          { label: 'JPEG', value: 'jpeg' },
          { label: 'WebP', value: 'webp' },
        ],
      },
      { name: 'picture', description: 'A picture to start from', required: false, kind: 'file' },
      { name: 'picture2', description: 'A second picture', required: false, kind: 'file' },
      { name: 'picture3', description: 'A third picture', required: false, kind: 'file' },
      {
        name: 'mask',
        description: 'A PNG, transparent where the first picture may change',
        required: false,
        kind: 'file',
      },
    ],
    visibility: 'everyone',
    typed: true,
  },
  async run(_call, desk) {
    await desk.draw();
  },
});
