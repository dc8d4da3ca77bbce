import { extensionOf } from '../core/files/file-name.ts';
import type { FileReader } from '../core/ports.ts';
import { checkDocx, readDocument } from './documents.ts';
import { kindOf } from './kinds.ts';
import { readPicture } from './pictures.ts';
import { createQueue } from './queue.ts';
import { toRecording } from './recordings.ts';
import { promisesMoreThanText, refusalOf } from './refusals.ts';
import { readText } from './text.ts';
import { readable, unreadable } from './unreadable.ts';

/** Options of {@link createFileReader}. */
export interface FileReaderOptions {
  /**
   * What reading one picture or document may take, in milliseconds, once its turn has come.
   * @default 10_000
   */
  readonly timeLimitMs?: number;
}

interface FileToRead {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads pictures, text in any usual encoding, PDF, DOCX and recordings, each by its content; for everything else, and for
 * what is damaged, locked or made to do harm, there is one sentence that says what to send instead.
 */
export function createFileReader({ timeLimitMs = 10_000 }: FileReaderOptions = {}): FileReader {
  const light = createQueue(2);
  // A picture or document may take a hundred megabytes for a moment: never two at a time.
  const heavy = createQueue(1);

  return {
    async read(file, options) {
      const { signal } = options;
      signal.throwIfAborted();
      if (file.bytes.length === 0) throw unreadable(file.name, 'is empty: check it and send it again');
      const kind = await light.run(() => kindOf(file.bytes), signal);
      switch (kind.kind) {
        case 'text':
          if (promisesMoreThanText(extensionOf(file.name))) {
            throw unreadable(
              file.name,
              'holds plain text, not what its name says: rename it, or send the real file',
            );
          }
          return await light.run(() => readText(file, kind.encoding, options), signal);
        case 'picture':
          return await heavy.run(() => readPicture(file, kind.mime, timeLimitMs), signal);
        case 'zip':
          checkDocx(file);
          return await heavy.run(() => readDocument('docx', file, { ...options, timeLimitMs }), signal);
        case 'pdf':
          return await heavy.run(() => readDocument('pdf', file, { ...options, timeLimitMs }), signal);
        case 'other': {
          const recording = toRecording(file, kind.mime);
          if (recording !== undefined) return recording;
          throw unreadable(file.name, otherwise(file, kind.extension, kind.mime));
        }
      }
    },
  };
}

/** Why a binary file of no kind that is read is refused. */
function otherwise(file: FileToRead, extension: string, mime: string): string {
  // Old Word, Excel and PowerPoint, and also new ones that are locked, are containers of the same kind.
  if (mime === 'application/x-cfb') {
    const content = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.length);
    return content.includes(Buffer.from('EncryptedPackage', 'utf16le'))
      ? 'is locked with a password: send it without one'
      : 'is in an old Office format: send it as DOCX or PDF';
  }
  if (extension === '' && ['txt', 'md', 'csv', 'json', 'log'].includes(extensionOf(file.name))) {
    return `is not text, whatever its name says: send ${readable}`;
  }
  return refusalOf(extension, mime);
}
