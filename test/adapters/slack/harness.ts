import { onTestFinished } from 'vitest';
import { createSlack, type SlackOptions } from '../../../src/adapters/slack/slack.ts';
import type {
  CommandCall,
  CommandSpec,
  Counters,
  Inbox,
  IncomingMessage,
  KeyValue,
  LogFields,
  Logger,
  Platform,
  ReplyAddress,
  ReplySurface,
} from '../../../src/core/ports.ts';
import { createFakeConversations } from '../../fakes/conversations.ts';
import { startSlack } from '../../servers/slack/slack.ts';
import type { SlackOptions as StandInOptions, StandInSlack } from '../../servers/slack/types.ts';

/** The two ways in which events come in. */
export type Mode = 'socket' | 'http';

/** The commands that Parley has, as far as the adapter cares. */
export const commands: readonly CommandSpec[] = [
  {
    name: 'ask',
    description: 'Ask a question',
    options: [{ name: 'question', description: 'What to ask', required: true }],
    visibility: 'everyone',
  },
  { name: 'new', description: 'Forget this conversation', options: [], visibility: 'caller' },
  { name: 'help', description: 'What Parley does', options: [], visibility: 'caller' },
];

/** Remembers all that the engine would have got. */
export interface RecordingInbox extends Inbox {
  readonly messages: readonly IncomingMessage[];
  readonly commands: readonly CommandCall[];
  readonly revisions: readonly { readonly thread: string; readonly id: string; readonly text: string }[];
  readonly withdrawals: readonly { readonly thread: string; readonly id: string }[];
  readonly stops: readonly string[];
  /** Resolves once the predicate is true; looked at again whenever something came. */
  until(predicate: (inbox: RecordingInbox) => boolean): Promise<void>;
  /** The next message or command is taken only when this is resolved. */
  hold: Promise<void> | undefined;
}

/** A log and counters to look into. */
export interface Instruments {
  readonly logger: Logger;
  readonly counters: Counters;
  readonly lines: readonly {
    readonly level: string;
    readonly message: string;
    readonly fields?: LogFields;
  }[];
  /** Resolves once such a line was written. */
  logged(level: string, words: string): Promise<void>;
}

/** An adapter that is connected to a local Slack. */
export interface Connected extends Instruments {
  readonly slack: StandInSlack;
  readonly platform: Platform<ReplySurface>;
  readonly inbox: RecordingInbox;
  /** What `start` resolved to. */
  readonly line: string;
}

/** Starts a local Slack that ends with the test. */
export async function startStandIn(options: StandInOptions = {}): Promise<StandInSlack> {
  const slack = await startSlack(options);
  onTestFinished(() => slack.close());
  return slack;
}

/** Options for the adapter against a local Slack. */
export function optionsFor(slack: StandInSlack, mode: Mode, instruments: Instruments): SlackOptions {
  const { logger, counters } = instruments;
  const way = mode === 'socket' ? { appToken: slack.appToken } : { signingSecret: slack.signingSecret };
  const http = { host: '127.0.0.1', port: 0 };
  return {
    botToken: slack.botToken,
    apiUrl: slack.apiUrl,
    http,
    store: createMemory(),
    logger,
    counters,
    ...way,
  };
}

/** Starts a local Slack and the adapter, both of which end with the test. */
export async function connect(
  mode: Mode = 'socket',
  { standIn, adapter }: { standIn?: StandInOptions; adapter?: Partial<SlackOptions> } = {},
): Promise<Connected> {
  const slack = await startStandIn(standIn);
  const instruments = createInstruments();
  const inbox = createInbox();
  const platform = createSlack({ ...optionsFor(slack, mode, instruments), ...adapter });
  onTestFinished(() => platform.close());
  const line = await platform.start(inbox, commands);
  const url = /http:\S+(?=\))/.exec(line)?.[0];
  if (mode === 'http') slack.deliverTo(url);
  return { ...instruments, slack, platform, inbox, line };
}

/** An adapter that is not connected: surfaces need no more. */
export interface Surfaces extends Omit<Connected, 'inbox' | 'line'> {
  /** The adapter of another process, over the same store or one of its own. */
  another(store: 'shared' | 'own'): Platform<ReplySurface>;
}

