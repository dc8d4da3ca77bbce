import type { App, SlashCommand, webApi } from '@slack/bolt';
import type {
  Author,
  CommandSpec,
  Counters,
  Inbox,
  Logger,
  ReplyAddress,
  ThreadKey,
} from '../../core/ports.ts';
import { isDirect, toReplyAddress, toThreadKey } from './address.ts';
import type { Identity } from './identity.ts';
import type { People } from './people.ts';
import { createQuestions, questionNotice } from './question.ts';
import { respondPrivately } from './response-url.ts';

/** What {@link registerCommands} needs. */
export interface CommandsOptions {
  readonly specs: readonly CommandSpec[];
  readonly identity: Identity;
  /** For posts: sends at once. */
  readonly client: webApi.WebClient;
  readonly people: People;
  readonly inbox: Inbox;
  readonly logger: Logger;
  readonly counters: Counters;
  /** Aborted when the platform stops. */
  readonly signal: AbortSignal;
}

/**
 * Listens to the slash commands. Slack gives a command no message, so an answer for everybody hangs on a
 * message that repeats the question: in a channel it becomes the head of a thread; in a direct message the
 * answer follows it, in the conversation of that person. A command with a single option gets all its text.
 */
export function registerCommands(app: App, options: CommandsOptions): void {
  const { specs, identity, client, people, inbox, logger, counters, signal } = options;
  const { team } = identity;
  const questions = createQuestions({ client, signal });
  const called = new Set<string>();

  /** A call that is delivered again would post its question again, long before the engine knows it by its id. */
  function isNew({ trigger_id: trigger }: SlashCommand): boolean {
    if (called.has(trigger)) return false;
    called.add(trigger);
    const [oldest] = called;
    if (called.size > mostCalled && oldest !== undefined) called.delete(oldest);
    return true;
  }

  async function call(spec: CommandSpec, command: SlashCommand): Promise<void> {
    const channel = command.channel_id;
    const conversation = isDirect(channel) ? toThreadKey(team, channel) : undefined;
    const [author, text] = await Promise.all([
      people.author(command.user_id, command.user_name),
      people.read(command.text ?? '', identity.userId),
    ]);
    // Slack's commands carry no files.
    const [option] = spec.options.filter(({ kind }) => kind !== 'file');
    const values = option !== undefined && text !== '' ? { [option.name]: text } : {};
    const lacking = spec.options.some(({ name, required }) => required && !(name in values));
    const replyTo =
      spec.visibility === 'caller' || lacking
        ? toCaller(command, conversation)
        : await toEverybody(command, author, text);
    if (replyTo === undefined) return;
    await inbox.command({
      id: `slack:${team}:command:${command.trigger_id}`,
      name: spec.name,
      options: values,
      ...(conversation === undefined ? {} : { conversation }),
      author,
      shared: !isDirect(channel),
      replyTo,
    });
  }

  function toCaller(command: SlashCommand, conversation: ThreadKey | undefined): ReplyAddress {
    const { channel_id: channel, user_id: user, response_url: responseUrl, trigger_id: trigger } = command;
    const thread = conversation ?? toThreadKey(team, channel, `command-${trigger}`);
    return toReplyAddress(thread, { team, channel, user, responseUrl });
  }

  async function toEverybody(
    command: SlashCommand,
    author: Author,
    text: string,
  ): Promise<ReplyAddress | undefined> {
    const { channel_id: channel, user_id: user, team_id: userTeam } = command;
    try {
      const ts = await questions.post({ channel, asker: author.name, text });
      const threadTs = isDirect(channel) ? undefined : ts;
      const thread = toThreadKey(team, channel, threadTs);
      const place = threadTs === undefined ? {} : { threadTs };
      return toReplyAddress(thread, { team, channel, ts, user, userTeam, ...place });
    } catch (error) {
      logger.warn('Slack: the question of a command could not be posted', { channel, error });
      await respondPrivately(command.response_url, questionNotice(error, identity.name));
      return undefined;
    }
  }

  for (const spec of specs) {
    app.command(`/${spec.name}`, async ({ command, ack }) => {
      await ack();
      if (!isNew(command)) {
        counters.add('dropped.duplicate');
        return;
      }
      await call(spec, command).catch((error: unknown) => {
        logger.error('a command of Slack could not be carried out', { command: spec.name, error });
      });
    });
  }
}

const mostCalled = 1_000;
