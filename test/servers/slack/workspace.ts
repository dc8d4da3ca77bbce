import { readFileSync } from 'node:fs';
import type { StoredFile } from './files.ts';
import type { Ground } from './ground.ts';
import type { MessageStart } from './message.ts';
import { Message } from './message.ts';
import * as people from './people.ts';
import * as presses from './presses.ts';
import type {
  Ephemeral,
  Interaction,
  Ping,
  PromptsCall,
  SeenMessage,
  SessionCall,
  StatusCall,
  TitleCall,
} from './records.ts';
import type { Said, SayOptions, StandInChannel, StandInUser, StandInWorkspace } from './types.ts';
import type { Ticket } from './uploads.ts';
import type { OpenModal } from './views.ts';
import * as views from './views.ts';
import { findPings } from './visible-text.ts';

/** A channel with its messages by ts, in the order they came. */
export interface Channel extends StandInChannel {
  /** The person of a direct message. */
  readonly user?: StandInUser;
  readonly messages: Map<string, Message>;
  member: boolean;
  archived: boolean;
  gone: boolean;
}

/** What a bot token is granted that was installed with Parley's own manifest: what is missing there is missing here. */
const SCOPES: readonly string[] = JSON.parse(
  readFileSync(new URL('../../../slack-manifest.json', import.meta.url), 'utf8'),
).oauth_config.scopes.bot;

/** State of one workspace; what people do is in people.ts and presses.ts, what the app does in the methods. */
export class Workspace implements StandInWorkspace {
  readonly ground: Ground;
  readonly botToken: string;
  readonly team: { readonly id: string; readonly name: string };
  readonly bot: { readonly userId: string; readonly botId: string; readonly name: string };
  readonly scopes = new Set(SCOPES);
  readonly channels = new Map<string, Channel>();
  readonly users = new Map<string, StandInUser>();
  readonly files = new Map<string, StoredFile>();
  readonly ephemerals: Ephemeral[] = [];
  readonly statuses: StatusCall[] = [];
  readonly titles: TitleCall[] = [];
  readonly suggestedPrompts: PromptsCall[] = [];
  readonly sessions: SessionCall[] = [];
  readonly modals: OpenModal[] = [];
  /** Where files are brought, by what their upload URLs end in. */
  readonly tickets = new Map<string, Ticket>();
  /** What people did that an app may open a modal for. */
  readonly triggers = new Map<string, presses.Trigger>();
  readonly #shownStatuses = new Map<string, { readonly status: string; readonly at: number }>();

  constructor(ground: Ground, name: string) {
    this.ground = ground;
    this.team = { id: ground.id('T'), name };
    this.bot = { userId: ground.id('U'), botId: ground.id('B'), name: 'parley' };
    this.botToken = `xoxb-${this.team.id}-${this.bot.botId}`;
    this.users.set(this.bot.userId, { id: this.bot.userId, name: this.bot.name });
  }

