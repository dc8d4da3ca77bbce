import { invalidAt, refusals } from './api-fault.ts';
import { type StoredFile, storeFile } from './cdn.ts';
import type { AttachedFile } from './types.ts';
import type { World } from './world.ts';

const mostFiles = 10;
const longestDescription = 1024;

/** A file that came with a call, as `files[index]`. */
export interface UploadedFile extends AttachedFile {
  readonly index: number;
  readonly content: Uint8Array;
}

/** What a call says of the files of a message. */
export interface AttachmentChange {
  /** Those that stay, perhaps described anew; absent: all stay. */
  readonly kept?: readonly { readonly id: string; readonly description?: string }[];
  readonly added: readonly UploadedFile[];
}

/**
 * Reads `attachments`: each names a file of the call by its number, or one of the message by its id. Stricter than
 * Discord: a list has to name every file that came.
 * @returns undefined where the call says nothing of files
 * @throws ApiFault 50035
 */
export function readAttachments(list: unknown, files: readonly UploadedFile[]): AttachmentChange | undefined {
  if (list === undefined) return files.length === 0 ? undefined : { added: files };
  if (list !== null && !Array.isArray(list)) {
    throw invalidAt(['attachments'], 'LIST_TYPE_CONVERT', 'Only iterables may be used.');
  }
  const kept: { id: string; description?: string }[] = [];
  const added: UploadedFile[] = [];
  for (const [at, value] of (list ?? []).entries()) {
    const { id, filename, description } = value as Readonly<Record<string, unknown>>;
    if (typeof description === 'string' && description.length > longestDescription) {
      const path = ['attachments', at, 'description'] as const;
      throw invalidAt(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${longestDescription} or fewer in length.`);
    }
    const described = typeof description === 'string' ? { description } : {};
    const file = files.find(({ index }) => String(index) === String(id));
    if (file === undefined) kept.push({ id: String(id), ...described });
    else added.push({ ...file, ...(typeof filename === 'string' ? { filename } : {}), ...described });
  }
  if (added.length !== files.length) {
    throw invalidAt(['attachments'], 'ATTACHMENT_NOT_FOUND', 'A file was sent that is not in the list.');
  }
  return { kept, added };
}

/**
 * The files that a message has after a call; undefined where they stay as they are.
 * @throws ApiFault 50035 for an id that it does not have, 30015 where they are too many; then nothing was stored
 */
export function nextAttachments(
  world: World,
  channelId: string,
  current: readonly StoredFile[],
  change: AttachmentChange | undefined,
): readonly StoredFile[] | undefined {
  if (change === undefined) return undefined;
  const staying = change.kept?.map(({ id, ...described }, at) => {
    const file = current.find((candidate) => candidate.id === id);
    if (file !== undefined) return { ...file, ...described };
    throw invalidAt(['attachments', at, 'id'], 'ATTACHMENT_NOT_FOUND', 'Attachment data not found.');
  });
  if ((staying ?? current).length + change.added.length > mostFiles) throw refusals.tooManyFiles();
  const added = change.added.map(({ index: _, ...file }) =>
    storeFile(world, `attachments/${channelId}`, { ...file, filename: safeName(file.filename) }),
  );
  return [...(staying ?? current), ...added];
}

/** Discord keeps no other characters in the names of files. */
function safeName(name: string): string {
  return name.replace(/[^\w.()-]+/g, '_');
}
