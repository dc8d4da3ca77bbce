import { ParleyError } from '../../src/core/errors.ts';
import type { FileTools } from '../../src/core/files/receiver.ts';
import type {
  Attachment,
  FetchOptions,
  FileContent,
  KeyValue,
  Platform,
  Recording,
} from '../../src/core/ports.ts';

/** What stands behind an attachment: what it holds, a fault, or a promise of either. */
export type Behind = FileContent | Error | Promise<FileContent | Error>;

/** Files that people send, and the house's means to read them, in memory. */
export interface FakeFiles {
  /** An attachment whose file can be fetched. */
  attach(name: string, behind: Behind): Attachment;
  /** A text, a picture, a recording. */
  text(name: string, text: string): Attachment;
  picture(name: string, bytes?: string): Attachment;
  recording(name: string, heard: string | Error): Attachment;
  /** From now on this is heard in a recording. */
  hear(name: string, heard: string): void;
  readonly fetchFile: NonNullable<Platform['fetchFile']>;
  readonly tools: FileTools;
  /** Names, in the order in which they were asked for. */
  readonly fetched: readonly string[];
  readonly fetches: readonly FetchOptions[];
  readonly heard: readonly Recording[];
  /** The most that were fetched or read at the same time. */
  readonly mostAtOnce: number;
}

/** Creates files of which there are none yet. */
export function createFakeFiles(contents: KeyValue, mostBytes = 20_000_000): FakeFiles {
  const behind = new Map<string, Behind>();
  const transcripts = new Map<string, string | Error>();
  const fetched: string[] = [];
  const fetches: FetchOptions[] = [];
  const heard: Recording[] = [];
  let open = 0;
  let mostAtOnce = 0;

  async function read(id: string): Promise<FileContent> {
    open++;
    mostAtOnce = Math.max(mostAtOnce, open);
    try {
      const content = await behind.get(id);
      if (content instanceof Error) throw content;
      if (content === undefined) throw new Error(`nobody sent ${id}`);
      return content;
    } finally {
      open--;
    }
  }

  function attach(name: string, content: Behind): Attachment {
    const id = `${name}-${behind.size}`;
    behind.set(id, content);
    return { name, bytes: 1_000, source: { id } };
  }

  return {
    attach,
    text: (name, text) => attach(name, { kind: 'text', about: 'text', text }),
    picture: (name, bytes = name) =>
      attach(name, {
        kind: 'picture',
        about: 'PNG picture',
        mediaType: 'image/png',
        bytes: Buffer.from(bytes),
      }),
    recording(name, said) {
      transcripts.set(name, said);
      const bytes = Buffer.from('OggS');
      return attach(name, { kind: 'recording', about: 'recording', name, mediaType: 'audio/ogg', bytes });
    },
    hear: (name, said) => void transcripts.set(name, said),
    fetched,
    fetches,
    heard,
    get mostAtOnce() {
      return mostAtOnce;
    },
    async fetchFile({ name, source }, options) {
      fetched.push(name);
      fetches.push(options);
      await read(source!.id!);
      return Buffer.from(source!.id!);
    },
    tools: {
      mostBytes,
      contents,
      reader: {
        async read({ bytes }) {
          const held = Buffer.from(bytes).toString();
          // What was drawn, not sent.
          if (/^(?:preview|picture) /.test(held))
            return { kind: 'picture', about: 'PNG picture, 1024 × 1024', mediaType: 'image/png', bytes };
          return read(held);
        },
      },
      transcriber: {
        id: 'fake',
        async transcribe(recording) {
          heard.push(recording);
          const said = transcripts.get(recording.name);
          if (said instanceof Error) throw said;
          return said ?? '';
        },
      },
    },
  };
}

/** A file that the reader, or the platform, refuses with this sentence. */
export function unreadable(notice: string): ParleyError {
  return new ParleyError('file-unreadable', notice);
}
