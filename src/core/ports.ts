import type { ErrorCode } from './errors.ts';
import type { CardSurface, CardView } from './picture-ports.ts';

/**
 * Every interface that a room outside the core implements, and the plain data that crosses them.
 * Types only. Whatever may cross a process one day is plain JSON.
 */

// ---------------------------------------------------------------- people and places

/** `platform:whatever identifies the thread`; at most 200 characters. */
export type ThreadKey = `${string}:${string}`;

/** Who wrote a message. */
export interface Author {
  /** Stable within its platform. */
  readonly id: string;
  /** As people see it in the channel. */
  readonly name: string;
}

/** A file that came with a message. */
export interface Attachment {
  readonly name: string;
  /** As the platform tells it, for example `image/png`. */
  readonly mediaType?: string;
  /** Size in bytes, as the platform tells it. */
  readonly bytes?: number;
  /** Where the platform holds it: plain data that stays good (never a link that expires). Absent: it can't be fetched. */
  readonly source?: Readonly<Record<string, string>>;
  /** Of a command: the name of the option that it was given as, where there are several. */
  readonly option?: string;
}

/** How a file is fetched. */
export interface FetchOptions {
  /** A larger file is refused, as soon as that is known. */
  readonly mostBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Where a reply goes: enough, as plain data, for any process to write it. `data` is the adapter's own.
 */
export interface ReplyAddress {
  readonly thread: ThreadKey;
  readonly data: Readonly<Record<string, string>>;
}

// ---------------------------------------------------------------- what comes in

/**
 * To whom a message speaks.
 * - `parley`: a mention, a direct message, a reply to one of its messages: always answered.
 * - `thread`: said in a thread to nobody in particular: answered where Parley takes part, else ignored.
 * - `others`: said in a thread to somebody else: remembered where Parley takes part, never answered.
 */
export type Addressee = 'parley' | 'thread' | 'others';

/** A message of a person, its mention of Parley already removed from the text. */
export interface IncomingMessage {
  /** The same for every delivery of the same message (also as another event); `platform:…`. */
  readonly id: string;
  readonly thread: ThreadKey;
  readonly author: Author;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly to: Addressee;
  /** True where more than one person can write in this thread: the model is then told who says what. */
  readonly shared: boolean;
  readonly replyTo: ReplyAddress;
  /** A system prompt in place of the configured one, for this answer. Blank counts as absent. */
  readonly persona?: string;
}

/** A slash command that somebody called; already acknowledged by the adapter. */
export interface CommandCall {
  /** The same for every delivery of the same call; `platform:…`. */
  readonly id: string;
  readonly name: string;
  /** Values by option name; an option that was left out is absent. */
  readonly options: Readonly<Record<string, string>>;
  /** Files that were given with it. */
  readonly attachments?: readonly Attachment[];
  /** Absent where the command was called outside of any conversation (a channel that is not a thread). */
  readonly conversation?: ThreadKey;
  readonly author: Author;
  readonly shared: boolean;
  /** `replyTo.thread` is where an answer's conversation lives: `conversation`, or a new one. */
  readonly replyTo: ReplyAddress;
  /** As of {@link IncomingMessage}. */
  readonly persona?: string;
}

/** The engine, as adapters see it. No method rejects: faults are told to the person and logged. */
export interface Inbox {
  /** Resolves once the message is safely taken, dropped or ignored; the answer comes later. */
  message(message: IncomingMessage): Promise<void>;
  /** As {@link message}. */
  command(call: CommandCall): Promise<void>;
  /** A person deleted their message: while it waits it is dropped, while it is being answered that stops. */
  withdraw(thread: ThreadKey, messageId: string): void;
  /** A person edited their message: while it waits the new text counts; after that nothing happens. */
  revise(thread: ThreadKey, messageId: string, text: string): void;
  /** A person pressed stop: the running answer of the thread ends with what is there. */
  stop(thread: ThreadKey): void;
  /** For places that show whole conversations. */
  readonly conversations: Conversations;
}

/** What was said, for places that show it. Every method rejects with ParleyError `store-failed` where the store does. */
export interface Conversations {
  /** The whole conversation, oldest first, also what prompts no longer hold. Empty where there is none. */
  read(thread: ThreadKey): Promise<readonly Turn[]>;
  /**
   * Drops the last question (all that was asked together) and its answer for good; a running one once it has ended.
   * @returns the text of the question, or `undefined` where there is none
   */
  undo(thread: ThreadKey): Promise<string | undefined>;
  /** Stops a running answer and forgets the conversation. */
  forget(thread: ThreadKey): Promise<void>;
}

/** An option of a slash command. All values reach the core as text. */
export interface CommandOption {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /**
   * `file`: its files come as {@link CommandCall.attachments}; left out where a platform has no such thing.
   * `number`: a whole number, from `least` to `most`. @default 'text'
   */
  readonly kind?: 'text' | 'file' | 'number';
  /** Most characters. */
  readonly maxLength?: number;
  readonly least?: number;
  readonly most?: number;
  /** Of a text: what it can be; at most 25. Where people type all options as one text, others may come, too. */
  readonly choices?: readonly CommandChoice[];
}

/** One of the values of an option. */
export interface CommandChoice {
  /** For people: at most 100 characters. */
  readonly label: string;
  readonly value: string;
}

/** A slash command, defined once in `core/commands`; adapters register it in their platform's way. */
export interface CommandSpec {
  /** Lower case letters. */
  readonly name: string;
  /** 1 to 100 characters. */
  readonly description: string;
  readonly options: readonly CommandOption[];
  /** Who sees the answer: everybody in the channel, or the caller alone. */
  readonly visibility: 'everyone' | 'caller';
  /** True where the first option may hold the others, too, as `--name value`: for places where people type one text. */
  readonly typed?: boolean;
}

/** Something said in a thread before Parley came in; oldest first. */
export interface EarlierMessage {
  readonly author: Author;
  /** True where Parley itself said it. */
  readonly own: boolean;
  readonly text: string;
  /** What came with it, where the question may be about that. */
  readonly attachments?: readonly Attachment[];
}

/** A place where people talk. `Surface` is the kind of its replies: paced where the place has limits, else direct. */
export interface Platform<Surface extends ReplySurface | DirectSurface = ReplySurface | DirectSurface> {
  /** The first part of its thread keys: `discord`, `slack`, `terminal`. */
  readonly name: string;
  /**
   * Connects and takes messages in. Resolves once connected, to one line for the start-up screen (as whom, where).
   * @throws ParleyError `platform-failed` with a notice that says what to do (bad token, missing scope).
   */
  start(inbox: Inbox, commands: readonly CommandSpec[]): Promise<string>;
  /** Writes one reply. From data alone; cheap; does no I/O itself. What answers tell of limits goes to the meter. */
  surface(address: ReplyAddress, meter?: Meter): Surface;
  /**
   * Shows a card as a message of its own. From data alone, as {@link surface}. Absent where replies show cards themselves
   * ({@link DirectSurface.card}), or none can be shown.
   */
  card?(address: ReplyAddress, meter?: Meter): CardSurface;
  /**
   * What was said in the address's thread before the message it answers, oldest first, newest kept where
   * there is too much. Absent where a platform has no such thing. May reject: the engine goes on without.
   */
  earlier?(address: ReplyAddress): Promise<readonly EarlierMessage[]>;
  /** What a line begins with to stand in small, where its Markdown knows that. */
  readonly smallPrint?: string;
  /** False while it is not connected. Absent: it counts as connected from its start to its end. */
  ready?(): boolean;
  /**
   * Fetches a file of a message from where its `source` says: from the platform's own hosts only, following nothing elsewhere.
   * Absent where a platform has no files. The bytes are the caller's alone, who may give their memory back at once.
   * @throws ParleyError `file-unreadable` with a sentence that names the file
   */
  fetchFile?(attachment: Attachment, options: FetchOptions): Promise<Uint8Array>;
  /**
   * Prepares to end: what the platform would deliver again later is no longer taken in; what it would not is taken in
   * until {@link close}. Surfaces go on working until then.
   */
  stop(): Promise<void>;
  /** Ends the connection for good, once what came in before has reached the inbox (a few seconds at most). */
  close(): Promise<void>;
}

// ---------------------------------------------------------------- what goes out

/** A limit of the platform, shared by all calls that name it. */
export interface Scope {
  /** For example `slack:T1:chat.update`, `discord:channel:123:messages`. */
  readonly id: string;
  /** Documented (or widely observed) figures to start from: so many calls per so many milliseconds. */
  readonly calls: number;
  readonly perMs: number;
  /**
   * `window`: so many calls in a period, then none until it ends. `bucket`: bursts are tolerated, then calls come
   * through at the rate; how large a burst may be is learned.
   */
  readonly shape: 'window' | 'bucket';
}

/** What a platform tells of a limit with an answer. */
export interface Reading {
  /** Calls left until the reset. */
  readonly remaining: number;
  /** Milliseconds until all calls are back. */
  readonly resetMs: number;
  /** Calls per period, where it says so. */
  readonly limit?: number;
}

/** Where a surface passes on what its platform tells of a scope. */
export type Meter = (scopeId: string, reading: Reading) => void;

/**
 * One way of putting a page before people. A surface lists its rungs best first; a reply may take another
 * rung for each page.
 */
export interface Rung {
  /** For example `stream`, `message`, `interaction`. */
  readonly name: string;
  /** `append`: text already sent can't be changed. `replace`: each call sends the whole page. */
  readonly growth: 'append' | 'replace';
  /** Most `width` of a page; finite. */
  readonly limit: number;
  /** What a text costs of `limit` once the surface has dressed it (escaped, encoded). Additive over concatenation. */
  width(text: string): number;
  /** How long a page can grow, in milliseconds from its opening. Absent: for ever. */
  readonly lifetimeMs?: number;
  /** True where the text may go on in a further page when there are more pages to be had than edits. */
  readonly continues?: boolean;
  /** The limits that each kind of call counts against. */
  readonly scopes: {
    readonly open: readonly Scope[];
    readonly grow: readonly Scope[];
    readonly close: readonly Scope[];
  };
}

/** One message of a reply, as plain data. */
export interface Page {
  /** The platform's id of the message. */
  readonly id: string;
  /** Name of the rung that it was opened with. */
  readonly rung: string;
}

/** What a page is to show now. */
export interface PageView {
  /** All the text of the page, in Markdown as the model wrote it, with repairs at its ends. */
  readonly text: string;
  /** The text that this page is known to show; empty before its opening. Append rungs send what comes after it. */
  readonly shown: string;
}

/** Options of {@link ReplySurface.open}. */
export interface OpenOptions {
  /** Which page of the reply, from 0. */
  readonly index: number;
  /** The same for every attempt at the same page: the surface sees to it that it is posted once. */
  readonly key: string;
  /** From 1. From 2 on an earlier attempt may have been carried out. */
  readonly attempt: number;
  /** True where the page is whole with this call: it will neither grow nor be closed. Never of pages that are appended to. */
  readonly whole: boolean;
}

/**
 * One reply on its platform: messages that are opened, grown and closed one after the other. Every method
 * makes at most the calls that its scopes name, sends at once (no queue and no retry of its own), and
 * throws {@link ./errors.ts SurfaceError}. The live reply never has two calls on one surface in flight.
 */
export interface ReplySurface {
  readonly rungs: readonly Rung[];
  /** Posts a new page. Once it resolves the page shows the view, whichever attempt posted it. */
  open(rung: Rung, view: PageView, options: OpenOptions): Promise<Page>;
  /** Shows more of an open page. May never be called. */
  grow(page: Page, view: PageView): Promise<void>;
  /** Gives a page its last text. Not called for a page that was opened whole. */
  close(page: Page, view: PageView): Promise<void>;
  /** What has to happen before the first words and takes calls of its own. Absent where nothing has. */
  readonly preparation?: Preparation;
  /** Shows that Parley is at work, until the first words. */
  readonly indicator?: Indicator;
}

/** How a reply ended. */
export interface Ending {
  readonly end: AnswerEnd;
  /** What is said under the text (or alone, where there is none) and is not part of it. Of `failed` a bare sentence. */
  readonly notice?: string;
  /** Of `failed`, where it is known: what went wrong. */
  readonly code?: ErrorCode;
  /** When it makes sense to ask again, in milliseconds, where somebody told us. */
  readonly retryAfterMs?: number;
  readonly usage?: Usage;
}

/** A reply in a place without limits (a browser, a terminal): takes every delta as it comes. */
export interface DirectSurface {
  /** Shows more; returns at once, never throws. */
  push(delta: string): void;
  /**
   * Shows a card beside the text, or the newest view of the one with that key; returns at once, never throws. Absent: none
   * can be shown.
   */
  card?(key: string, view: CardView): void;
  /**
   * Ends the reply. Called exactly once, also where it is {@link gone} by then. Resolves once it is shown.
   * @throws SurfaceError `gone` where nobody sees it
   */
  end(ending: Ending): Promise<void>;
  /** Aborts where nobody can see the reply any more. Absent where that never happens. */
  readonly gone?: AbortSignal;
}

/**
 * Makes a place for the reply (opens a thread), while the model still thinks. Best effort: `open` does it again
 * where it failed.
 */
export interface Preparation {
  /** The limits that it counts against. */
  readonly scopes: readonly Scope[];
  run(): Promise<void>;
}

/** "Parley is typing". Its calls are best effort: they may reject, which is logged and otherwise ignored. */
export interface Indicator {
  /** It fades unless shown again after so many milliseconds. */
  readonly renewMs: number;
  /** The limits that showing it counts against: it is left out where they are needed for words. */
  readonly scopes: readonly Scope[];
  show(): Promise<void>;
  /** Called where it was shown and no words came. Absent where it fades by itself. */
  clear?(): Promise<void>;
}

// ---------------------------------------------------------------- the model

/** A message of a prompt. */
export interface ChatMessage {
  /** `tool`: what came of a call of the message before. */
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly text: string;
  /** Of a user: shown to the model with the text. */
  readonly pictures?: readonly Picture[];
  /** Of an assistant: the tools that it called. */
  readonly calls?: readonly ToolCall[];
  /** Of a tool: the id of its call. */
  readonly call?: string;
}

/** Something that a model may have done for it. */
export interface Tool {
  /** Letters, digits, `_` and `-`. */
  readonly name: string;
  /** For the model: what it does, and when to use it. */
  readonly description: string;
  /** JSON Schema of its arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A tool that a model calls. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it: it may be anything. */
  readonly arguments: string;
}

/** A picture in a form and size that models take. */
export interface Picture {
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/webp';
  readonly bytes: Uint8Array;
}

/** What a model is asked. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** What the model may call. @default nothing */
  readonly tools?: readonly Tool[];
  /** Stable opaque id of the person asking, already hashed; passed on for abuse handling. */
  readonly endUser?: string;
}

