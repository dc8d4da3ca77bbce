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
import { commandFormId, toCommandForm } from './command-form.ts';
import { type FilledForm, openForm, readFilledForm } from './forms.ts';
import type { Identity } from './identity.ts';
import { createOnce } from './once.ts';
import type { People } from './people.ts';
import { createQuestions, questionNotice } from './question.ts';
import { respondPrivately } from './response-url.ts';

/** What {@link registerCommands} needs. */
export interface CommandsOptions {
  readonly specs: readonly CommandSpec[];
  readonly identity: Identity;
  /** For posts and forms: sends at once. */
  readonly client: webApi.WebClient;
  readonly people: People;
  readonly inbox: Inbox;
  readonly logger: Logger;
  readonly counters: Counters;
  /** Aborted when the platform stops. */
  readonly signal: AbortSignal;
}

/** A command that somebody called, in one line or by its form. */
interface Called {
  /** The same for every delivery. */
  readonly id: string;
  readonly channel: string;
  readonly user: string;
  readonly userTeam?: string;
  readonly author: Author;
  readonly options: Readonly<Record<string, string>>;
  /** As it is repeated for everybody. */
  readonly words: string;
  readonly responseUrl: string;
}

/**
 * Listens to the slash commands. Slack gives a command no message, so an answer for everybody hangs on a
 * message that repeats the question: in a channel it becomes the head of a thread; in a direct message the
 * answer follows it, in the conversation of that person. All text of a command is its first option; one that people
 * type in one line, called without any text, asks for its options by a form.
 */
export function registerCommands(app: App, options: CommandsOptions): void {
  const { specs, identity, client, people, inbox, logger, counters, signal } = options;
  const { team } = identity;
  const questions = createQuestions({ client, signal });
  /** A call that is delivered again would post its question again, long before the engine knows it by its id. */
  const isNew = createOnce();

  async function typed(spec: CommandSpec, command: SlashCommand): Promise<void> {
    const { channel_id: channel, user_id: user, response_url: responseUrl, trigger_id: trigger } = command;
    const given = command.text ?? '';
    // Before anything else: Slack gives three seconds for it.
    if (spec.typed === true && given.trim() === '') return ask(spec, command);
    const [author, text] = await Promise.all([
      people.author(user, command.user_name),
      people.read(given, identity.userId),
    ]);
    const name = firstOption(spec);
    await call(spec, {
      ...{
        id: `slack:${team}:command:${trigger}`,
        channel,
        user,
        userTeam: command.team_id,
        author,
        responseUrl,
      },
      options: name !== undefined && text !== '' ? { [name]: text } : {},
      words: spec.typed === true ? `/${spec.name} ${text}` : text,
    });
  }

  async function ask(spec: CommandSpec, command: SlashCommand): Promise<void> {
    const { channel_id: channel, response_url: responseUrl, trigger_id: trigger } = command;
    try {
      await openForm(client, trigger, toCommandForm(spec, { channel, responseUrl }));
    } catch (error) {
      logger.warn('Slack: the form of a command could not be shown', { command: spec.name, error });
      await respondPrivately(responseUrl, formNotice(spec));
    }
  }

  async function filled(spec: CommandSpec, form: FilledForm): Promise<void> {
    const { channel, responseUrl } = form.note;
    if (channel === undefined || responseUrl === undefined) return void counters.add('dropped.malformed');
    const { id: user, name, team: userTeam } = form.user;
    await call(spec, {
      ...{ id: `slack:${team}:form:${form.viewId}`, channel, user, responseUrl },
      ...(userTeam === undefined ? {} : { userTeam }),
      author: await people.author(user, name),
      options: form.values,
      words: toWords(spec, form.values),
    });
  }

  async function call(spec: CommandSpec, called: Called): Promise<void> {
    const { channel } = called;
    const conversation = isDirect(channel) ? toThreadKey(team, channel) : undefined;
    const lacking = spec.options.some(({ name, required }) => required && !(name in called.options));
    const replyTo =
      spec.visibility === 'caller' || lacking ? toCaller(called, conversation) : await toEverybody(called);
    if (replyTo === undefined) return;
    await inbox.command({
      id: called.id,
      name: spec.name,
      options: called.options,
      ...(conversation === undefined ? {} : { conversation }),
      author: called.author,
      shared: !isDirect(channel),
      replyTo,
    });
  }

  function toCaller(
    { id, channel, user, responseUrl }: Called,
    conversation: ThreadKey | undefined,
  ): ReplyAddress {
    const thread =
      conversation ?? toThreadKey(team, channel, id.replace(`slack:${team}:`, '').replace(':', '-'));
    return toReplyAddress(thread, { team, channel, user, responseUrl });
  }

  async function toEverybody(called: Called): Promise<ReplyAddress | undefined> {
    const { channel, user, userTeam, author, words, responseUrl } = called;
    try {
      const ts = await questions.post({ channel, asker: author.name, text: words });
      const threadTs = isDirect(channel) ? undefined : ts;
      const thread = toThreadKey(team, channel, threadTs);
      const place = threadTs === undefined ? {} : { threadTs };
      const from = userTeam === undefined ? {} : { userTeam };
      const postedAt = String(Date.now());
      return toReplyAddress(thread, { team, channel, ts, postedAt, user, ...from, ...place });
    } catch (error) {
      logger.warn('Slack: the question of a command could not be posted', { channel, error });
      await respondPrivately(responseUrl, questionNotice(error, identity.name));
      return undefined;
    }
  }

  async function once(spec: CommandSpec, id: string, work: () => Promise<void>): Promise<void> {
    if (!isNew(id)) return void counters.add('dropped.duplicate');
    await work().catch((error: unknown) => {
      logger.error('a command of Slack could not be carried out', { command: spec.name, error });
    });
  }

  for (const spec of specs) {
    app.command(`/${spec.name}`, async ({ command, ack }) => {
      await ack();
      await once(spec, command.trigger_id, () => typed(spec, command));
    });
    if (spec.typed !== true) continue;
    app.view(commandFormId(spec), async ({ body, ack }) => {
      await ack();
      const form = readFilledForm(body);
      if (form === undefined) counters.add('dropped.malformed');
      else await once(spec, form.viewId, () => filled(spec, form));
    });
  }
}

/** Slack's commands carry no files. */
function firstOption({ options }: CommandSpec): string | undefined {
  return options.find(({ kind }) => kind !== 'file')?.name;
}

/** A command with its options, as it could have been typed. */
function toWords(spec: CommandSpec, values: Readonly<Record<string, string>>): string {
  const first = firstOption(spec);
  const flags = Object.entries(values).flatMap(([name, value]) =>
    name === first ? [] : [`--${name} ${value}`],
  );
  return [`/${spec.name}`, ...flags, first === undefined ? '' : (values[first] ?? '')].join(' ').trim();
}

function formNotice({ name }: CommandSpec): string {
  return `I could not show the form just now. Please try again, or write what you want in the same line, after \`/${name}\`.`;
}
