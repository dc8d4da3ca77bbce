/**
 * The test's side of the local Slack, in one file so that it is read in one go. What it remembers is in
 * records.ts.
 */
import type {
  Call,
  Delivery,
  Ephemeral,
  Interaction,
  Modal,
  Ping,
  PromptsCall,
  SeenMessage,
  SessionCall,
  StatusCall,
  TitleCall,
  Upload,
} from './records.ts';

/** Limits that the stand-in enforces; all can be changed while it runs. */
export interface SlackLimits {
  /** Calls per minute and workspace, by method. Methods not named here are unlimited. */
  perMinute: Record<string, number>;
  /** Posts per second in one channel. @default 1 */
  postsPerSecondPerChannel: number;
  /** How much of a minute's worth may be used at once: 1, 1/5, 1/10. @default 1 */
  burst: number;
  /** Most characters of `text` in `chat.update`. @default 4000 */
  updateText: number;
  /** Most characters of `markdown_text` in one call. @default 12000 */
  markdownText: number;
  /** Most characters of one stream in total. @default 12000 */
  streamText: number;
  /** Most UTF-8 bytes of one stream in total; the least that was ever measured. @default 10600 */
  streamBytes: number;
  /** @default 300000 */
  streamLifetimeMs: number;
  /** Whether a stream's lifetime counts from its start or from its last append: both were reported. @default 'start' */
  streamLifetimeFrom: 'start' | 'append';
  /** Where `chat.startStream` needs a `thread_ts`. @default 'everywhere' */
  streamsNeedThread: 'everywhere' | 'channels';
  /** What happens to a long `text` in `chat.postMessage`: cut at 40,000, or split above 4,041 characters. @default 'truncate' */
  longPosts: 'truncate' | 'split';
  /** `conversations.replies` and `.history` never give more than 15 messages a call. @default false */
  cappedHistory: boolean;
  /** @default 3000 */
  acknowledgeMs: number;
  /** @default 5 */
  responseUses: number;
  /** @default 1800000 */
  responseLifetimeMs: number;
  /** Most characters of the text in all blocks of a message, as reported. @default 13200 */
  blocksText: number;
  /** A status fades after so long. @default 120000 */
  statusLifetimeMs: number;
  /** Socket Mode connections at once. @default 10 */
  connections: number;
  /** Every file of the app can stand in a block, or only one that was shared in a channel: both were reported. @default 'all' */
  filesInBlocks: 'all' | 'shared';
  /** So many times a block with a new file of the app is refused: "not processed yet". @default 0 */
  fileRefusals: number;
  /** A file of the app can stand in a block so many milliseconds after its upload was completed. @default 0 */
  fileReadyMs: number;
  /** A person's trigger opens a modal so long. @default 3000 */
  triggerLifetimeMs: number;
}

/** Options of `startSlack`. */
export interface SlackOptions {
  readonly limits?: Partial<SlackLimits>;
  /** Milliseconds since the epoch: for message times, rate limits and lifetimes. @default Date.now */
  readonly now?: () => number;
  /** From 0 to 1, for the jitter of the latency. @default Math.random */
  readonly random?: () => number;
}

/** A way for a Web API call to go wrong. Without `status`, `error` or `hang` the connection is destroyed. */
export interface Fault {
  /** For example `chat.update`; `download` and `upload` are those of a file's bytes. @default every method */
  readonly method?: string;
  /** Only calls of which this is true. */
  readonly where?: (args: Readonly<Record<string, unknown>>) => boolean;
  /** @default 1 */
  readonly times?: number;
  /** HTTP status, 429 and 5xx among them. */
  readonly status?: number;
  /** Slack's error name, in a body with `ok: false`; also with a `status`. */
  readonly error?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The call is carried out and only its answer is replaced. @default false */
  readonly afterActing?: boolean;
  /** Wait before answering. With nothing else set the call is only slow, not wrong. */
  readonly delayMs?: number;
  /** Never answers. */
  readonly hang?: boolean;
}

/** A person or another bot. */
export interface StandInUser {
  readonly id: string;
  readonly name: string;
}

/** A channel (`C…`) or direct message (`D…`). */
export interface StandInChannel {
  readonly id: string;
  readonly name: string;
}