/** Tokens used by a call, as the server counted them. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Part of `inputTokens` that was read from the prompt cache. */
  readonly cachedTokens: number;
  /** Part of `outputTokens` that nobody gets to see. */
  readonly thinkingTokens?: number;
}

/** Why a model stopped: `stop` it was done, `length` its output limit, `filtered` its content filter. */
export type FinishReason = 'stop' | 'length' | 'filtered';

/** What a streamed answer is made of: any number of `text-delta` and `tool-call`, then exactly one `finish`. */
export type ModelEvent =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  | { readonly type: 'finish'; readonly reason: FinishReason; readonly usage?: Usage };

/** Hears an answer as it comes, and never throws. Where it returns a promise, the model is made to wait. */
export type ModelListener = (event: ModelEvent) => void | Promise<void>;

/** A whole answer. */
export interface Completion {
  readonly text: string;
  readonly reason: FinishReason;
  readonly usage?: Usage;
}

/** A chat model. Knows neither threads nor edits. */
export interface ChatModel {
  /** For example `gpt-6-luna`. */
  readonly id: string;
  /** Tokens that prompt and answer may have together. */
  readonly contextTokens: number;
  /** Tokens of that which are kept back for the answer. */
  readonly outputTokens: number;
  /** Tokens of a text; an estimate on the high side where the tokenizer is not known. */
  countTokens(text: string): number;
  /**
   * Streams an answer; resolves after the `finish`. Nothing is heard after an abort, which ends it with the signal's reason.
   * A listener and no iterable, which costs each token several promises.
   * @throws ParleyError of the model codes
   */
  stream(request: ChatRequest, signal: AbortSignal, listen: ModelListener): Promise<void>;
  /** The same in one piece. Throws as {@link stream}. */
  complete(request: ChatRequest, signal: AbortSignal): Promise<Completion>;
}

