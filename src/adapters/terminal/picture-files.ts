import { mkdir, open, rm } from 'node:fs/promises';
import { join, parse, resolve } from 'node:path';
import type { CardFile } from '../../core/picture-ports.ts';

/** Where files of cards are saved. */
export interface PictureFiles {
  /** Saves a file under its name, or that and a number where there is such a file already. Never rejects. @returns a line that says where, or why not */
  save(file: CardFile): Promise<string>;
}

/** @param directory made where it is missing */
export function createPictureFiles(directory: string): PictureFiles {
  const place = resolve(directory);

  return {
    async save({ name, bytes }) {
      try {
        await mkdir(place, { recursive: true });
        return await write(place, toSafeName(name), bytes);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? '';
        const why = reasons[code] ?? `the system said ${code || 'no'}`;
        return `⚠️ ${toSafeName(name)} could not be saved in ${place}: ${why}.`;
      }
    },
  };
}

/** @returns the path of the new file */
async function write(place: string, name: string, bytes: Uint8Array): Promise<string> {
  const { name: stem, ext } = parse(name);
  for (let number = 1; ; number += 1) {
    const path = join(place, number === 1 ? name : `${stem}-${number}${ext}`);
    try {
      const file = await open(path, 'wx');
      try {
        await file.writeFile(bytes);
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      } finally {
        await file.close();
      }
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Nothing in it leads elsewhere, hides the file, or means something to a shell. */
function toSafeName(name: string): string {
  const { name: stem, ext } = parse(name.replace(/[^\w.-]+/g, '_'));
  const start = stem.replace(/^[.-]+/, '').slice(0, 80);
  return `${start || 'picture'}${ext.slice(0, 10)}`;
}

const reasons: Readonly<Record<string, string | undefined>> = {
  ENOSPC: 'the disk is full. Make room there, then ask again',
  EDQUOT: 'the disk is full. Make room there, then ask again',
  EACCES: 'I may not write there. Set DATA_DIR to a directory of your own',
  EPERM: 'I may not write there. Set DATA_DIR to a directory of your own',
  EROFS: 'nothing can be written there. Set DATA_DIR to another directory',
  EEXIST: 'there is a file of that name in the way. Set DATA_DIR to another directory',
  ENOTDIR: 'there is a file in the way. Set DATA_DIR to another directory',
};
