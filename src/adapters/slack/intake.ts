import type { Addressee, Counters, Inbox, IncomingMessage, Logger } from '../../core/ports.ts';
import { createSequence } from '../../core/sequence.ts';
import { isDirect, type SlackAddress, toMessageId, toReplyAddress, toThreadKey } from './address.ts';
import type { AgentView } from './agent-view.ts';
import type { Files } from './files.ts';
import type { Identity } from './identity.ts';
import { mentionedIn } from './incoming-text.ts';
import { type MessageEvent, readMessageEvent } from './message-events.ts';
import { asPayload, type Payload, textOf } from './payload.ts';
import type { People } from './people.ts';

/** Takes Slack's events to the engine. No method rejects. */
export interface Intake {
  /** `app_mention` and `message` in all their kinds. */
  message(event: unknown): Promise<void>;
  /** Somebody pressed stop in the agent view. */
  sessionStopped(event: unknown): void;
}

/** What {@link createIntake} needs. */
export interface IntakeOptions {
  readonly identity: Identity;
  readonly people: People;
  readonly files: Files;
  readonly inbox: Inbox;
  readonly agentView: AgentView;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Creates an {@link Intake}. What happens in one channel is handed on in the order in which it came. */
export function createIntake(options: IntakeOptions): Intake {
  const { identity, people, files, inbox, agentView, logger, counters } = options;
  const { team } = identity;
  const sequence = createSequence();

  async function take(event: MessageEvent): Promise<void> {
    switch (event.kind) {
      case 'said': {
        const to = addresseeOf(event);
        if (to === undefined) return;
        // Names are looked up at once, for a hundred people at the same time; what waits its turn is the message.
        const translated = toIncoming(event, to);
        const { message, taken } = await inOrder(event.channel, translated, (message) => {
          // Handed over within the sequence, but a slow store holds up nobody else.
          return { message, taken: inbox.message(message) };
        });
        await taken;
        if (event.threadTs !== undefined) void agentView.title(event.channel, event.threadTs, message.text);
        return;
      }
      case 'edited': {
        const id = toMessageId(team, event.channel, event.ts);
        const translated = people.read(event.text, identity.userId);
        return inOrder(event.channel, translated, (text) => {
          for (const thread of threadsOf(event)) inbox.revise(thread, id, text);
        });
      }
      case 'deleted': {
        const id = toMessageId(team, event.channel, event.ts);
        return sequence.run(event.channel, async () => {
          for (const thread of threadsOf(event)) inbox.withdraw(thread, id);
        });
      }
      case 'ignored':
        if (event.why === 'malformed') logger.warn('Slack sent an event that can not be read');
        counters.add(`dropped.${event.why}`);
    }
  }

  /** Goes on with something that is on its way, once it is there and all that came before it in the channel is done. */
  function inOrder<Value, Result>(
    channel: string,
    coming: Promise<Value>,
    work: (value: Value) => Result,
  ): Promise<Result> {
    // A failure is met in its turn.
    coming.catch(() => undefined);
    return sequence.run(channel, async () => work(await coming));
  }

  function addresseeOf({ channel, threadTs, text }: Said): Addressee | undefined {
    if (isDirect(channel)) return 'parley';
    const mentioned = mentionedIn(text);
    if (mentioned.includes(identity.userId)) return 'parley';
    if (threadTs === undefined) return undefined;
    return mentioned.length > 0 || callsMany.test(text) ? 'others' : 'thread';
  }

  async function toIncoming(event: Said, to: Addressee): Promise<IncomingMessage> {
    const { channel, ts, user, userTeam = team } = event;
    const direct = isDirect(channel);
    const threadTs = event.threadTs ?? (direct ? undefined : ts);
    const thread = toThreadKey(team, channel, threadTs);
    const address: SlackAddress = {
      team,
      channel,
      ts,
      user,
      userTeam,
      ...(threadTs === undefined ? {} : { threadTs }),
    };
    const [author, text] = await Promise.all([people.author(user), people.read(event.text, identity.userId)]);
    return {
      id: toMessageId(team, channel, ts),
      thread,
      author,
      text,
      attachments: event.files.map((file) => files.toAttachment(file, team)),
      to,
      shared: !direct,
      replyTo: toReplyAddress(thread, address),
    };
  }

  /** A direct message that began a thread later carries that thread's `ts`, but was taken without. */
  function threadsOf({ channel, ts, threadTs }: { channel: string; ts: string; threadTs?: string }) {
    if (!isDirect(channel)) return [toThreadKey(team, channel, threadTs ?? ts)];
    const keys = [toThreadKey(team, channel, threadTs)];
    return threadTs === ts ? [...keys, toThreadKey(team, channel)] : keys;
  }

  return {
    async message(event) {
      try {
        await take(readMessageEvent(asPayload(event) ?? {}, identity.userId));
      } catch (error) {
        counters.add('dropped.failed');
        logger.error('a message of Slack could not be taken', { error });
      }
    },
    sessionStopped(event) {
      const payload: Payload = asPayload(event) ?? {};
      const channel = textOf(payload, 'channel');
      if (channel === undefined) counters.add('dropped.malformed');
      else inbox.stop(toThreadKey(team, channel, textOf(payload, 'thread_ts')));
    },
  };
}

/** `@here`, `@channel`, `@everyone`, or a group of people, in Slack's encoding. */
const callsMany = /<!(?:here|channel|everyone|subteam)\b/;

type Said = Extract<MessageEvent, { kind: 'said' }>;
