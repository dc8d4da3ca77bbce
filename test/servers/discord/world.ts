import type { StoredFile } from './cdn.ts';
import { createSnowflakes } from './snowflakes.ts';
import type {
  DiscordChannel,
  DiscordGuild,
  DiscordOptions,
  DiscordUser,
  MessageVersion,
  Permission,
  Ping,
  RegisteredCommand,
  SeenInteraction,
  SeenMessage,
  Typing,
} from './types.ts';

type Mutable<Seen> = { -readonly [Key in keyof Seen]: Seen[Key] };

/** A channel with what only the stand-in knows. */
export interface ChannelRecord extends Mutable<DiscordChannel> {
  readonly allowed: Set<Permission>;
  readonly denied: Set<Permission>;
  /** Of a direct channel: the person. */
  readonly recipient?: DiscordUser;
  /** Of a thread: ids of its members. */
  readonly members: Set<string>;
  /** In the order in which they were said, deleted ones too. */
  readonly messages: MessageRecord[];
}

/** A message with what only the stand-in knows. */
export interface MessageRecord extends Mutable<SeenMessage> {
  readonly versions: MessageVersion[];
  attachments: readonly StoredFile[];
  thread?: ChannelRecord;
  /** 0 message, 19 reply, 20 answer to a command, 21 start of a thread. */
  readonly type: number;
  /** Ids of the users it mentions, the author of the message replied to included. */
  mentions: readonly string[];
  embeds: readonly unknown[];
  editedAt?: number;
}

/** An interaction with what only the stand-in knows. */
export interface InteractionRecord extends Mutable<SeenInteraction> {
  readonly followUps: string[];
  readonly kind: 'command' | 'button' | 'modal';
  /** Of a pressed button and its form: the message that the button is on. */
  readonly pressed?: string;
}

/** Discord's numbers for the kinds of interactions. */
export const interactionTypes = { command: 2, button: 3, modal: 5 } as const;

/** An event for the gateway. Who gets it is decided by the gateway. */
export interface WorldEvent {
  readonly type: string;
  readonly data: object;
  /** The channel it happened in; none for events of a guild and for interactions. */
  readonly channel?: ChannelRecord;
  readonly guildId?: string;
  /** Of a message: what is sent to those who may not read it. */
  readonly withoutContent?: object;
}

/** All that there is. Plain data; whoever changes it calls `touch`, and `emit` where the bot is told. */
export interface World {
  readonly now: () => number;
  readonly nextId: () => string;
  readonly token: string;
  readonly applicationId: string;
  readonly bot: DiscordUser;
  readonly users: Map<string, DiscordUser>;
  readonly guilds: Map<string, DiscordGuild>;
  readonly channels: Map<string, ChannelRecord>;
  readonly messages: Map<string, MessageRecord>;
  /** The newest message of the bot for every nonce. */
  readonly nonces: Map<string | number, MessageRecord>;
  /** By their paths. */
  readonly files: Map<string, StoredFile>;
  /** Of the server, for the links of files. */
  readonly origin: string;
  readonly linkLifetimeMs: number;
  readonly fileBytes: number;
  readonly requestBytes: number;
  readonly interactions: Map<string, InteractionRecord>;
  /** Ids of the interactions by their tokens. */
  readonly interactionTokens: Map<string, string>;
  readonly interactionAnswerMs: number;
  readonly interactionLifetimeMs: number;
  readonly commands: Map<string, RegisteredCommand>;
  commandWrites: number;
  readonly pings: Ping[];
  readonly typing: Typing[];
  /** Whether the application may ask for the MESSAGE_CONTENT intent. */
  contentAllowed: boolean;
  touch(): void;
  emit(event: WorldEvent): void;
}

/** An empty world: the bot alone. `touch` and `emit` are told of all that happens in it. */
export function createWorld(options: DiscordOptions, told: Pick<World, 'touch' | 'emit' | 'origin'>): World {
  const now = options.now ?? Date.now;
  const nextId = createSnowflakes(now);
  const bot = { id: nextId(), username: options.username ?? 'parley', bot: true };
  return {
    now,
    nextId,
    token: options.token ?? 'discord-test-token',
    applicationId: bot.id,
    bot,
    users: new Map([[bot.id, bot]]),
    guilds: new Map(),
    channels: new Map(),
    messages: new Map(),
    nonces: new Map(),
    files: new Map(),
    linkLifetimeMs: options.linkLifetimeMs ?? 86_400_000,
    fileBytes: options.fileBytes ?? 10 * 2 ** 20,
    requestBytes: options.requestBytes ?? 25 * 2 ** 20,
    interactions: new Map(),
    interactionTokens: new Map(),
    interactionAnswerMs: options.interactionAnswerMs ?? 3000,
    interactionLifetimeMs: options.interactionLifetimeMs ?? 900_000,
    commands: new Map(),
    commandWrites: 0,
    pings: [],
    typing: [],
    contentAllowed: true,
    ...told,
  };
}

/** What a channel starts with; every kind adds its own. */
export function addChannel(
  world: World,
  channel: Pick<ChannelRecord, 'id' | 'kind' | 'name'> & Partial<ChannelRecord>,
): ChannelRecord {
  const record: ChannelRecord = {
    archived: false,
    locked: false,
    deleted: false,
    allowed: new Set(),
    denied: new Set(),
    members: new Set(),
    messages: [],
    ...channel,
  };
  world.channels.set(record.id, record);
  world.touch();
  return record;
}

/** The channel, whatever its state, or a plain error for the test that named it wrongly. */
export function channelOf(world: World, channelId: string): ChannelRecord {
  const channel = world.channels.get(channelId);
  if (channel === undefined) throw new Error(`There is no channel ${channelId}.`);
  return channel;
}

/** The message, whatever its state, or a plain error for the test that named it wrongly. */
export function messageOf(world: World, messageId: string): MessageRecord {
  const message = world.messages.get(messageId);
  if (message === undefined) throw new Error(`There is no message ${messageId}.`);
  return message;
}
