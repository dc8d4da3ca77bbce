import type { App, webApi } from '@slack/bolt';
import { type Press, readButtonId } from '../../core/buttons.ts';
import type { CardForm } from '../../core/picture-ports.ts';
import type { Counters, Inbox, Logger } from '../../core/ports.ts';
import { isDirect, type SlackAddress, toReplyAddress, toThreadKey } from './address.ts';
import { openForm, readFilledForm, toLabel } from './forms.ts';
import type { Identity } from './identity.ts';
import { asPayload, listOf, type Payload, textOf } from './payload.ts';
import type { People } from './people.ts';
import { respondPrivately } from './response-url.ts';

/** What {@link registerPresses} needs. */
export interface PressesOptions {
  readonly identity: Identity;
  /** For forms: sends at once. */
  readonly client: webApi.WebClient;
  readonly people: People;
  readonly inbox: Inbox;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** What a press tells, as plain text: it also waits in a form for what is written there. */
type Pressed = Readonly<Record<'button' | 'trigger' | 'channel' | 'ts' | 'user', string>> &
  Readonly<Partial<Record<'threadTs' | 'userTeam' | 'userName' | 'responseUrl', string>>>;

/**
 * Listens to the buttons of cards. A press calls the command that its button names, in the conversation that the card belongs to;
 * where the button asks something, a form does so first. All that is needed is in what Slack keeps of the button.
 */
export function registerPresses(app: App, options: PressesOptions): void {
  const { identity, client, people, inbox, logger, counters } = options;
  const { team } = identity;

  async function take(body: unknown): Promise<void> {
    const pressed = readPressed(asPayload(body));
    if (pressed === undefined) return void counters.add('dropped.malformed');
    const press = readButtonId(pressed.button);
    if (press === undefined) return void counters.add('dropped.unknown-button');
    if (press.asks === undefined) await call(pressed, press);
    else await ask(pressed, press.asks);
  }

  async function ask(pressed: Pressed, { option, title, label, example }: CardForm): Promise<void> {
    try {
      await openForm(client, pressed.trigger, {
        ...{ id: formId, title, note: toNote(pressed) },
        inputs: [
          {
            ...{ name: option, label, optional: false },
            element: {
              ...{ type: 'plain_text_input', action_id: option, multiline: true, max_length: 3_000 },
              placeholder: toLabel(example, mostPlaceholder),
            },
          },
        ],
      });
    } catch (error) {
      logger.warn('Slack: the form of a button could not be shown', { error });
      if (pressed.responseUrl !== undefined) await respondPrivately(pressed.responseUrl, formNotice);
    }
  }

  async function takeForm(body: unknown): Promise<void> {
    const form = readFilledForm(body);
    const pressed = form === undefined ? undefined : readNote(form.note);
    const press = pressed === undefined ? undefined : readButtonId(pressed.button);
    if (form === undefined || pressed === undefined || press === undefined)
      return void counters.add('dropped.malformed');
    await call(pressed, { ...press, options: { ...press.options, ...form.values } });
  }

  async function call(pressed: Pressed, { command, options: values }: Press): Promise<void> {
    const { trigger, channel, ts, user, userTeam, userName } = pressed;
    const direct = isDirect(channel);
    const threadTs = rootOf(pressed);
    const thread = toThreadKey(team, channel, threadTs);
    const address: SlackAddress = {
      ...{ team, channel, ts, user },
      ...(userTeam === undefined ? {} : { userTeam }),
      ...(threadTs === undefined ? {} : { threadTs }),
    };
    await inbox.command({
      id: `slack:${team}:press:${trigger}`,
      name: command,
      options: values,
      conversation: thread,
      author: await people.author(user, userName),
      shared: !direct,
      replyTo: toReplyAddress(thread, address),
    });
  }

  function safely(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => {
      logger.error('a press of a button in Slack could not be carried out', { error });
    });
  }

  app.action({ type: 'block_actions' }, async ({ body, ack }) => {
    await ack();
    await safely(take(body));
  });
  app.view(formId, async ({ body, ack }) => {
    await ack();
    await safely(takeForm(body));
  });
}

const formId = 'parley:press';
const mostPlaceholder = 150;
const formNotice = 'I could not show the form just now. Please press the button again.';

/** The thread that a card belongs to; none where it stands in a direct message, be it that somebody began a thread under it. */
function rootOf({ channel, ts, threadTs }: Pressed): string | undefined {
  if (!isDirect(channel)) return threadTs ?? ts;
  return threadTs === ts ? undefined : threadTs;
}

function readPressed(payload: Payload | undefined): Pressed | undefined {
  const [action] = listOf(payload, 'actions');
  const [user, container] = [asPayload(payload?.user), asPayload(payload?.container)];
  const message = asPayload(payload?.message);
  return readNote({
    button: textOf(action, 'value') ?? textOf(action, 'action_id'),
    trigger: textOf(payload, 'trigger_id'),
    channel: textOf(asPayload(payload?.channel), 'id') ?? textOf(container, 'channel_id'),
    ts: textOf(message, 'ts') ?? textOf(container, 'message_ts'),
    threadTs: textOf(message, 'thread_ts') ?? textOf(container, 'thread_ts'),
    user: textOf(user, 'id'),
    userName: textOf(user, 'name') ?? textOf(user, 'username'),
    userTeam: textOf(user, 'team_id'),
    responseUrl: textOf(payload, 'response_url'),
  });
}

function readNote(note: Readonly<Record<string, string | undefined>>): Pressed | undefined {
  const { button, trigger, channel, ts, user } = note;
  if (button === undefined || trigger === undefined || channel === undefined) return undefined;
  if (ts === undefined || user === undefined) return undefined;
  return { ...toNote(note), button, trigger, channel, ts, user };
}

/** Without what is absent. */
function toNote(members: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const present = Object.entries(members).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(present);
}
