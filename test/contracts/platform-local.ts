import { describe, expect, it, onTestFinished } from 'vitest';
import type {
  CommandSpec,
  DirectSurface,
  Inbox,
  IncomingMessage,
  Platform,
  ReplySurface,
} from '../../src/core/ports.ts';
import { createRecordingInbox, type RecordingInbox } from '../fakes/recording-inbox.ts';

type AnySurface = ReplySurface | DirectSurface;

/** A platform and the one place where a person talks to Parley on it. */
export interface LocalSubject<Surface extends AnySurface = AnySurface> {
  readonly platform: Platform<Surface>;
  /** Starts the platform, and does whatever it takes until what people say gets through. */
  start(inbox: Inbox, commands: readonly CommandSpec[]): Promise<unknown>;
  /** The person speaks to Parley, always in the same place. */
  say(text: string): void;
  /** What the answers to {@link say} show now, oldest first; without what was deleted. */
  shown(): readonly string[];
  /** True where what is said to a platform that was stopped would be delivered to nobody later. @default false */
  readonly forgets?: boolean;
}

/** A platform that was started, and somebody who said something there. */
export interface Conversation<Subject, Surface extends AnySurface> {
  readonly subject: Subject;
  readonly platform: Platform<Surface>;
  readonly inbox: RecordingInbox;
  readonly message: IncomingMessage;
  /** Made from its address as another process would get it. */
  readonly surface: Surface;
}

/**
 * What any platform promises, also one without a network. `create` gives a new one for each test; `write` writes a
 * whole answer, of more than two characters, piece by piece.
 */
export function describeLocalPlatform<Surface extends AnySurface>(
  name: string,
  create: () => Promise<LocalSubject<Surface>>,
  write: (surface: Surface, text: string) => Promise<void>,
): void {
  describe(name, () => {
    it('passes on what a person says, as plain data', async () => {
      const { platform, message } = await converse(await create(), 'why is the sky blue?');
      const prefix = `${platform.name}:`;
      expect(message).toMatchObject({ text: 'why is the sky blue?', attachments: [], to: 'parley' });
      expect(message.id.startsWith(prefix)).toBe(true);
      expect(message.thread.startsWith(prefix)).toBe(true);
      expect(message.thread.length).toBeLessThanOrEqual(200);
      expect(message.author.id).not.toBe('');
      expect(message.author.name).not.toBe('');
      expect(message.replyTo.thread).toBe(message.thread);
      expect(Object.values(message.replyTo.data).every((value) => typeof value === 'string')).toBe(true);
      expect(JSON.parse(JSON.stringify(message))).toEqual(message);
    });

    it('gives two messages of a conversation the same thread and ids of their own', async () => {
      const { subject, inbox, message, surface } = await converse(await create(), 'first');
      await write(surface, 'An answer.');
      subject.say('second');
      const second = await inbox.untilMessage('second');
      expect(second.thread).toBe(message.thread);
      expect(second.id).not.toBe(message.id);
    });

    it('takes in once it is stopped only what would be lost, and still writes', async () => {
      const { subject, inbox, platform, surface } = await converse(await create(), 'hello');
      await platform.stop();
      subject.say('too late');
      await write(surface, 'Still here.');
      await expect.poll(() => subject.shown()).toEqual(['Still here.']);
      await platform.close();
      const taken = inbox.messages.map(({ text }) => text);
      expect(taken).toEqual(subject.forgets ? ['hello', 'too late'] : ['hello']);
    });
  });
}

/** Names of commands that Parley has, one of each visibility. */
export const commands: readonly CommandSpec[] = [
  { name: 'new', description: 'Start anew', options: [], visibility: 'everyone' },
  { name: 'help', description: 'What Parley does', options: [], visibility: 'caller' },
];

/** Starts the platform, and somebody says something there. */
export async function converse<Surface extends AnySurface, Subject extends LocalSubject<Surface>>(
  subject: Subject & LocalSubject<Surface>,
  text: string,
): Promise<Conversation<Subject, Surface>> {
  const { platform } = subject;
  const inbox = createRecordingInbox();
  onTestFinished(() => platform.close());
  await subject.start(inbox, commands);
  subject.say(text);
  const message = await inbox.untilMessage(text);
  const surface = platform.surface(JSON.parse(JSON.stringify(message.replyTo)));
  return { subject, platform, inbox, message, surface };
}