/** A file that a person sends. */
export interface SentFile {
  readonly name: string;
  /** @default 'text/plain' */
  readonly mimetype?: string;
  /** @default empty */
  readonly content?: Uint8Array | string;
  /** As Slack tells it. @default that of the content */
  readonly size?: number;
  /** `external` lies elsewhere, `hidden_by_limit` and `tombstone` can't be had, `quip` is a canvas. @default 'hosted' */
  readonly mode?: 'hosted' | 'snippet' | 'external' | 'hidden_by_limit' | 'tombstone' | 'quip';
  /** In place of an address of Slack's. */
  readonly url?: string;
  /** True: the event tells its id alone, as of files shared between companies. @default false */
  readonly checkInfo?: boolean;
  /** True: whoever fetches it is not told how long it is. @default false */
  readonly chunked?: boolean;
}

/** A file that was asked for. */
export interface Download {
  /** Team, file and name: `T1-F2/notes.txt`. */
  readonly path: string;
  readonly authorization: string | undefined;
  /** Status of the answer; 0 until it is sent, and for ever where it was withheld. */
  readonly status: number;
}

/** Options of {@link StandInWorkspace.say}. */
export interface SayOptions {
  readonly threadTs?: string;
  /** Puts `<@BOT> ` before the text. A text that has it already is a mention without this. */
  readonly mention?: boolean;
  /** Named files, sent with subtype `file_share`. */
  readonly files?: readonly SentFile[];
  /** Which events go out. @default both for a mention in a channel, `message` otherwise; `app_mention` alone where the app is no member */
  readonly deliver?: 'both' | 'app_mention' | 'message' | 'none';
  /** Which of the two goes first. @default 'app_mention' */
  readonly first?: 'app_mention' | 'message';
  /** Said by another app: the events carry a `bot_id`. */
  readonly bot?: boolean;
  /** Any other subtype, for example `thread_broadcast`, `channel_join`. */
  readonly subtype?: string;
}

/** A message as its writer gets it back. */
export interface Said {
  readonly ts: string;
  readonly channel: string;
  readonly threadTs?: string;
  /** Events that went out for it, in order. */
  readonly eventIds: readonly string[];
}

/** A workspace in which the app is installed: its people act, and see what the app does. */
export interface StandInWorkspace {
  readonly botToken: string;
  readonly team: { readonly id: string; readonly name: string };
  readonly bot: { readonly userId: string; readonly botId: string; readonly name: string };
  /** Granted to the bot token; take some away to see `missing_scope`. */
  readonly scopes: Set<string>;

  // the world
  channel(options?: { name?: string; member?: boolean; archived?: boolean }): StandInChannel;
  /** The direct message of a person with the app; the same one each time. */
  dm(user: StandInUser): StandInChannel;
  user(name?: string): StandInUser;
  /** Changes a channel: the app leaves or joins, it is archived, it vanishes (`channel_not_found`). */
  change(channelId: string, state: { member?: boolean; archived?: boolean; gone?: boolean }): void;

  // people acting; everything that goes to the app goes by itself soon after the call returns
  /** Says something, in Slack's own encoding (`<@U1>` is a mention, `&lt;` a less-than sign). */
  say(user: StandInUser, channelId: string, text: string, options?: SayOptions): Said;
  editMessage(channelId: string, ts: string, text: string): string;
  /** Deletes anybody's message. */
  deleteMessage(channelId: string, ts: string): string;
  /** Deletes every file of a name. */
  deleteFile(name: string): void;
  slash(user: StandInUser, channelId: string, command: string, text: string): Interaction;
  openAgentView(user: StandInUser): string;
  /** Presses stop: ends the open streams of the thread and tells the app. */
  stopSession(channelId: string, threadTs: string, user?: StandInUser): string;
  /** Presses a button of a message. */
  action(
    user: StandInUser,
    message: { channel: string; ts: string },
    action: { actionId: string; value?: string; blockId?: string; type?: string },
  ): Interaction;
  /** Presses the button of that label. @throws where the message shows none */
  press(user: StandInUser, message: { channel: string; ts: string }, label: string): Interaction;
  /**
   * Fills a modal in and sends it.
   * @param values by label or block id; of a choice its value
   * @throws where Slack would not let a person send it so
   */
  submit(user: StandInUser, modalId: string, values: Readonly<Record<string, string>>): Interaction;
  /** Sends any inner event in a sound envelope; returns its event id, as every verb that sends one event. */
  event(event: Readonly<Record<string, unknown>>): string;
  /** Sends `app_rate_limited`, which has no inner event. */
  rateLimitEvents(): void;

