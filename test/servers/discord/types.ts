/**
 * The local Discord as tests see it: build a world, act as people in it, break things, and look at what a
 * person would have seen. Types only, and all of them in one place to be read by who writes a test. Start
 * one with `startDiscord` of `./discord.ts`.
 */

// ---------------------------------------------------------------- options

/** So many calls in so many milliseconds, counted from the first call of each window. */
export interface Limit {
  readonly calls: number;
  readonly perMs: number;
}

/** What the stand-in allows. Discord publishes only `global`; the others are what is widely observed. */
export interface Limits {
  /** Of the bot, over all routes except those of interactions. @default 50 per second */
  readonly global: Limit;
  /** Posts of a channel, and (with a counter of their own) its edits. @default 5 per 5 s */
  readonly message: Limit;
  /** True where posts and edits of a channel share one counter. @default false */
  readonly sharedMessageCounter: boolean;
  /** Calls with one interaction's token (first answers are free). @default 5 per 5 s */
  readonly webhook: Limit;
  /** Typing of a channel. @default 5 per 5 s */
  readonly typing: Limit;
  /** Threads opened in a channel. @default 50 per 5 minutes, a guess */
  readonly thread: Limit;
  /**
   * Scales how many calls a window takes and the window with them, so that the lasting rate stays: 0.2 turns
   * 5 per 5 s into 1 per second. @default 1
   */
  readonly burst: number;
}

/** How long a call takes: `ms` plus or minus up to `jitterMs`. It is carried out half way. */
export interface Latency {
  ms: number;
  jitterMs: number;
}

/** Options of `startDiscord`. */
export interface DiscordOptions {
  /** The one valid bot token. */
  readonly token?: string;
  /** Name of the bot. @default 'parley' */
  readonly username?: string;
  readonly limits?: Partial<Limits>;
  /** @default none */
  readonly latency?: Partial<Latency>;
  /** The clock: milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** Time for the first answer to an interaction. @default 3000 */
  readonly interactionAnswerMs?: number;
  /** Time that an answered interaction's token is good for. @default 900000 */
  readonly interactionLifetimeMs?: number;
  /** How long the link of a file is good. @default 86400000 */
  readonly linkLifetimeMs?: number;
  /** Largest file that the bot may send. @default 10485760 */
  readonly fileBytes?: number;
  /** Largest call with all its files. @default 26214400 */
  readonly requestBytes?: number;
  /** @default 41250 */
  readonly heartbeatMs?: number;
  /** Shards that are recommended to the client. @default 1 */
  readonly shards?: number;
  /** Session starts that are left. @default 1000 */
  readonly sessionStarts?: number;
}

// ---------------------------------------------------------------- the world

/** A permission of the bot in a channel, as Discord names it. */
export type Permission =
  | 'VIEW_CHANNEL'
  | 'SEND_MESSAGES'
  | 'SEND_MESSAGES_IN_THREADS'
  | 'ATTACH_FILES'
  | 'CREATE_PUBLIC_THREADS'
  | 'READ_MESSAGE_HISTORY'
  | 'MANAGE_THREADS'
  | 'MANAGE_MESSAGES';

/** A person or a bot. */
export interface DiscordUser {
  readonly id: string;
  readonly username: string;
  readonly bot: boolean;
}

/** A server. */
export interface DiscordGuild {
  readonly id: string;
  readonly name: string;
}

/** A text channel, a thread or a direct channel. */
export interface DiscordChannel {
  readonly id: string;
  readonly kind: 'text' | 'thread' | 'dm';
  readonly name: string;
  readonly guildId?: string;
  /** Of a thread: the channel it is in. Its starter message has the thread's own id. */
  readonly parentId?: string;
  /** Of a thread. */
  readonly ownerId?: string;
  readonly archived: boolean;
  readonly locked: boolean;
  readonly deleted: boolean;
}

/** Options of {@link StandInDiscord.channel}. */
export interface ChannelOptions {
  /** @default the first guild, made where there is none */
  readonly guild?: DiscordGuild;
  readonly name?: string;
  /** Permissions that the bot lacks here. @default none: it has all of {@link Permission} except the two MANAGE_ */
  readonly deny?: readonly Permission[];
  readonly allow?: readonly Permission[];
}

