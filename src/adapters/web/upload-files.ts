import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptUpload } from './uploads.ts';

/** A directory that holds nothing but files which were sent: each under its id, with what is known of it in `<id>.json`. */
export interface UploadFiles {
  /** All that are whole, oldest first. What is not is taken away. */
  list(): Promise<readonly KeptUpload[]>;
  /** Writes as fast as the disk takes it. @returns how many bytes came */
  write(id: string, content: AsyncIterable<Uint8Array>): Promise<number>;
  /** Makes what was written whole. */
  describe(upload: KeptUpload): Promise<void>;
  /** `undefined` where there is none. */
  read(id: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** Fine where there is none. */
  remove(id: string): Promise<void>;
}

/** @param directory made where it is missing; only Parley may look into it */
export function createUploadFiles(directory: string): UploadFiles {
  const contentOf = (id: string) => join(directory, id);
  const factsOf = (id: string) => join(directory, `${id}.json`);

  async function remove(id: string): Promise<void> {
    const paths = [`${factsOf(id)}.new`, factsOf(id), contentOf(id)];
    await Promise.all(paths.map((path) => rm(path, { force: true })));
  }

  return {
    async list() {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const names = new Set(await readdir(directory));
      const found: KeptUpload[] = [];
      // Nothing is touched that doesn't look like ours.
      for (const id of new Set([...names].flatMap((name) => ownName.exec(name)?.[1] ?? []))) {
        const facts = names.has(id) && names.has(`${id}.json`) ? await readFacts(factsOf(id)) : undefined;
        if (facts === undefined) await remove(id);
        else found.push({ ...facts, id });
      }
      return found.sort((one, other) => one.at - other.at);
    },
    async write(id, content) {
      const file = await open(contentOf(id), 'wx', 0o600);
      let bytes = 0;
      try {
        for await (const chunk of content) {
          await file.writeFile(chunk);
          bytes += chunk.byteLength;
        }
      } finally {
        await file.close();
      }
      return bytes;
    },
    async describe(upload) {
      const half = `${factsOf(upload.id)}.new`;
      await writeFile(half, JSON.stringify(upload), { mode: 0o600 });
      await rename(half, factsOf(upload.id));
    },
    async read(id, signal) {
      try {
        return await readFile(contentOf(id), { signal });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    remove,
  };
}

/** As `Uploads` makes ids. */
const ownName = /^([\w-]{22})(?:\.json(?:\.new)?)?$/;

async function readFacts(path: string): Promise<KeptUpload | undefined> {
  try {
    const { name, mediaType, bytes, owner, at } = JSON.parse(await readFile(path, 'utf8')) as KeptUpload;
    if (typeof name !== 'string' || typeof owner !== 'string' || !(bytes >= 0) || !(at >= 0))
      return undefined;
    return { id: '', name, bytes, owner, at, ...(typeof mediaType === 'string' && { mediaType }) };
  } catch {
    // Half a description is as good as none: the file is taken away.
    return undefined;
  }
}
