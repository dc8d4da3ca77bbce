/** What the local Slack remembers and a test reads: plain records that go on being true as things happen. */

/** A file that people could see in a message. */
export interface SeenFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  /** What those are told who can't see it: by its block, else by the file itself. */
  readonly altText: string;
  /** By its content. */
  readonly mimetype: string;
  readonly content: Uint8Array;
  /** In a block of the message, or shared with it. */
  readonly as: 'block' | 'attachment';
}

/** A button of a message, as it can be pressed. */
export interface SeenButton {
  readonly label: string;
  readonly actionId: string;
  readonly blockId: string;
  readonly value?: string;
}

/** What people could see of a message, until the next one. */
export interface Version {
  /** As people read it: `&lt;`, `&gt;` and `&amp;` are the characters again; Markdown is left as sent. */
  readonly text: string;
  /** As the app sent it. */
  readonly source: string;
  /** What was shown with it. */
  readonly files: readonly SeenFile[];
  /** When it became visible, in milliseconds of the stand-in's clock. */
  readonly at: number;
}

/** Who or what ended a stream: `chat.stopStream`, a person's stop button, or Slack's own clock. */
export type StreamEnd = 'app' | 'person' | 'lifetime';

/** A message in a channel. */
export interface SeenMessage {
  readonly ts: string;
  readonly channel: string;
  /** Absent for a message that is not in a thread; a thread's first message has none either. */
  readonly threadTs?: string;
  /** User id, also for the app's own. */
  readonly author: string;
  /** Set where an app wrote it. */
  readonly botId?: string;
  /** The newest version's text and source. */
  readonly text: string;
  readonly source: string;
  /** `markdown` came through `markdown_text` or a stream, `mrkdwn` through `text`. */
  readonly format: 'mrkdwn' | 'markdown';
  /** Every text ever visible, oldest first; never empty. */
  readonly versions: readonly Version[];
  readonly blocks: readonly unknown[];
  /** The buttons in its blocks, in order. */
  readonly buttons: readonly SeenButton[];
  readonly metadata?: unknown;
  /** True from `chat.startStream` until the stream ends in whatever way. */
  readonly streaming: boolean;
  readonly streamClosedBy: StreamEnd | undefined;
  /** True where it shows "(edited)". */
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly reactions: readonly string[];
  /** All arguments of the call that made it (`unfurl_links` and the like); empty for people's messages. */
  readonly args: CallArguments;
}

/** A message that one person alone saw: `chat.postEphemeral`, a command's acknowledgement or its response URL. */
export interface Ephemeral {
  readonly channel: string;
  readonly user: string;
  readonly threadTs?: string;
  readonly text: string;
  readonly source: string;
  readonly via: 'postEphemeral' | 'acknowledgement' | 'response-url';
  readonly at: number;
}

/** A mention that would have notified somebody. One per message and token. */
export interface Ping {
  readonly channel: string;
  /** Absent for ephemeral messages. */
  readonly ts?: string;
  /** For example `<!channel>`, `<@U0BOB>`, `<!subteam^S1>`. */
  readonly token: string;
}

/** A call of `assistant.threads.setStatus`. */
export interface StatusCall {
  readonly channel: string;
  readonly threadTs: string;
  /** Empty where it was cleared. */
  readonly status: string;
  readonly at: number;
}

/** A call of `assistant.threads.setTitle` or `agents.sessions.rename`. */
export interface TitleCall {
  readonly channel: string;
  readonly threadTs: string;
  readonly title: string;
  readonly at: number;
}

/** A call of `assistant.threads.setSuggestedPrompts`. */
export interface PromptsCall {
  readonly channel: string;
  readonly threadTs?: string;
  readonly title?: string;
  readonly prompts: readonly { readonly title: string; readonly message: string }[];
  readonly at: number;
}

/** A call of `agents.sessions.setStatus`, or what a stream did to its session. */
export interface SessionCall {
  readonly channel: string;
  readonly threadTs: string;
  readonly status: string;
  readonly at: number;
}

/** Arguments of a Web API call: form values, those that were JSON parsed. */
export type CallArguments = Readonly<Record<string, unknown>>;

/** A Web API call that arrived. */
export interface Call {
  readonly method: string;
  readonly args: CallArguments;
  /** Team of the token; empty for app tokens and unknown tokens. */
  readonly team: string;
  /** When it arrived. */
  readonly at: number;
  /** Absent until it was answered, or where its answer was withheld. */
  readonly ok?: boolean;
  /** Slack's error name (`ratelimited` for a 429); for injected faults `http_500`, `connection_lost`, `no_answer`. */
  readonly error?: string;
}

/** One attempt at handing something to the app. */
export interface Delivery {
  /** `event_id` of an event, `trigger_id` of a command or action. */
  readonly id: string;
  /** Type of the inner event, `slash_commands` or `interactive`. */
  readonly type: string;
  readonly transport: 'socket' | 'http';
  /** 0 for the first attempt; then as `x-slack-retry-num` and `retry_attempt` tell. */
  readonly attempt: number;
  readonly at: number;
  readonly ackedAt?: number;
  /** Whether the acknowledgement came in time; absent while that is open. */
  readonly inTime?: boolean;
  /** HTTP status of the answer. */
  readonly status?: number;
}

/** One use of a response URL. */
export interface ResponseUse {
  readonly at: number;
  readonly body: CallArguments;
  /** False where it was refused: used five times, or older than 30 minutes. */
  readonly ok: boolean;
}

/** Bytes that were brought to an upload URL. */
export interface Upload {
  /** Absent where the URL was never given out, or is used up. */
  readonly fileId?: string;
  /** How many bytes came, and of which type the body was said to be. */
  readonly bytes: number;
  readonly contentType: string | undefined;
  /** Nobody needs a token there. */
  readonly authorization: string | undefined;
  /** Status of the answer; 0 where it was withheld. */
  readonly status: number;
}

/** A modal that the app opened for a person. */
export interface Modal {
  readonly id: string;
  /** Who sees it. */
  readonly user: string;
  readonly title: string;
  /** As the app sent it. */
  readonly view: CallArguments;
  /** Its inputs, in order. */
  readonly inputs: readonly ModalInput[];
  /** False once it was submitted. */
  readonly open: boolean;
}

/** An input of a modal. */
export interface ModalInput {
  readonly blockId: string;
  readonly actionId: string;
  readonly type: string;
  readonly label: string;
  readonly optional: boolean;
  /** Values that can be chosen; of a `static_select` alone. */
  readonly choices: readonly string[];
  readonly element: CallArguments;
}

/** A slash command, a pressed button or a submitted modal, from the person's side. */
export interface Interaction {
  readonly triggerId: string;
  readonly responseUrl: string;
  /** True once acknowledged in time. */
  readonly acknowledged: boolean;
  /** What the acknowledgement carried. */
  readonly ackBody?: unknown;
  /** What Slack would have told the person. */
  readonly failure?: 'operation_timeout' | 'dispatch_failed';
  readonly responses: readonly ResponseUse[];
}