/** A file that somebody attaches. */
export interface AttachedFile {
  readonly filename: string;
  readonly contentType?: string;
  /** @default empty */
  readonly content?: Uint8Array | string;
  /** As Discord tells it. @default that of the content */
  readonly size?: number;
  /** For those who can't see it. */
  readonly description?: string;
  /** Of a picture: pixels. */
  readonly width?: number;
  readonly height?: number;
  /** In place of a link of Discord's. */
  readonly url?: string;
  /** True: whoever fetches it is not told how long it is. @default false */
  readonly chunked?: boolean;
}

/** Options of {@link StandInDiscord.say}. */
export interface SayOptions {
  /** Id of the message that this is a reply to. */
  readonly replyTo?: string;
  /** False: reply without pinging its author. @default true */
  readonly ping?: boolean;
  /** Mentions that are put in front of the text unless it has them already. */
  readonly mentions?: 'bot' | readonly DiscordUser[];
  readonly attachments?: readonly AttachedFile[];
  /** A voice message: its attachment is the recording. @default false */
  readonly voice?: boolean;
  /** Use this id instead of a new one. */
  readonly id?: string;
  /** True: no event for it (it was said while nobody listened). @default false */
  readonly silent?: boolean;
}

// ---------------------------------------------------------------- what was seen

/** A file as a message shows it. */
export interface SeenFile extends AttachedFile {
  readonly id: string;
  readonly size: number;
}

/** What a message has shown at some time. */
export interface MessageVersion {
  readonly content: string;
  readonly files: readonly SeenFile[];
  /** Components as sent, untouched. */
  readonly components: readonly unknown[];
  readonly at: number;
}

/** A button of a message. */
export interface SeenButton {
  readonly customId: string;
  readonly label: string;
}

/** A form that was shown to a person who pressed a button. */
export interface SeenModal {
  readonly customId: string;
  readonly title: string;
  readonly inputs: readonly SeenInput[];
}

/** A field of a form. */
export interface SeenInput {
  readonly customId: string;
  readonly label: string;
  readonly placeholder: string;
  readonly required: boolean;
  readonly minLength: number;
  readonly maxLength: number;
  /** True where it takes several lines. */
  readonly long: boolean;
}

/** What a person can give for an option of a command. */
export type OptionValue = string | number | boolean | AttachedFile;

/** A message as people saw it. The object is live: it changes with the message. */
export interface SeenMessage {
  readonly id: string;
  readonly channelId: string;
  readonly author: DiscordUser;
  /** What it shows now. */
  readonly content: string;
  /** All it has shown, oldest first; empty while only "is thinking…" is shown. */
  readonly versions: readonly MessageVersion[];
  readonly at: number;
  /** The message that it is a reply to. */
  readonly reference?: { readonly messageId: string; readonly channelId: string };
  readonly flags: number;
  /** True where only the caller of a command sees it. */
  readonly ephemeral: boolean;
  readonly nonce?: string | number;
  /** `allowed_mentions` of the last call that wrote it, as sent; undefined where that call had none. */
  readonly allowedMentions?: unknown;
  readonly attachments: readonly SeenFile[];
  /** Components as sent, untouched. */
  readonly components: readonly unknown[];
  /** The thread that was opened from it. */
  readonly thread?: DiscordChannel;
  /** The interaction that it answers. */
  readonly interactionId?: string;
  readonly deleted: boolean;
}

/**
 * A mention in something that the bot wrote, by the rules of `allowed_mentions`, as though the bot might
 * mention everyone. Stricter than Discord: mentions inside code count.
 */
export interface Ping {
  readonly kind: 'user' | 'role' | 'everyone' | 'reply';
  /** Whom: id of the user or role; `everyone` or `here`. `reply` pings the author of the message replied to. */
  readonly target: string;
  readonly messageId: string;
  readonly cause: 'create' | 'edit';
}

