import sharp from 'sharp';
import { createFileReader } from '../../src/files/file-reader.ts';

// Run as a process of its own: reads a picture, says so, and stays.
const bytes = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
  .png()
  .toBuffer();
const { signal } = new AbortController();
await createFileReader().read({ name: 'a.png', bytes }, { mostCharacters: 100, signal });
process.stdout.write('read');
setInterval(() => undefined, 1_000);