  channel(options: { name?: string; member?: boolean; archived?: boolean } = {}): StandInChannel {
    const id = this.ground.id('C');
    return this.#addChannel({
      id,
      name: options.name ?? id.toLowerCase(),
      messages: new Map(),
      member: options.member ?? true,
      archived: options.archived ?? false,
      gone: false,
    });
  }

  dm(user: StandInUser): Channel {
    for (const channel of this.channels.values()) if (channel.user?.id === user.id) return channel;
    const id = this.ground.id('D');
    return this.#addChannel({
      ...{ id, name: id, user, messages: new Map() },
      ...{ member: true, archived: false, gone: false },
    });
  }

  user(name = 'someone'): StandInUser {
    const user = { id: this.ground.id('U'), name };
    this.users.set(user.id, user);
    return user;
  }

  change(channelId: string, state: { member?: boolean; archived?: boolean; gone?: boolean }): void {
    Object.assign(this.get(channelId), state);
    this.ground.changed();
  }

  say(user: StandInUser, channelId: string, text: string, options: SayOptions = {}): Said {
    return people.say(this, user, channelId, text, options);
  }

  editMessage(channelId: string, ts: string, text: string): string {
    return people.editMessage(this, channelId, ts, text);
  }

  deleteMessage(channelId: string, ts: string): string {
    return people.deleteMessage(this, channelId, ts);
  }

  deleteFile(name: string): void {
    for (const file of this.files.values()) if (file.sent.name === name) file.deleted = true;
  }

  slash(user: StandInUser, channelId: string, command: string, text: string): Interaction {
    return presses.slash(this, user, channelId, command, text);
  }

  action(
    user: StandInUser,
    message: { channel: string; ts: string },
    action: { actionId: string; value?: string; blockId?: string; type?: string },
  ): Interaction {
    return presses.action(this, user, message, action);
  }

  press(user: StandInUser, message: { channel: string; ts: string }, label: string): Interaction {
    const button = this.get(message.channel)
      .messages.get(message.ts)
      ?.buttons.find((candidate) => candidate.label === label);
    if (!button) throw new Error(`The message ${message.ts} shows no button ${label}.`);
    return presses.action(this, user, message, button);
  }

  submit(user: StandInUser, modalId: string, values: Readonly<Record<string, string>>): Interaction {
    return views.submit(this, user, modalId, values);
  }

  openAgentView(user: StandInUser): string {
    return people.openAgentView(this, user);
  }

  stopSession(channelId: string, threadTs: string, user = this.user()): string {
    return people.stopSession(this, channelId, threadTs, user);
  }

  event(event: Readonly<Record<string, unknown>>): string {
    return people.sendEvent(this, event);
  }

  rateLimitEvents(): void {
    people.rateLimitEvents(this);
  }

  messages(channelId?: string): readonly Message[] {
    if (channelId !== undefined) return [...this.get(channelId).messages.values()];
    return [...this.channels.values()].flatMap((channel) => [...channel.messages.values()]);
  }

  replies(channelId: string, threadTs: string): readonly SeenMessage[] {
    return this.messages(channelId).filter(
      (message) => message.threadTs === threadTs && message.author === this.bot.userId && !message.deleted,
    );
  }

  status(channelId: string, threadTs: string): string | undefined {
    const shown = this.#shownStatuses.get(`${channelId}:${threadTs}`);
    if (!shown || this.ground.now() - shown.at >= this.ground.limits.statusLifetimeMs) return undefined;
    return shown.status;
  }

  get pings(): readonly Ping[] {
    const pings: Ping[] = [];
    for (const message of this.messages()) {
      if (message.author !== this.bot.userId) continue;
      const sources = message.versions.map((version) => version.source);
      // The fallback text of a message with blocks is what its notification shows.
      if (typeof message.args.text === 'string') sources.push(message.args.text);
      for (const { files } of message.versions) {
        for (const { name, title, altText } of files) sources.push(name, title, altText);
      }
      for (const { label } of message.buttons) sources.push(label);
      const tokens = new Set(sources.flatMap(findPings));
      for (const token of tokens) pings.push({ channel: message.channel, ts: message.ts, token });
    }
    for (const { channel, source } of this.ephemerals) {
      for (const token of new Set(findPings(source))) pings.push({ channel, token });
    }
    return pings;
  }

  /** A channel as the test names it. @throws where the test is wrong about its id */
  get(channelId: string): Channel {
    const channel = this.channels.get(channelId);
    if (!channel) throw new Error(`There is no channel ${channelId} in ${this.team.name}.`);
    return channel;
  }

  /** Puts a message before people. */
  add(start: MessageStart): Message {
    const message = new Message(this.ground, start);
    this.get(start.channel).messages.set(message.ts, message);
    if (message.threadTs !== undefined && message.author === this.bot.userId) {
      this.#shownStatuses.delete(`${message.channel}:${message.threadTs}`);
    }
    this.ground.changed();
    return message;
  }

  /** What `assistant.threads.setStatus` does. */
  showStatus(channel: string, threadTs: string, status: string): void {
    const at = this.ground.now();
    this.statuses.push({ channel, threadTs, status, at });
    if (status === '') this.#shownStatuses.delete(`${channel}:${threadTs}`);
    else this.#shownStatuses.set(`${channel}:${threadTs}`, { status, at });
    this.ground.changed();
  }

  /** Whether the app wrote it. */
  owns(message: Message): boolean {
    return message.author === this.bot.userId;
  }

  #addChannel(channel: Channel): Channel {
    this.channels.set(channel.id, channel);
    return channel;
  }
}
