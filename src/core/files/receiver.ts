import { ParleyError } from '../errors.ts';
import type {
  Attachment,
  ChatModel,
  Counters,
  FetchOptions,
  FileReader,
  KeyValue,
  Logger,
  Platform,
  ThreadKey,
  TranscriptionModel,
  TurnFile,
} from '../ports.ts';
import { type Content, type ContentStore, type Contents, createContentStore, keyOf } from './contents.ts';
import { countTokens } from './count-tokens.ts';
import { Delay, startTimer, toCause } from './delay.ts';
import { cutMiddle, toDigest } from './excerpt.ts';
import { faultOf, partOf, tellFaults } from './file-faults.ts';
import { createFileTaker, type FileTaker, type Taken } from './taking.ts';
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
   * Fetches and reads files: at most sixteen, within three minutes. Never rejects: what could not be read is told of in the
   * receipt, and what was not read because of an abort, or of a fault that passes, is pending in it.
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
  const mostCharacters = Math.min(400_000, (model.contextTokens - model.outputTokens) * 2);
  const taker = tools && createFileTaker({ ...tools, mostCharacters });
  const store: ContentStore | undefined =
    tools && createContentStore({ keyValue: tools.contents, logger, now });

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
      (index) => taker !== undefined && isFetchable(platform, attachments[index]!),
    );
    const patience = startTimer('busy', patienceMs, signal);

    async function describe({ name }: Attachment, taken: Taken): Promise<ReceivedFile> {
      const { kind, about } = taken;
      const described = { name, kind, about };
      if (taken.kind === 'picture') {
        const { mediaType, bytes } = taken;
        return {
          file: {
            ...described,
            key: await put({ kind: 'picture', mediaType, bytes }),
            tokens: pictureTokens,
          },
        };
      }
      const text = taken.kind === 'text' ? taken.text : cutMiddle(taken.heard, mostCharacters);
      const digest = toDigest(text);
      if (taken.kind === 'recording' && text.length <= mostHeard)
        return { file: { ...described, digest, tokens: 0 }, heard: text };
      const tokens = await countTokens(text, model, patience.signal);
      if (digest === text) return { file: { ...described, digest, tokens } };
      return { file: { ...described, digest, key: await put({ kind: 'text', text }), tokens } };
    }

    async function put(content: Content): Promise<string> {
      const key = await keep(content);
      contents.set(key, content);
      return key;
    }

    async function receiveOne(index: number, { take }: FileTaker): Promise<void> {
      const attachment = attachments[index]!;
      const { name } = attachment;
      try {
        const fetch = (limits: FetchOptions) => platform.fetchFile!(attachment, limits);
        const taken = await take({ attachment, fetch, signal: patience.signal });
        counters.add(`files.${taken.kind}`);
        received[index] = await describe(attachment, taken);
        const part = partOf(name, taken.about);
        if (part !== undefined) faults.set(index, part);
      } catch (error) {
        const cause = toCause(error, patience.signal);
        // What the file itself is to blame for would be no better another time.
        const isFinal = cause instanceof ParleyError && cause.code === 'file-unreadable';
        if (!isFinal) received[index] = { file: { ...toUnread(attachment), pending: attachment } };
        if (signal.aborted) return;
        counters.add(`files.failed.${codeOf(cause)}`);
        logger.warn('a file could not be read', { thread, error: cause });
        faults.set(index, faultOf(name, cause));
      }
    }

    const waiting = readable.slice(0, mostFiles).values();
    const work = async () => {
      if (taker !== undefined) for (const index of waiting) await receiveOne(index, taker);
    };
    try {
      await Promise.all(Array.from({ length: atOnce }, work));
    } finally {
      patience.clear();
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

function codeOf(cause: unknown): string {
  if (cause instanceof Delay) return cause.why;
  return cause instanceof ParleyError ? cause.code : 'unexpected';
}

/** As many as image models take at once. */
const mostFiles = 16;
const atOnce = 2;
/** For all files of a question, waiting for those of others included. */
const patienceMs = 180_000;
/** What was said at greater length is a file of its own, not a message. */
const mostHeard = 6_000;