/** Starts a local Slack and the adapter, both of which end with the test; nothing is connected. */
export async function connectSurfaces(
  standIn?: StandInOptions,
  adapter?: Partial<SlackOptions>,
): Promise<Surfaces> {
  const slack = await startStandIn(standIn);
  const instruments = createInstruments();
  const options = { ...optionsFor(slack, 'socket', instruments), ...adapter };
  function create(store: KeyValue): Platform<ReplySurface> {
    const platform = createSlack({ ...options, store });
    onTestFinished(() => platform.close());
    return platform;
  }
  const another = (store: 'shared' | 'own') => create(store === 'shared' ? options.store : createMemory());
  return { ...instruments, slack, platform: create(options.store), another };
}

/** The address of an answer in a thread that `user` asked for. */
export function threadAddress(
  slack: StandInSlack,
  question: { readonly channel: string; readonly ts: string; readonly threadTs?: string },
  user: string,
): ReplyAddress {
  const { channel, ts, threadTs = ts } = question;
  const team = slack.team.id;
  return {
    thread: `slack:${team}:${channel}:${threadTs}`,
    data: { team, channel, threadTs, ts, user, userTeam: team },
  };
}

/** Resolves once Slack has an answer for all that it sent. */
export async function allAcknowledged(slack: StandInSlack): Promise<void> {
  await slack.until(
    ({ deliveries }) => deliveries.length > 0 && deliveries.every(({ inTime }) => inTime !== undefined),
  );
}

/** An empty log and counters at nought. */
export function createInstruments(): Instruments {
  const lines: { level: string; message: string; fields?: LogFields }[] = [];
  const counts: Record<string, number> = {};
  const watch = createWatch();
  const write = (level: string) => (message: string, fields?: LogFields) => {
    lines.push({ level, message, ...(fields === undefined ? {} : { fields }) });
    watch.changed();
  };
  return {
    lines,
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    counters: {
      add(name, by = 1) {
        counts[name] = (counts[name] ?? 0) + by;
      },
      snapshot: () => ({ ...counts }),
    },
    logged: (level, words) =>
      watch.until(() => lines.some((line) => line.level === level && line.message.includes(words))),
  };
}

/** An inbox that takes everything. */
export function createInbox(): RecordingInbox {
  const messages: IncomingMessage[] = [];
  const calls: CommandCall[] = [];
  const revisions: { thread: string; id: string; text: string }[] = [];
  const withdrawals: { thread: string; id: string }[] = [];
  const stops: string[] = [];
  const watch = createWatch();
  const inbox: RecordingInbox = {
    conversations: createFakeConversations(),
    ...{ messages, commands: calls, revisions, withdrawals, stops, hold: undefined },
    until: (predicate) => watch.until(() => predicate(inbox)),
    async message(message) {
      messages.push(message);
      watch.changed();
      await inbox.hold;
    },
    async command(call) {
      calls.push(call);
      watch.changed();
      await inbox.hold;
    },
    withdraw(thread, id) {
      withdrawals.push({ thread, id });
      watch.changed();
    },
    revise(thread, id, text) {
      revisions.push({ thread, id, text });
      watch.changed();
    },
    stop(thread) {
      stops.push(thread);
      watch.changed();
    },
  };
  return inbox;
}

function createMemory(): KeyValue {
  const values = new Map<string, string>();
  return {
    async get<Value>(key: string) {
      const value = values.get(key);
      return value === undefined ? undefined : (JSON.parse(value) as Value);
    },
    async set(key, value) {
      values.set(key, JSON.stringify(value));
    },
    async delete(key) {
      values.delete(key);
    },
    async *entries<Value>() {
      for (const [key, value] of values) yield [key, JSON.parse(value) as Value] as const;
    },
  };
}

interface Watch {
  changed(): void;
  until(predicate: () => boolean): Promise<void>;
}

function createWatch(): Watch {
  const waiting = new Set<() => void>();
  return {
    changed() {
      for (const look of waiting) look();
    },
    until(predicate) {
      return new Promise((resolve) => {
        const look = () => {
          if (!predicate()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
  };
}
