import { describe, expect, it, onTestFinished } from 'vitest';
import type {
  CommandSpec,
  Inbox,
  IncomingMessage,
  OpenOptions,
  PageView,
  Platform,
  ReplySurface,
  Rung,
  Scope,
} from '../../src/core/ports.ts';
import { createRecordingInbox, type RecordingInbox } from '../fakes/recording-inbox.ts';

/** A platform and the one place where a person talks to Parley on it. */
export interface LocalSubject {
  readonly platform: Platform;
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
export interface Conversation<Subject> {
  readonly subject: Subject;
  readonly platform: Platform;
  readonly inbox: RecordingInbox;
  readonly message: IncomingMessage;
  /** Made from its address as another process would get it. */
  readonly surface: ReplySurface;
}

/** What any platform promises, also one without a network. `create` gives a new one for each test. */
export function describeLocalPlatform(name: string, create: () => Promise<LocalSubject>): void {
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
      const { subject, inbox, message } = await converse(await create(), 'first');
      await write(subject, message, 'An answer.');
      subject.say('second');
      const second = await inbox.untilMessage('second');
      expect(second.thread).toBe(message.thread);
      expect(second.id).not.toBe(message.id);
    });

    it('shows a page, more of it and its last text, and then the next page', async () => {
      const { subject, surface } = await converse(await create(), 'hello');
      for (const [index, rung] of surface.rungs.entries()) {
        const page = await surface.open(rung, view('One'), at(index));
        expect(subject.shown().at(-1)).toBe('One');
        await surface.grow(page, view('One two', 'One'));
        expect(subject.shown().at(-1)).toBe('One two');
        await surface.close(page, view('One two three.', 'One two'));
        expect(subject.shown().at(-1)).toBe('One two three.');
      }
      const pages = surface.rungs.length;
      await surface.open(rungForWhole(surface), view('And more.'), at(pages, { whole: true }));
      expect(subject.shown().slice(0, -1)).toEqual(surface.rungs.map(() => 'One two three.'));
      expect(subject.shown().at(-1)).toBe('And more.');
    });

    it('names sound limits for every rung, in scopes of its own', async () => {
      const { platform, surface } = await converse(await create(), 'hello');
      expect(surface.rungs.length).toBeGreaterThan(0);
      expect(new Set(surface.rungs.map((rung) => rung.name)).size).toBe(surface.rungs.length);
      for (const rung of surface.rungs) {
        expect(rung.limit).toBeGreaterThanOrEqual(100);
        expect(rung.width('')).toBe(0);
        expect(rung.width('a<b & *c*')).toBe(rung.width('a<b ') + rung.width('& *c*'));
        for (const scope of scopesOf(rung)) {
          expect(scope.id.startsWith(`${platform.name}:`)).toBe(true);
          expect(scope.calls).toBeGreaterThan(0);
          expect(scope.perMs).toBeGreaterThan(0);
        }
      }
    });

    it('takes in once it is stopped only what would be lost, and still writes', async () => {
      const { subject, inbox, platform, surface } = await converse(await create(), 'hello');
      await platform.stop();
      subject.say('too late');
      const page = await surface.open(surface.rungs[0]!, view('Still'), at(0));
      await surface.grow(page, view('Still here', 'Still'));
      await surface.close(page, view('Still here.', 'Still here'));
      expect(subject.shown()).toEqual(['Still here.']);
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
export async function converse<Subject extends LocalSubject>(
  subject: Subject,
  text: string,
): Promise<Conversation<Subject>> {
  const { platform } = subject;
  const inbox = createRecordingInbox();
  onTestFinished(() => platform.close());
  await subject.start(inbox, commands);
  subject.say(text);
  const message = await inbox.untilMessage(text);
  const surface = platform.surface(JSON.parse(JSON.stringify(message.replyTo)));
  return { subject, platform, inbox, message, surface };
}

/** What a page is to show. */
export function view(text: string, shown = ''): PageView {
  return { text, shown };
}

/** Which page, tried for the first time unless the changes say otherwise. */
export function at(index: number, changes: Partial<OpenOptions> = {}): OpenOptions {
  return { index, key: `reply#${index}`, attempt: 1, whole: false, ...changes };
}

async function write({ platform }: LocalSubject, { replyTo }: IncomingMessage, text: string): Promise<void> {
  const surface = platform.surface(replyTo);
  await surface.open(rungForWhole(surface), view(text), at(0, { whole: true }));
}

/** What is whole at once need not grow: the core posts it where it can, and appends only where there is nothing else. */
export function rungForWhole({ rungs }: ReplySurface): Rung {
  return rungs.find(({ growth }) => growth === 'replace') ?? rungs[0]!;
}

function scopesOf({ scopes }: Rung): readonly Scope[] {
  return [...scopes.open, ...scopes.grow, ...scopes.close];
}
