import { ParleyError } from '../errors.ts';
import type {
  Attachment,
  ChatModel,
  Counters,
  FileContent,
  FileReader,
  KeyValue,
  Logger,
  Platform,
  ThreadKey,
  TranscriptionModel,
  TurnFile,
} from '../ports.ts';
import { untilAborted } from '../until-aborted.ts';
import { createByteGate } from './byte-gate.ts';
import { type Content, type ContentStore, type Contents, createContentStore, keyOf } from './contents.ts';
import { cutMiddle, toDigest } from './excerpt.ts';
import { faultOf, silent, tellFaults } from './file-faults.ts';
import { pictureTokens } from './view.ts';

/** What reads files, as the house gives it. */
export interface FileTools {
  readonly reader: FileReader;
  readonly transcriber: TranscriptionModel;
  /** Where contents are kept. */
  readonly contents: KeyValue;
  /** A larger file is refused. */
  readonly mostBytes: number;
}

/** What {@link createFileReceiver} needs. */
export interface FileReceiverOptions {
  platformOf(thread: ThreadKey): Platform;
  readonly model: ChatModel;
  /** Absent: no file is read. */
  readonly files?: FileTools;
  readonly logger: Logger;
  readonly counters: Counters;
  now(): number;
}

/** A file that was asked about. */
export interface ReceivedFile {
  readonly file: TurnFile;
  /** What was said in a recording, where it is to stand among the person's words. */
  readonly heard?: string;
}

/** What came of the files of a question. */
export interface Receipt {
  /** In the order in which they were given. */
  readonly received: readonly ReceivedFile[];
  /** What was read just now, by key. */
  readonly contents: Contents;
  /** One sentence for each thing that went wrong. */
  readonly faults: readonly string[];
}

/** Gets what people send into a form that prompts take. */
export interface FileReceiver {
  /**
   * Fetches and reads files: at most sixteen, within half a minute (recordings have longer). Never rejects: what could not be
   * read is told of in the receipt, and after an abort the rest counts as unread.
   */
  receive(thread: ThreadKey, attachments: readonly Attachment[], signal: AbortSignal): Promise<Receipt>;
  /**
   * Takes in a picture that Parley made: kept as one that was sent.
   * @throws ParleyError `file-unreadable`
   */
  adopt(
    picture: { readonly name: string; readonly bytes: Uint8Array },
    signal: AbortSignal,
  ): Promise<TurnFile>;
  /** Keeps a text under the key that is returned, for as long as files are kept. */
  keepText(text: string): Promise<string>;
  /** What was read before, as far as it is still there. Never rejects. */
  load(keys: readonly string[]): Promise<Contents>;
}

/** True where a platform can fetch a file. */
export function isFetchable(platform: Platform, attachment: Attachment): boolean {
  return platform.fetchFile !== undefined && attachment.source !== undefined;
}

/** A file as history knows it that nobody read. */
export function toUnread({ name, mediaType = '' }: Attachment): TurnFile {
  return { name, about: mediaType, tokens: 0 };
}

