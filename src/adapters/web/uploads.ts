import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { DownloadError, givenUp, toFileError } from '../../core/bounded-download.ts';
import { toPlainName } from '../../core/files/file-name.ts';
import type { Attachment, FetchOptions, Logger } from '../../core/ports.ts';
import { toOwner } from './owner.ts';
import { Problem } from './problems.ts';
import type { UploadFiles } from './upload-files.ts';

/** A file that a person sent ahead of their question. */
export interface Upload {
  /** Random; says nothing to others. */
  readonly id: string;
  readonly name: string;
  readonly mediaType?: string;
  readonly bytes: number;
}

/** Files that wait for their questions: a day at most, and only so many. */
export interface Uploads {
  /** Reads what a former process kept. */
  open(): Promise<void>;
  /**
   * Writes a body to the disk as it comes.
   * @throws Problem 413, 400 where it broke off, 503 where there is no room
   */
  add(person: string, file: Omit<Upload, 'id' | 'bytes'>, incoming: IncomingMessage): Promise<Upload>;
  /** A person's own; `undefined` where there is none, or none any more. */
  find(person: string, id: string): Upload | undefined;
  /** What it holds; `undefined` where it is not there any more. Once it was read, others may take its room. */
  read(id: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** @returns false where the person has no such file */
  remove(person: string, id: string): Promise<boolean>;
  close(): void;
}

/** Options of {@link createUploads}. */
export interface UploadsOptions {
  readonly files: UploadFiles;
  readonly logger: Logger;
  /** Largest file, in bytes. */
  readonly mostBytes: number;
  /** Of all files together. @default ten of the largest */
  readonly mostTogether?: number;
  /** Files of one person. @default 20 */
  readonly mostFiles?: number;
}

/** Creates the uploads of a server. */
export function createUploads(options: UploadsOptions): Uploads {
  const { files, logger, mostBytes, mostTogether = 10 * mostBytes, mostFiles = 20 } = options;
  /** Oldest first. */
  const kept = new Map<string, KeptUpload>();
  /** Ids of those whose questions have been asked. */
  const used = new Set<string>();
  /** Bytes that are on their way. */
  let coming = 0;
  let sweeper: NodeJS.Timeout | undefined;

  async function drop(id: string): Promise<void> {
    kept.delete(id);
    used.delete(id);
    await files.remove(id);
  }

  async function sweep(): Promise<void> {
    const until = Date.now() - keepMs;
    for (const [id, { at }] of kept) if (at <= until) await drop(id);
  }

  /** Makes room, first where nobody misses it. @throws Problem 503 */
  async function reserve(owner: string, bytes: number): Promise<void> {
    const total = () => [...kept.values()].reduce((sum, one) => sum + one.bytes, coming + bytes);
    const oldest = (fits: (one: KeptUpload) => boolean) => [...kept.values()].find(fits);
    while (total() > mostTogether) {
      const next =
        oldest(({ id }) => used.has(id)) ??
        oldest(({ at }) => at <= Date.now() - idleMs) ??
        oldest((one) => one.owner === owner);
      if (next === undefined)
        throw new Problem(503, 'There is no room for more files just now: try again in a minute.', {
          retryAfterSeconds: 60,
        });
      await drop(next.id);
    }
    coming += bytes;
  }

  async function keep(upload: KeptUpload): Promise<void> {
    await files.describe(upload);
    kept.set(upload.id, upload);
    const own = [...kept.values()].filter(({ owner }) => owner === upload.owner);
    for (const { id } of own.slice(0, -mostFiles)) await drop(id);
  }

  return {
    async open() {
      try {
        for (const file of await files.list()) kept.set(file.id, file);
        await sweep();
      } catch (error) {
        logger.warn('files can not be kept', { error });
      }
      sweeper = setInterval(() => {
        sweep().catch((error: unknown) => logger.warn('old files could not be removed', { error }));
      }, sweepMs).unref();
    },
    async add(person, { name, mediaType }, incoming) {
      const tooLarge = () =>
        new Problem(
          413,
          `“${toPlainName(name)}” is too large: send files of up to ${mostBytes / 1_000_000} MB.`,
          {
            // The rest of it is not read.
            headers: { connection: 'close' },
          },
        );
      const told = Number(incoming.headers['content-length'] ?? mostBytes);
      if (told > mostBytes) throw tooLarge();
      const owner = toOwner(person);
      await reserve(owner, told);
      const id = randomBytes(16).toString('base64url');
      try {
        const bytes = await files.write(id, bounded(incoming, mostBytes, tooLarge));
        const upload = { id, name, bytes, ...(mediaType !== undefined && { mediaType }) };
        await keep({ ...upload, owner, at: Date.now() });
        return upload;
      } catch (error) {
        const isOurs = !(error instanceof Problem);
        await files.remove(id).catch((cause: unknown) => logger.warn('a file can not be removed', { cause }));
        if (isOurs) logger.error('a file could not be kept', { error });
        throw isOurs
          ? new Problem(503, 'The file could not be kept here: try again later.', { cause: error })
          : error;
      } finally {
        coming -= told;
      }
    },
    find(person, id) {
      const entry = kept.get(id);
      if (entry === undefined || entry.owner !== toOwner(person)) return undefined;
      const { name, mediaType, bytes } = entry;
      return { id, name, bytes, ...(mediaType !== undefined && { mediaType }) };
    },
    async read(id, signal) {
      if (!kept.has(id)) return undefined;
      const content = await files.read(id, signal);
      used.add(id);
      return content;
    },
    async remove(person, id) {
      if (kept.get(id)?.owner !== toOwner(person)) return false;
      await drop(id);
      return true;
    },
    close() {
      clearInterval(sweeper);
    },
  };
}

/** As {@link ../../core/ports.ts Platform.fetchFile}, of a file that was uploaded. */
export async function fetchUpload(
  uploads: Pick<Uploads, 'read'>,
  { name, bytes = 0, source = {} }: Attachment,
  { mostBytes, signal }: FetchOptions,
): Promise<Uint8Array> {
  try {
    if (bytes > mostBytes) throw new DownloadError('too-large', 'it was told so', { bytes });
    const content = await uploads.read(source.upload ?? '', signal);
    if (content === undefined) throw new DownloadError('gone', 'it is not kept any more');
    return content;
  } catch (error) {
    throw toFileError(givenUp(signal) ?? error, { name, mostBytes });
  }
}

/** An upload as it is kept. */
export interface KeptUpload extends Upload {
  /** Whose it is, as a hash. */
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

async function* bounded(
  incoming: IncomingMessage,
  mostBytes: number,
  tooLarge: () => Problem,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, 'The file broke off before it was whole: send it again.', { cause: error });
  }
}

const keepMs = 24 * 3_600_000;
/** Files whose question is not asked for so long may go where there is no room. */
const idleMs = 3_600_000;
const sweepMs = 10 * 60_000;