  // what people saw
  /** Messages of a channel, oldest first, deleted ones too; of all channels without one. */
  messages(channelId?: string): readonly SeenMessage[];
  /** The app's messages of a thread, oldest first, deleted ones left out. */
  replies(channelId: string, threadTs: string): readonly SeenMessage[];
  readonly ephemerals: readonly Ephemeral[];
  readonly statuses: readonly StatusCall[];
  /** The status that the thread shows now: not faded, cleared or answered. */
  status(channelId: string, threadTs: string): string | undefined;
  readonly titles: readonly TitleCall[];
  readonly suggestedPrompts: readonly PromptsCall[];
  readonly sessions: readonly SessionCall[];
  /** Modals that the app opened, in order. */
  readonly modals: readonly Modal[];
  /** Every mention by the app that would have notified somebody, in any version of any message. */
  readonly pings: readonly Ping[];
}

/** Options of the waits. */
export interface WaitOptions {
  /** @default 5000 */
  readonly timeoutMs?: number;
}

/** A local Slack with one app. It is itself its first workspace. */
export interface StandInSlack extends StandInWorkspace {
  /** For `clientOptions.slackApiUrl`; ends in `/api/`. */
  readonly apiUrl: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly appId: string;
  readonly limits: SlackLimits;
  /** A further workspace, with a token of its own; same app, same connections. */
  workspace(name?: string): StandInWorkspace;
  close(): Promise<void>;

  // delivering
  /** From now on everything goes to this URL as signed posts; `undefined` returns to Socket Mode. */
  deliverTo(url: string | undefined): void;
  /** Every attempt so far, in order. */
  readonly deliveries: readonly Delivery[];
  /** Tries an event (by its id) or a command (by its trigger id) once more, acknowledged or not, as the next retry. */
  redeliver(id: string): void;
  /**
   * Whether the app's own posts, edits and deletions come back to it as events, as Slack does. Of a stream
   * its start and its end come back.
   * @default true
   */
  echoes: boolean;
  /** Sends anything as it is: a WebSocket frame, or the body of a signed post. */
  raw(body: string): void;
  /** Posts to the URL of {@link deliverTo}, signed in one of several ways, and gives the answer. */
  post(
    body: string,
    options?: { signature?: 'right' | 'wrong' | 'none' | 'old'; contentType?: string },
  ): Promise<{ status: number; body: string }>;

  // Socket Mode
  /** Open connections that said hello and were not told to go. */
  readonly connections: number;
  /** Connections ever opened. */
  readonly connected: number;
  /**
   * Tells one (the oldest) or all connections to go; they get no more events. A `warning` only announces
   * it and changes nothing. Without a reason: `refresh_requested`.
   */
  disconnect(options?: { reason?: DisconnectReason; which?: 'oldest' | 'all' }): void;
  /** Cuts all connections without a word. */
  dropSockets(): void;
  /** Whether events said while no connection is open are delivered at the next one. @default true */
  keepEvents: boolean;

  // files
  readonly downloads: readonly Download[];
  /** What was brought to upload URLs, in order. */
  readonly uploads: readonly Upload[];
  /** What somebody gets who may not read a file: a page to log in, or a redirect to one. @default 'page' */
  loginBy: 'page' | 'redirect';

  // faults and limits
  readonly calls: readonly Call[];
  /** Calls refused with a 429, by method; methods that were never refused are absent. */
  readonly refused: Readonly<Record<string, number>>;
  fail(fault: Fault): void;
  /** Of every Web API call: half of it before the call is carried out, half after. */
  latency: { ms: number; jitterMs: number };

  // waiting
  /**
   * Resolves once the predicate is true; rejects with a dump of what is there. It is looked at again after every
   * change here, and every 20 ms for what the test itself records.
   */
  until(predicate: (slack: StandInSlack) => boolean, options?: WaitOptions): Promise<void>;
  /** The first message of a channel, in any workspace, for which the predicate is true; the app's own by default. */
  untilMessage(
    channelId: string,
    predicate: (message: SeenMessage) => boolean,
    options?: WaitOptions & { by?: 'app' | 'anybody' },
  ): Promise<SeenMessage>;
  /** The first modal that a person has open, as soon as there is one. */
  untilModal(user: StandInUser, options?: WaitOptions): Promise<Modal>;
}

/** Why Slack asks a connection to go. */
export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets';
