import { createHash, randomBytes } from 'node:crypto';
import type { CardFile } from '../../core/picture-ports.ts';
import type { Logger } from '../../core/ports.ts';
import { createSequence } from '../../core/sequence.ts';
import { toOwner } from './owner.ts';
import type { UploadFiles } from './upload-files.ts';
import type { KeptUpload } from './uploads.ts';

/** A file of a card as it is served. */
export interface ServedPicture {
  readonly name: string;
  readonly mediaType?: string;
  readonly bytes: Uint8Array;
}

/**
 * Files of cards, for those whose they are. What is final goes to the disk, for 30 days at most; everything else is held in
 * memory until it is dropped. Where there is too much of either, the oldest goes first.
 */
export interface Pictures {
  /** Reads what a former process kept. */
  open(): Promise<void>;
  /** Takes a file in; returns its id at once, never throws. A file that can't be written is logged, and gone with its turn. */
  put(person: string, file: CardFile): string;
  /** What is held in memory under these ids is not needed any more. */
  drop(ids: Iterable<string>): void;
  /** A person's own files, by their keys, are not wanted any more. Never throws. */
  remove(person: string, keys: readonly string[]): void;
  /** A person's own file, by its key; `undefined` where it is not kept (any more). */
  find(person: string, key: string): { readonly id: string; readonly mediaType?: string } | undefined;
  /** A person's own file, by its id; `undefined` where it is not there (any more). */
  read(person: string, id: string, signal: AbortSignal): Promise<ServedPicture | undefined>;
  /** Stops looking after them, once everything is written. */
  close(): Promise<void>;
}

/** Options of {@link createPictures}. */
export interface PicturesOptions {
  readonly files: UploadFiles;
  readonly logger: Logger;
  /** Bytes on the disk. @default 1 GB */
  readonly mostKept?: number;
  /** Bytes in memory. @default 64 MB */
  readonly mostHeld?: number;
}

/** Creates the pictures of a server. */
export function createPictures(options: PicturesOptions): Pictures {
  const { files, logger, mostKept = 1_000_000_000, mostHeld = 64_000_000 } = options;
  /** Oldest first. */
  const kept = new Map<string, KeptUpload>();
  const held = new Map<string, ServedPicture & { readonly owner: string }>();
  let heldBytes = 0;
  /** One write at a time: room that was made is still there. */
  const writes = createSequence();
  let sweeper: NodeJS.Timeout | undefined;

  function release(id: string): void {
    heldBytes -= held.get(id)?.bytes.byteLength ?? 0;
    held.delete(id);
  }

  function hold(id: string, owner: string, { name, mediaType, bytes }: CardFile): void {
    release(id);
    held.set(id, { owner, name, mediaType, bytes });
    heldBytes += bytes.byteLength;
    for (const oldest of held.keys()) {
      if (heldBytes <= mostHeld || oldest === id) break;
      release(oldest);
    }
  }

  async function forget(id: string): Promise<void> {
    kept.delete(id);
    await files.remove(id);
  }

  async function sweep(room = 0): Promise<void> {
    const until = Date.now() - keepMs;
    let total = room;
    for (const { bytes } of kept.values()) total += bytes;
    for (const { id, at, bytes } of [...kept.values()]) {
      if (at > until && total <= mostKept) return;
      total -= bytes;
      await forget(id);
    }
  }

  async function write(facts: KeptUpload, bytes: Uint8Array): Promise<void> {
    const { id } = facts;
    if (kept.delete(id)) {
      // The same picture once more: it is as if it were new.
      kept.set(id, facts);
      await files.describe(facts);
      return;
    }
    if (bytes.byteLength > mostKept) throw new Error('the file is larger than all files together may be');
    await sweep(bytes.byteLength);
    try {
      await files.write(id, inOnePiece(bytes));
      await files.describe(facts);
    } catch (error) {
      await files.remove(id);
      throw error;
    }
    kept.set(id, facts);
  }

  return {
    async open() {
      try {
        for (const file of await files.list()) kept.set(file.id, file);
        await sweep();
      } catch (error) {
        logger.warn('pictures can not be kept', { error });
      }
      sweeper = setInterval(() => {
        const swept = writes.run('', () => sweep());
        swept.catch((error: unknown) => logger.warn('old pictures could not be removed', { error }));
      }, sweepMs).unref();
    },
    put(person, file) {
      const owner = toOwner(person);
      const { name, mediaType, bytes, key } = file;
      if (!file.final || key === undefined) {
        const id = randomBytes(16).toString('base64url');
        hold(id, owner, file);
        return id;
      }
      const id = toId(owner, key);
      // Whoever asks before it is written gets it from here.
      hold(id, owner, file);
      const facts = { id, owner, name, mediaType, bytes: bytes.byteLength, at: Date.now() };
      writes
        .run('', () => write(facts, bytes))
        .then(
          () => release(id),
          (error: unknown) => logger.error('a picture could not be kept', { error }),
        );
      return id;
    },
    drop(ids) {
      for (const id of ids) release(id);
    },
    remove(person, keys) {
      const owner = toOwner(person);
      for (const key of new Set(keys)) {
        const id = toId(owner, key);
        release(id);
        const removed = writes.run('', async () => {
          if (kept.has(id)) await forget(id);
        });
        removed.catch((error: unknown) => logger.warn('a picture could not be removed', { error }));
      }
    },
    find(person, key) {
      const id = toId(toOwner(person), key);
      const one = held.get(id) ?? kept.get(id);
      return one && { id, ...(one.mediaType !== undefined && { mediaType: one.mediaType }) };
    },
    async read(person, id, signal) {
      const owner = toOwner(person);
      const present = held.get(id);
      if (present !== undefined) return present.owner === owner ? present : undefined;
      const facts = kept.get(id);
      if (facts === undefined || facts.owner !== owner) return undefined;
      const bytes = await files.read(id, signal);
      if (bytes === undefined) return undefined;
      const { name, mediaType } = facts;
      return { name, bytes, ...(mediaType !== undefined && { mediaType }) };
    },
    async close() {
      clearInterval(sweeper);
      await writes.settled();
    },
  };
}

/** The same for the same picture of the same person, so that history finds it again. */
function toId(owner: string, key: string): string {
  return createHash('sha256').update(`${owner} ${key}`).digest('base64url').slice(0, 22);
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const keepMs = 30 * 24 * 3_600_000;
const sweepMs = 10 * 60_000;
