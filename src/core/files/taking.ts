import { ParleyError } from '../errors.ts';
import type {
  Attachment,
  FetchOptions,
  FileContent,
  FileReader,
  Recording,
  TranscriptionModel,
} from '../ports.ts';
import { untilAborted } from '../until-aborted.ts';
import { createByteGate } from './byte-gate.ts';
import { within } from './delay.ts';
import { silent } from './file-faults.ts';
import { extensionOf } from './file-name.ts';
import { release } from './release.ts';

/** What a file came to. */
export type Taken =
  | Exclude<FileContent, { readonly kind: 'recording' }>
  | { readonly kind: 'recording'; readonly about: string; readonly heard: string };

/** A file that is to be fetched and read. */
export interface Taking {
  readonly attachment: Attachment;
  fetch(options: FetchOptions): Promise<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Takes files in, those of all people together: what lies in memory at once is bounded, whatever comes. */
export interface FileTaker {
  /**
   * Fetches a file, reads it, and listens to it where it is a recording. How long each of that may last counts from when its turn
   * comes.
   * @throws ParleyError, Delay `slow`, or the signal's reason
   */
  take(taking: Taking): Promise<Taken>;
}

/** What {@link createFileTaker} needs. */
export interface FileTakerOptions {
  readonly reader: FileReader;
  readonly transcriber: TranscriptionModel;
  /** A larger file is refused. */
  readonly mostBytes: number;
  /** Of a text. */
  readonly mostCharacters: number;
}

/**
 * Creates the taker of an engine. One of the largest files is in memory at a time, beside it several small ones, which wait for
 * no large one; and one of the largest recordings, which others need not wait for: to listen takes minutes.
 */
export function createFileTaker({
  reader,
  transcriber,
  mostBytes,
  mostCharacters,
}: FileTakerOptions): FileTaker {
  const smallBytes = mostBytes / 5;
  const small = createByteGate(2 * smallBytes);
  const large = createByteGate(mostBytes);
  const listening = createByteGate(mostBytes);

  function sizeOf({ bytes = mostBytes }: Attachment): number {
    return Math.min(bytes, mostBytes);
  }

  async function open({ attachment, fetch, signal }: Taking): Promise<FileContent> {
    const size = sizeOf(attachment);
    const leave = await (size > smallBytes ? large : small).enter(size, signal);
    try {
      const { name } = attachment;
      const bytes = await within(fetchMs, signal, (limit) => fetch({ mostBytes, signal: limit }));
      const content = await untilAborted(reader.read({ name, bytes }, { mostCharacters, signal }), signal);
      if (content.kind !== 'recording') release(bytes);
      return content;
    } finally {
      leave();
    }
  }

  // Neither async nor with a name for the bytes that lives on: they are not to be kept for as long as it takes to hear them.
  function listen(recording: Recording, signal: AbortSignal): Promise<string> {
    return within(listenMs, signal, (limit) => transcriber.transcribe(recording, limit));
  }

  async function take(taking: Taking, listens: boolean): Promise<Taken> {
    const { attachment, signal } = taking;
    const leave = listens ? await listening.enter(sizeOf(attachment), signal) : () => undefined;
    try {
      const taken = await open(taking).then((content) => {
        if (content.kind !== 'recording') return content;
        const { about, mediaType, bytes } = content;
        const { name } = attachment;
        return listens ? toHeard(name, about, listen({ name, mediaType, bytes }, signal)) : undefined;
      });
      if (taken !== undefined) return taken;
    } finally {
      leave();
    }
    // A recording that did not look like one: it is let go of while it waits, and fetched again.
    return take(taking, true);
  }

  return { take: (taking) => take(taking, isNamedRecording(taking.attachment)) };
}

async function toHeard(name: string, about: string, said: Promise<string>): Promise<Taken> {
  const heard = (await said).trim();
  if (heard === '') throw new ParleyError('file-unreadable', silent(name));
  return { kind: 'recording', about, heard };
}

/** True where a file is said to be a recording: by its content it may be anything. */
function isNamedRecording({ name, mediaType = '' }: Attachment): boolean {
  // Browsers take TypeScript for MPEG-2.
  return /^(?:audio|video)\/(?!mp2t)|^application\/ogg/i.test(mediaType) || recordings.has(extensionOf(name));
}

const recordings = new Set(['ogg', 'oga', 'opus', 'mp3', 'm4a', 'mp4', 'wav', 'webm', 'flac', 'mov', 'aac']);

const fetchMs = 30_000;
/** An hour of speech takes a transcriber about a minute. */
const listenMs = 120_000;