/** Creates the receiver of an engine. */
export function createFileReceiver(options: FileReceiverOptions): FileReceiver {
  const { platformOf, model, files: tools, logger, counters, now } = options;
  // Of the whole process: what ten people send at once does not lie in memory all at once.
  const gate = createByteGate(2 * (tools?.mostBytes ?? 0));
  const store: ContentStore | undefined =
    tools && createContentStore({ keyValue: tools.contents, logger, now });
  const mostCharacters = Math.min(400_000, (model.contextTokens - model.outputTokens) * 2);

  async function receive(
    thread: ThreadKey,
    attachments: readonly Attachment[],
    signal: AbortSignal,
  ): Promise<Receipt> {
    const platform = platformOf(thread);
    const contents = new Map<string, Content>();
    const received = attachments.map((attachment): ReceivedFile => ({ file: toUnread(attachment) }));
    const faults = new Map<number, string>();
    const readable = [...attachments.keys()].filter(
      (index) => tools !== undefined && isFetchable(platform, attachments[index]!),
    );
    const fetching = startTimer(fetchMs, signal);
    const listening = startTimer(listenMs, signal);

    async function readOne(index: number, { reader, transcriber, mostBytes }: FileTools): Promise<void> {
      const attachment = attachments[index]!;
      const { name, bytes: size = mostBytes } = attachment;
      const leave = await gate.enter(Math.min(size, mostBytes), fetching.signal);
      try {
        const fetched = platform.fetchFile!(attachment, { mostBytes, signal: fetching.signal });
        const bytes = await untilAborted(fetched, fetching.signal);
        const reading = reader.read({ name, bytes }, { mostCharacters, signal: fetching.signal });
        const content = await untilAborted(reading, fetching.signal);
        counters.add(`files.${content.kind}`);
        received[index] = await (content.kind === 'recording'
          ? listen(name, content, transcriber)
          : describe(name, content.kind, content.about, content));
      } finally {
        leave();
      }
    }

    async function listen(
      name: string,
      recording: Extract<FileContent, { readonly kind: 'recording' }>,
      transcriber: TranscriptionModel,
    ): Promise<ReceivedFile> {
      const work = transcriber.transcribe({ ...recording, name }, listening.signal);
      const heard = (await untilAborted(work, listening.signal)).trim();
      if (heard === '') throw new ParleyError('file-unreadable', silent(name));
      if (heard.length > mostHeard)
        return describe(name, 'recording', recording.about, {
          kind: 'text',
          text: cutMiddle(heard, mostCharacters),
        });
      const file = {
        name,
        kind: 'recording',
        about: recording.about,
        digest: toDigest(heard),
        tokens: 0,
      } as const;
      return { file, heard };
    }

    async function describe(
      name: string,
      kind: FileContent['kind'],
      about: string,
      content: Content,
    ): Promise<ReceivedFile> {
      const described = { name, kind, about };
      if (content.kind === 'text') {
        const digest = toDigest(content.text);
        const tokens = model.countTokens(content.text);
        if (digest === content.text && kind === 'text') return { file: { ...described, digest, tokens } };
        const key = await put(content);
        return { file: { ...described, digest, key, tokens } };
      }
      return { file: { ...described, key: await put(content), tokens: pictureTokens } };
    }

    async function put(content: Content): Promise<string> {
      // What a reader gives carries its description, too: that is no part of the content.
      const plain: Content =
        content.kind === 'text'
          ? { kind: 'text', text: content.text }
          : { kind: 'picture', mediaType: content.mediaType, bytes: content.bytes };
      const key = await keep(plain);
      contents.set(key, plain);
      return key;
    }

    async function tryOne(index: number): Promise<void> {
      if (tools === undefined || signal.aborted) return;
      try {
        await readOne(index, tools);
      } catch (error) {
        if (signal.aborted) return;
        counters.add(`files.failed.${error instanceof ParleyError ? error.code : 'unexpected'}`);
        logger.warn('a file could not be read', { thread, error });
        const late = fetching.signal.aborted || listening.signal.aborted;
        faults.set(index, faultOf(attachments[index]!.name, error, late));
      }
    }

    const waiting = readable.slice(0, mostFiles).values();
    const work = async () => {
      for (const index of waiting) await tryOne(index);
    };
    try {
      await Promise.all(Array.from({ length: atOnce }, work));
    } finally {
      fetching.clear();
      listening.clear();
    }
    return { received, contents, faults: tellFaults({ attachments, readable, mostFiles, faults }) };
  }

  async function adopt(
    { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
    signal: AbortSignal,
  ): Promise<TurnFile> {
    const content = await tools?.reader.read({ name, bytes }, { mostCharacters: 0, signal });
    if (content?.kind !== 'picture') return { name, kind: 'picture', about: '', tokens: pictureTokens };
    const { about, mediaType } = content;
    const key = await keep({ kind: 'picture', mediaType, bytes: content.bytes });
    return { name, kind: 'picture', about, key, tokens: pictureTokens };
  }

  async function keep(content: Content): Promise<string> {
    const key = keyOf(content);
    await store?.keep(key, content);
    return key;
  }

  return {
    receive,
    adopt,
    keepText: (text) => keep({ kind: 'text', text }),
    load: async (keys) => (await store?.load(keys)) ?? new Map(),
  };
}

interface Timer {
  readonly signal: AbortSignal;
  clear(): void;
}

function startTimer(limitMs: number, signal: AbortSignal): Timer {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`no end within ${limitMs} ms`)), limitMs);
  return { signal: AbortSignal.any([signal, controller.signal]), clear: () => clearTimeout(timer) };
}

/** As many as image models take at once. */
const mostFiles = 16;
const atOnce = 2;
const fetchMs = 30_000;
/** An hour of speech takes a transcriber about a minute. */
const listenMs = 120_000;
/** What was said at greater length is a file of its own, not a message. */
const mostHeard = 6_000;