/** "is typing", once. */
export interface Typing {
  readonly channelId: string;
  readonly at: number;
}

/** A slash command as registered. */
export interface RegisteredCommand {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** All of it, as sent. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the bot registered. */
export interface Registered {
  readonly commands: readonly RegisteredCommand[];
  /** Calls that changed them (PUT, POST, PATCH, DELETE). */
  readonly writes: number;
}

/** A slash command that somebody called, a button that somebody pressed, or a form that somebody filled in. Live. */
export interface SeenInteraction {
  readonly id: string;
  readonly token: string;
  /** Name of the command, or custom id of the button or form. */
  readonly name: string;
  readonly channelId: string;
  readonly user: DiscordUser;
  readonly at: number;
  /** The first answer: callback type (4 message, 5 "is thinking…", 6, 7, 9 form), and whether it came in time. */
  readonly answer?: { readonly type: number; readonly at: number; readonly afterMs: number };
  /** True where an answer was tried too late: the person saw "The application did not respond". */
  readonly missed: boolean;
  readonly ephemeral: boolean;
  /** Id of the message that the first answer became. */
  readonly original?: string;
  /** Ids of the messages sent after it. */
  readonly followUps: readonly string[];
  /** The form that the first answer was. */
  readonly modal?: SeenModal;
}

/** A REST call. */
export interface JournalEntry {
  readonly method: string;
  /** As the stand-in knows it, e.g. `/channels/:channel/messages/:message`; the path where it does not. */
  readonly route: string;
  /** Path without the version, e.g. `/channels/1/messages/2`. */
  readonly path: string;
  readonly body: unknown;
  /** Files that came with it. */
  readonly files?: readonly { readonly filename: string; readonly size: number }[];
  /** When it arrived. */
  readonly at: number;
  /** Status of the answer; 0 until it is sent, and for ever where it was withheld. */
  readonly status: number;
}

/** A file that was asked for. */
export interface Download {
  /** Path of the file, without the signature. */
  readonly path: string;
  /** The header, which has no business here. */
  readonly authorization: string | undefined;
  /** As of {@link JournalEntry}. */
  readonly status: number;
}

/** 429s that were given, by `X-RateLimit-Scope`. */
export interface Refused {
  readonly user: number;
  readonly global: number;
  readonly shared: number;
}

// ---------------------------------------------------------------- faults

/** What goes wrong with matching calls. Without `status`, `destroy` or `hang` they are merely late. */
export interface FaultRule {
  /** @default any */
  readonly method?: string;
  /** Matched against the path without the version. @default any */
  readonly path?: RegExp;
  /** So many matching calls, then no more. @default 1 */
  readonly times?: number;
  /** Answer with this status. 429 counts in {@link Refused} as `shared`. */
  readonly status?: number;
  /** JSON; a text is sent as it is, as a proxy in front of Discord sends its pages. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Cut the connection instead of answering. */
  readonly destroy?: boolean;
  /** True: the call is carried out first, and only its answer is lost. @default false */
  readonly afterActing?: boolean;
  readonly delayMs?: number;
  /** Wait for {@link Fault.release} before going on (before acting, or after it with `afterActing`). */
  readonly hang?: boolean;
}

/** A fault that was set. */
export interface Fault {
  /** Calls it has met so far. */
  readonly hits: number;
  /** Calls that hang right now. */
  readonly hanging: number;
  /** Lets hanging calls go on. */
  release(): void;
  /** Meets no more calls, and releases. */
  clear(): void;
}

/** Options of {@link StandInGateway.drop}. */
export interface DropOptions {
  /** False: the sessions are forgotten, a RESUME is answered with INVALID_SESSION. @default true */
  readonly resumable?: boolean;
  /** Close code; `abrupt` cuts the connection without one. @default 4000 */
  readonly code?: number | 'abrupt';
  /** On RESUME, so many events that the client already has are sent again. @default 0 */
  readonly repeat?: number;
}

/** The gateway, from behind. */
export interface StandInGateway {
  /** Open connections that are identified or resumed. */
  readonly connected: number;
  readonly identifies: number;
  readonly resumes: number;
  /** Intents of the newest IDENTIFY. */
  readonly intents: number;
  /** Closes every connection. What happens until the client resumes is replayed then. */
  drop(options?: DropOptions): void;
  /** Events are numbered but not sent, until {@link release} or a RESUME. */
  hold(): void;
  /** As {@link hold}, from the next READY on: the client is logged in, and told of no server. */
  holdServers(): void;
  release(): void;
  /** From now on an IDENTIFY with the MESSAGE_CONTENT intent is closed with 4014. */
  refuseIntents(): void;
  /** Sends any event as it is, for example a malformed one. */
  dispatch(type: string, data: unknown): void;
}

// ---------------------------------------------------------------- the whole

/** A running stand-in. */
export interface StandInDiscord {
  /** REST base without the version, for `rest.api` or `DISCORD_API_URL`. */
  readonly url: string;
  readonly token: string;
  readonly applicationId: string;
  readonly bot: DiscordUser;
  /** Can be set at any time. */
  readonly latency: Latency;
  readonly gateway: StandInGateway;