/** A recording. */
export interface Recording {
  readonly name: string;
  /** By its content, for example `audio/ogg`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Writes down what is said in a recording. */
export interface TranscriptionModel {
  readonly id: string;
  /** @throws ParleyError of the model codes */
  transcribe(recording: Recording, signal: AbortSignal): Promise<string>;
}

/** What a file holds, in a form that a model can take. `about` says in some words what it is: `PDF, 30 pages`. */
export type FileContent =
  | { readonly kind: 'text'; readonly about: string; readonly text: string }
  | ({ readonly kind: 'picture'; readonly about: string } & Picture)
  | ({ readonly kind: 'recording'; readonly about: string } & Recording);

/** Reads files, whatever they claim to be. */
export interface FileReader {
  /**
   * By its content, not its name. Text is cut to `mostCharacters`: its head and tail, and a line between that says what was left out.
   * Costs little for whatever it is given; an abort ends it.
   * @throws ParleyError `file-unreadable` with a sentence that names the file and says what to send instead
   */
  read(
    file: { readonly name: string; readonly bytes: Uint8Array },
    options: { readonly mostCharacters: number; readonly signal: AbortSignal },
  ): Promise<FileContent>;
}

/** Turns texts into vectors. */
export interface EmbeddingModel {
  readonly id: string;
  /**
   * One vector for each text, in their order, and the tokens that were read.
   * @throws ParleyError of the model codes
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Embeddings>;
}

/** What {@link EmbeddingModel.embed} gives. */
export interface Embeddings {
  readonly vectors: readonly (readonly number[])[];
  readonly inputTokens: number;
}

// ---------------------------------------------------------------- memory

/** How an answer ended: whole, stopped by a person, or broken off by a fault or a restart. */
export type AnswerEnd = 'complete' | 'stopped' | 'failed';

/** One contribution to a conversation. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** Who said it, where several people can. */
  readonly author?: Author;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Tokens of it in a prompt, as {@link ChatModel.countTokens} gave them when it was stored. */
  readonly tokens: number;
  /** Id of the message it came from. */
  readonly messageId?: string;
  /** Of a person's turn: the same for all that was asked together. Absent where it was only overheard. */
  readonly question?: string;
  /** What came with it; of an assistant's turn the pictures that it drew. */
  readonly files?: readonly TurnFile[];
  /** Of an assistant's turn: the cards that its files stood on, in their order. */
  readonly cards?: readonly TurnCard[];
  /** Of an assistant's turn: absent means `complete`. */
  readonly end?: AnswerEnd;
}

/** A card as history keeps it. */
export interface TurnCard extends Pick<CardView, 'text' | 'buttons'> {
  /** How many of the turn's files stood on it. */
  readonly files: number;
}

/** A file as history keeps it: small. What it held is kept apart, under `key`, for as long as that is useful. */
export interface TurnFile {
  readonly name: string;
  /** Absent where it could not be read; then `about` is the type that was claimed, or empty. */
  readonly kind?: FileContent['kind'];
  /** As of {@link FileContent}. */
  readonly about: string;
  /** Its first lines, or the beginning of what was said in it; of a picture that Parley drew its prompt, else absent of pictures. */
  readonly digest?: string;
  /** Absent where the digest is all there is. */
  readonly key?: string;
  /** Tokens of its content in a prompt. */
  readonly tokens: number;
  /** Of one that was not read because something came between: it is read when its question is answered again. */
  readonly pending?: Attachment;
}

/** The part of a conversation that prompts are made of. */
export interface HistoryWindow {
  /** Number of the first turn in it, counted from the start of the conversation. */
  readonly start: number;
  readonly turns: readonly Turn[];
}

/**
 * Turns per thread, append-only: what a call costs does not grow with the length of the thread, only
 * with the window. Every method throws ParleyError `store-failed` where the store does; nothing is lost silently.
 */
export interface HistoryStore {
  /** True where turns were ever stored for the thread, forgotten ones too: Parley takes part in it. */
  has(thread: ThreadKey): Promise<boolean>;
  load(thread: ThreadKey): Promise<HistoryWindow>;
  /** Every turn, oldest first, also those before the window. */
  read(thread: ThreadKey): Promise<readonly Turn[]>;
  append(thread: ThreadKey, turns: readonly Turn[]): Promise<void>;
  /** Replaces the newest turn, or takes it away: it was not delivered as it was stored. */
  correct(thread: ThreadKey, turn: Turn | undefined): Promise<void>;
  /** Takes away the newest turns, so many. */
  drop(thread: ThreadKey, count: number): Promise<void>;
  /** Moves the start of the window forward; turns before it are kept but no longer loaded. */
  advance(thread: ThreadKey, start: number): Promise<void>;
  /** Forgets the conversation. */
  clear(thread: ThreadKey): Promise<void>;
}

/** A small key-value store with expiry, for what must survive a restart but is not history. Values are JSON. */
export interface KeyValue {
  /** `undefined` where there is none. @throws ParleyError `store-failed` */
  get<Value>(key: string): Promise<Value | undefined>;
  set(key: string, value: unknown, ttlMs?: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** All entries, in no order. */
  entries<Value>(): AsyncIterable<readonly [key: string, value: Value]>;
}

// ---------------------------------------------------------------- the house's own instruments

/** Fields of a log line: plain JSON, or an `error`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log. Secrets are removed by the implementation, whatever is passed. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Whether everything works that Parley needs. */
export interface ReadinessReport {
  readonly ready: boolean;
  /** The store answers. */
  readonly store: boolean;
  readonly platforms: readonly { readonly name: string; readonly ready: boolean }[];
}

/** Counts what happened, by name (`dropped.duplicate`, `calls.refused`); read by operators. */
export interface Counters {
  add(name: string, by?: number): void;
  /** All counts so far. */
  snapshot(): Readonly<Record<string, number>>;
}
