import { ParleyError } from '../core/errors.ts';
import { extensionOf } from '../core/files/file-name.ts';
import type { FileContent, FileReader } from '../core/ports.ts';
import { kindOf } from './kinds.ts';
import { createLanes } from './lanes.ts';
import { createQueue } from './queue.ts';
import type { JobKind } from './reading-job.ts';
import { createReadingProcess } from './reading-process.ts';
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
  /** As of {@link createReadingProcess}. */
  readonly idleMs?: number;
}

/** A {@link FileReader} that can be closed. */
export interface ClosableFileReader extends FileReader {
  /** Ends the processes that read for it; what is being read is given up. */
  close(): Promise<void>;
}

interface FileToRead {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Documents take many times their size, and any time; pictures and texts do not. */
const heapMb = { slow: 96, quick: 64 };
const slowAndQuick = ['slow', 'quick'] as const;
const quickAndSlow = ['quick', 'slow'] as const;
/** A picture waits no longer for slow documents, nor a document for pictures. */
const turnMs = 3_000;
/** A longer text is no matter for this process: it would be busy with it, and keep what that leaves behind. */
const mostTextHere = 1_000_000;

/**
 * Reads pictures, text in any usual encoding, PDF, DOCX and recordings, each by its content; for everything else, and for
 * what is damaged, locked or made to do harm, there is one sentence that says what to send instead.
 *
 * Pictures, documents and long texts are read by processes of their own, which begin with the first one and end when
 * there is no more to do: whatever a file does to them, this one goes on.
 */
export function createFileReader(options: FileReaderOptions = {}): ClosableFileReader {
  const { timeLimitMs = 10_000, idleMs = 20_000 } = options;
  const light = createQueue(2);
  // Each may take a hundred megabytes for a moment: one at a time, unless it holds up the other kind.
  const lanes = createLanes(slowAndQuick, { turnMs });
  const processes = {
    slow: createReadingProcess({ heapMb: heapMb.slow, idleMs }),
    quick: createReadingProcess({ heapMb: heapMb.quick, plain: true, idleMs }),
  };

  function readApart(
    kind: JobKind,
    { name, bytes }: FileToRead,
    { mostCharacters, signal }: Parameters<FileReader['read']>[1],
  ): Promise<FileContent> {
    const [lane, other] = kind.kind === 'pdf' || kind.kind === 'docx' ? slowAndQuick : quickAndSlow;
    const read = async () => {
      await processes[other].rest();
      const job = { ...kind, name, mostCharacters, timeLimitMs };
      const answer = await processes[lane].read(job, bytes, signal);
      if ('content' in answer) return answer.content;
      throw new ParleyError('file-unreadable', answer.notice, { cause: answer.detail });
    };
    return lanes.run(lane, read, signal);
  }

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
          return file.bytes.length > mostTextHere
            ? await readApart(kind, file, options)
            : await light.run(() => readText(file, kind.encoding, options), signal);
        case 'picture':
        case 'pdf':
          return await readApart(kind, file, options);
        case 'zip':
          return await readApart({ kind: 'docx' }, file, options);
        case 'other': {
          const recording = toRecording(file, kind.mime);
          if (recording !== undefined) return recording;
          throw unreadable(file.name, otherwise(file, kind.extension, kind.mime));
        }
      }
    },
    async close() {
      await Promise.all([processes.slow.close(), processes.quick.close()]);
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