  guild(name?: string): DiscordGuild;
  /** A text channel of a guild. */
  channel(options?: ChannelOptions): DiscordChannel;
  /** The direct channel of a person with the bot. The same for every call. */
  dm(user: DiscordUser): DiscordChannel;
  user(name: string): DiscordUser;
  /** Another bot: speaks with {@link say}. */
  otherBot(name: string): DiscordUser;
  /** Changes what the bot may do in a channel, and tells it. */
  permit(channelId: string, change: { allow?: readonly Permission[]; deny?: readonly Permission[] }): void;
  /** Opens a thread as a person does, from a message or from none. */
  openThread(user: DiscordUser, channelId: string, name: string, messageId?: string): DiscordChannel;
  /** Archives or locks a thread, or takes that back. */
  setThread(threadId: string, state: { archived?: boolean; locked?: boolean }): void;

  say(user: DiscordUser, channelId: string, text: string, options?: SayOptions): SeenMessage;
  editMessage(messageId: string, text: string): void;
  deleteMessage(messageId: string): void;
  deleteChannel(channelId: string): void;
  /**
   * Calls a slash command. It need not be registered; where it is, the values have to be those that a client lets a
   * person give (choices, least and most, longest): others throw.
   */
  command(
    user: DiscordUser,
    channelId: string,
    name: string,
    options?: Readonly<Record<string, OptionValue>>,
  ): SeenInteraction;
  /** Presses a button of a message, by its id or label. Throws where the message shows no such button. */
  press(user: DiscordUser, messageId: string, button: string): SeenInteraction;
  /** Fills in the form that answered a press. Throws where it has none, or a client would not let these values pass. */
  submit(pressed: SeenInteraction, values: Readonly<Record<string, string>>): SeenInteraction;
  /** The buttons that a message shows now. */
  buttons(messageId: string): readonly SeenButton[];

  /** Messages of a channel, oldest first, deleted ones too. */
  messages(channelId: string): readonly SeenMessage[];
  readonly pings: readonly Ping[];
  readonly typing: readonly Typing[];
  readonly threads: readonly DiscordChannel[];
  readonly interactions: readonly SeenInteraction[];
  readonly registered: Registered;
  readonly requests: readonly JournalEntry[];
  readonly downloads: readonly Download[];
  readonly refused: Refused;

  /**
   * Resolves to what the probe gives once that is truthy; it is asked now and after every change.
   * Rejects after `timeoutMs` (default 5000) with a listing of what there was.
   */
  until<Found>(probe: () => Found | undefined | null | false, timeoutMs?: number): Promise<Found>;
  /** The first message of a channel that the predicate holds of. As {@link until}. */
  untilMessage(
    channelId: string,
    predicate: (message: SeenMessage) => boolean,
    timeoutMs?: number,
  ): Promise<SeenMessage>;

  fail(rule: FaultRule): Fault;
  /** Ends it: connections are closed, calls that hang are dropped. */
  close(): Promise<void>;
}
