import { createHash } from 'node:crypto';
import { SurfaceError } from '../../core/errors.ts';
import type { CardFile } from '../../core/picture-ports.ts';
import type { Scope } from '../../core/ports.ts';
import type { Clients } from './clients.ts';
import { isPassing, toSurfaceError } from './errors.ts';
import { toPlainText } from './escape.ts';
import { asPayload, textOf } from './payload.ts';
import type { Scopes } from './rungs.ts';
import { sendBytes } from './send-bytes.ts';

/**
 * Brings the files of one card to Slack, in Slack's three steps: an address, the bytes, the completion. Files with the
 * same bytes are one file, which is brought once. Every method throws SurfaceError.
 */
export interface Uploads {
  /** The calls that it takes to {@link keep} some files and to {@link share} others. */
  calls(kept: readonly CardFile[], shared: readonly CardFile[]): readonly Scope[];
  /** Brings the bytes of files that are to be shared. */
  bring(files: readonly CardFile[]): Promise<void>;
  /** Files that nobody sees yet, for blocks. @returns their ids, in the order of the files */
  keep(files: readonly CardFile[]): Promise<readonly string[]>;
  /** Shows files as a message of their own; those that were shown by it before are left out. */
  share(files: readonly CardFile[], place: FilePlace): Promise<void>;
}

/** Where files are shown. */
export interface FilePlace {
  readonly channel: string;
  /** Absent in a direct message outside of threads. */
  readonly threadTs?: string;
}

/** Options of {@link createUploads}. */
export interface UploadsOptions {
  readonly clients: Clients;
  readonly scopes: Scopes;
  /** The only places that bytes are sent to. */
  readonly origins: ReadonlySet<string>;
  /** Ends all sending. */
  readonly signal: AbortSignal;
}

/** Creates {@link Uploads} that know nothing of earlier ones. */
export function createUploads({ clients, scopes, origins, signal }: UploadsOptions): Uploads {
  const { read, write } = clients;
  /** Ids by digest: the bytes are there, and nothing was made of them. */
  const up = new Map<string, string>();
  const kept = new Map<string, string>();
  const shared = new Set<string>();
  /** A sharing that may have been carried out. */
  let uncertain: { readonly id: string; readonly digests: readonly string[] } | undefined;

  async function bringOne(file: CardFile): Promise<void> {
    const method = 'files.getUploadURLExternal';
    const answer = await write
      // The argument's name in the library's types is not the one that Slack documents.
      .apiCall(method, {
        filename: toPlainText(file.name),
        length: file.bytes.byteLength,
        alt_txt: toPlainText(file.description).slice(0, mostAltText),
      })
      .catch((error: unknown) => {
        throw toSurfaceError(error, { method, scope: scopes.uploadUrl.id });
      });
    const url = textOf(asPayload(answer), 'upload_url');
    const id = textOf(asPayload(answer), 'file_id');
    if (url === undefined || id === undefined) throw new SurfaceError('unknown', `${method} told no address`);
    await sendBytes(url, file.bytes, origins, signal);
    up.set(digestOf(file.bytes), id);
  }

  async function bring(files: readonly CardFile[]): Promise<void> {
    const outcomes = await Promise.allSettled(
      unique(files)
        .filter((file) => !up.has(digestOf(file.bytes)))
        .map(bringOne),
    );
    // What did arrive is not brought again the next time.
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** @returns ids by digest */
  async function complete(
    files: readonly CardFile[],
    place?: FilePlace,
  ): Promise<ReadonlyMap<string, string>> {
    const ids = new Map(unique(files).map(({ bytes }) => [digestOf(bytes), up.get(digestOf(bytes)) ?? '']));
    const [first, ...others] = unique(files).map(({ name, bytes }) => ({
      id: up.get(digestOf(bytes)) ?? '',
      title: toPlainText(name),
    }));
    if (first === undefined) return ids;
    const titled: [FileTitle, ...FileTitle[]] = [first, ...others];
    try {
      await write.files.completeUploadExternal(
        place === undefined ? { files: titled } : { files: titled, ...toDestination(place) },
      );
    } catch (error) {
      const fault = toSurfaceError(error, {
        ...{ method: 'files.completeUploadExternal', scope: scopes.completeUpload.id },
      });
      if (fault.fault === 'unknown' && place !== undefined)
        uncertain = { id: first.id, digests: [...ids.keys()] };
      // An upload can be completed once: whether it was is not known.
      if (fault.fault !== 'rate-limited') for (const digest of ids.keys()) up.delete(digest);
      throw fault;
    }
    for (const digest of ids.keys()) up.delete(digest);
    return ids;
  }

  /** Looks whether files whose sharing had no answer are there after all. */
  async function settleUncertain(): Promise<void> {
    if (uncertain === undefined) return;
    const { id, digests } = uncertain;
    const answer = await read.files.info({ file: id }).catch((error: unknown) => {
      if (isPassing(error)) throw toSurfaceError(error, { method: 'files.info' });
      return undefined; // without the right to look, files that are there twice are better than none
    });
    const { public: open, private: closed } = asPayload(asPayload(answer?.file)?.shares) ?? {};
    if (open !== undefined || closed !== undefined) for (const digest of digests) shared.add(digest);
    uncertain = undefined;
  }

  const unkept = (files: readonly CardFile[]) =>
    unique(files).filter(({ bytes }) => !kept.has(digestOf(bytes)));
  const unshared = (files: readonly CardFile[]) =>
    unique(files).filter(({ bytes }) => !shared.has(digestOf(bytes)));

  return {
    calls(toKeep, toShare) {
      const groups = [unkept(toKeep), unshared(toShare)].filter((files) => files.length > 0);
      const fresh = unique(groups.flat()).filter(({ bytes }) => !up.has(digestOf(bytes)));
      return [...fresh.map(() => scopes.uploadUrl), ...groups.map(() => scopes.completeUpload)];
    },
    async bring(files) {
      await settleUncertain();
      await bring(unshared(files));
    },
    async keep(files) {
      const fresh = unkept(files);
      await bring(fresh);
      for (const [digest, id] of await complete(fresh)) kept.set(digest, id);
      return files.map(({ bytes }) => kept.get(digestOf(bytes)) ?? '');
    },
    async share(files, place) {
      await settleUncertain();
      const fresh = unshared(files);
      await bring(fresh);
      for (const digest of (await complete(fresh, place)).keys()) shared.add(digest);
    },
  };
}

/** Of a file; docs.slack.dev/reference/methods/files.getUploadURLExternal. */
const mostAltText = 1_000;

interface FileTitle {
  readonly id: string;
  readonly title: string;
}

function toDestination({ channel, threadTs }: FilePlace) {
  return threadTs === undefined ? { channel_id: channel } : { channel_id: channel, thread_ts: threadTs };
}

/** What bytes are known by. They are large and do not change, so each is looked at once. */
function digestOf(bytes: Uint8Array): string {
  const known = digests.get(bytes);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(bytes).digest('base64');
  digests.set(bytes, digest);
  return digest;
}

const digests = new WeakMap<Uint8Array, string>();

function unique(files: readonly CardFile[]): readonly CardFile[] {
  return [...new Map(files.map((file) => [digestOf(file.bytes), file])).values()];
}
