import { toButtons } from './blocks.ts';
import type { Ground } from './ground.ts';
import type { CallArguments, SeenButton, SeenFile, SeenMessage, StreamEnd, Version } from './records.ts';
import { toVisible } from './visible-text.ts';

/** What a message starts with. */
export interface MessageStart {
  readonly ts: string;
  readonly channel: string;
  readonly threadTs?: string | undefined;
  readonly author: string;
  readonly botId?: string | undefined;
  readonly source: string;
  readonly format: 'mrkdwn' | 'markdown';
  readonly blocks?: readonly unknown[] | undefined;
  readonly metadata?: unknown;
  readonly streaming?: boolean;
  readonly subtype?: string | undefined;
  readonly files?: readonly unknown[] | undefined;
  /** What people see of its files. */
  readonly shown?: readonly SeenFile[] | undefined;
  readonly args?: CallArguments;
}

/** A message and every text it ever showed. Whether it still streams is worked out when somebody looks. */
export class Message implements SeenMessage {
  readonly ts: string;
  readonly channel: string;
  readonly author: string;
  readonly args: CallArguments;
  declare readonly threadTs?: string;
  declare readonly botId?: string;
  readonly subtype: string | undefined;
  readonly files: readonly unknown[] | undefined;
  readonly versions: SeenVersion[];
  format: 'mrkdwn' | 'markdown';
  blocks: readonly unknown[];
  metadata?: unknown;
  edited = false;
  deleted = false;
  readonly reactions: string[] = [];
  readonly #ground: Ground;
  #stream: { readonly startedAt: number; touchedAt: number; bytes: number; end?: StreamEnd } | undefined;

  constructor(ground: Ground, start: MessageStart) {
    this.#ground = ground;
    this.ts = start.ts;
    this.channel = start.channel;
    this.author = start.author;
    this.args = start.args ?? {};
    if (start.threadTs !== undefined) this.threadTs = start.threadTs;
    if (start.botId !== undefined) this.botId = start.botId;
    this.subtype = start.subtype;
    this.files = start.files;
    this.format = start.format;
    this.blocks = start.blocks ?? [];
    if (start.metadata !== undefined) this.metadata = start.metadata;
    const at = ground.now();
    this.versions = [new SeenVersion(start.source, start.shown ?? [], at)];
    if (start.streaming) {
      this.#stream = { startedAt: at, touchedAt: at, bytes: Buffer.byteLength(start.source) };
    }
  }

  get source(): string {
    return this.versions.at(-1)!.source;
  }

  get text(): string {
    return this.versions.at(-1)!.text;
  }

  get buttons(): readonly SeenButton[] {
    return toButtons(this.blocks);
  }

  get streaming(): boolean {
    return this.#stream !== undefined && this.streamClosedBy === undefined;
  }

  get streamClosedBy(): StreamEnd | undefined {
    if (!this.#stream) return undefined;
    return this.#stream.end ?? (this.#expired(this.#stream) ? 'lifetime' : undefined);
  }

  /** Root of the thread that a reply to this message is in. */
  get root(): string {
    return this.threadTs ?? this.ts;
  }

  /** Whether so much more text would be too long for one stream. */
  streamOverflows(addition: string): boolean {
    const { streamText, streamBytes } = this.#ground.limits;
    const bytes = (this.#stream?.bytes ?? 0) + Buffer.byteLength(addition);
    return this.source.length + addition.length > streamText || bytes > streamBytes;
  }

  append(addition: string): void {
    if (!this.#stream) return;
    this.#stream.touchedAt = this.#ground.now();
    this.#stream.bytes += Buffer.byteLength(addition);
    this.show(this.source + addition);
  }

  endStream(end: StreamEnd): void {
    if (this.#stream && this.streaming) this.#stream.end = end;
  }

  /** People see this text from now on, and these files: those of before where none are given. */
  show(source: string, files: readonly SeenFile[] = this.versions.at(-1)!.files): void {
    const { source: before, files: shown } = this.versions.at(-1)!;
    const isSame = files.length === shown.length && files.every(({ id }, index) => id === shown[index]!.id);
    if (source !== before || !isSame) this.versions.push(new SeenVersion(source, files, this.#ground.now()));
  }

  #expired(stream: { readonly startedAt: number; readonly touchedAt: number }): boolean {
    const { streamLifetimeMs, streamLifetimeFrom } = this.#ground.limits;
    const from = streamLifetimeFrom === 'start' ? stream.startedAt : stream.touchedAt;
    return this.#ground.now() - from >= streamLifetimeMs;
  }
}

class SeenVersion implements Version {
  readonly source: string;
  readonly files: readonly SeenFile[];
  readonly at: number;

  constructor(source: string, files: readonly SeenFile[], at: number) {
    this.source = source;
    this.files = files;
    this.at = at;
  }

  get text(): string {
    return toVisible(this.source);
  }
}
