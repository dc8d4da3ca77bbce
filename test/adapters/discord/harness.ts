import { onTestFinished } from 'vitest';
import {
  type DiscordOptions as AdapterOptions,
  createDiscord,
} from '../../../src/adapters/discord/discord.ts';
import type { ParleyError } from '../../../src/core/errors.ts';
import type {
  CommandSpec,
  KeyValue,
  LogFields,
  Logger,
  Platform,
  ReplySurface,
} from '../../../src/core/ports.ts';
import { createRecordingInbox, type RecordingInbox } from '../../fakes/recording-inbox.ts';
import { createWatch, type Watch } from '../../fakes/watch.ts';
import { startDiscord } from '../../servers/discord/discord.ts';
import type { DiscordOptions, StandInDiscord } from '../../servers/discord/types.ts';

/** Commands as the tests register them. */
export const commands: readonly CommandSpec[] = [
  {
    name: 'ask',
    description: 'Ask Parley',
    options: [{ name: 'question', description: 'What to ask', required: true, maxLength: 6000 }],
    visibility: 'everyone',
  },
  { name: 'help', description: 'What Parley can do', options: [], visibility: 'caller' },
];

/** A line that was logged. */
export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** The adapter's surroundings, recorded. */
export interface Instruments {
  readonly store: KeyValue;
  readonly logger: Logger;
  readonly log: readonly LogLine[];
  readonly counters: { add(name: string, by?: number): void; snapshot(): Record<string, number> };
  /** The errors with which the connection was lost for good. */
  readonly lost: readonly ParleyError[];
  onLost(error: ParleyError): void;
  /** Looks whenever something was logged or counted, or the connection was lost. */
  readonly until: Watch['until'];
}

/** A local Discord with the adapter connected to it. */
export interface Connected extends Instruments {
  readonly discord: StandInDiscord;
  readonly platform: Platform<ReplySurface>;
  readonly inbox: RecordingInbox;
  /** What `start` resolved to. */
  readonly line: string;
}

/** What differs from the usual in a test. */
export interface HarnessOptions {
  readonly adapter?: Partial<AdapterOptions>;
  readonly discord?: DiscordOptions;
  readonly commands?: readonly CommandSpec[];
  /** Called before the adapter connects. */
  readonly before?: (discord: StandInDiscord) => void;
}

/** A local Discord, closed when the test is finished. */
export async function startStandIn(options: DiscordOptions = {}): Promise<StandInDiscord> {
  const discord = await startDiscord(options);
  onTestFinished(() => discord.close());
  return discord;
}

/** The adapter for a local Discord, not started; closed when the test is finished. */
export function createAdapter(discord: StandInDiscord, options: Partial<AdapterOptions> = {}) {
  const instruments = createInstruments();
  const platform = createDiscord({
    token: discord.token,
    apiUrl: discord.url,
    replies: 'thread',
    ...instruments,
    ...options,
  });
  onTestFinished(() => platform.close());
  return { platform, ...instruments };
}

/** Starts both, and stops them when the test is finished. */
export async function connect(options: HarnessOptions = {}): Promise<Connected> {
  const discord = await startStandIn(options.discord);
  options.before?.(discord);
  const inbox = createRecordingInbox();
  const adapter = createAdapter(discord, options.adapter);
  const line = await adapter.platform.start(inbox, options.commands ?? commands);
  return { discord, inbox, line, ...adapter };
}

function createInstruments(): Instruments {
  const values = new Map<string, unknown>();
  const log: LogLine[] = [];
  const lost: ParleyError[] = [];
  const counts = new Map<string, number>();
  const { changed, until } = createWatch(() => ({ log, counts: [...counts] }));
  const at = (level: keyof Logger) => (message: string, fields?: LogFields) => {
    log.push({ level, message, fields });
    changed();
  };
  return {
    log,
    until,
    lost,
    onLost(error) {
      lost.push(error);
      changed();
    },
    logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    counters: {
      add(name, by = 1) {
        counts.set(name, (counts.get(name) ?? 0) + by);
        changed();
      },
      snapshot: () => Object.fromEntries(counts),
    },
    store: {
      get: async <Value>(key: string) => values.get(key) as Value | undefined,
      set: async (key, value) => void values.set(key, value),
      delete: async (key) => void values.delete(key),
      async *entries<Value>() {
        yield* values as Map<string, Value>;
      },
    },
  };
}
