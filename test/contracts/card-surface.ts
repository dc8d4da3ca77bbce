import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { forms } from '../../src/core/buttons.ts';
import type { CardFile, CardMessage, CardSurface, CardView } from '../../src/core/picture-ports.ts';
import type { CommandSpec, IncomingMessage } from '../../src/core/ports.ts';
import { createRecordingInbox, type RecordingInbox } from '../fakes/recording-inbox.ts';
import type { RemoteSubject } from './platform.ts';

/** A platform with cards, and the one place where a person talks to Parley on it. */
export interface CardSubject
  extends Pick<
    RemoteSubject,
    | 'platform'
    | 'start'
    | 'say'
    | 'pinging'
    | 'pings'
    | 'deletePages'
    | 'deletePlace'
    | 'refuseNext'
    | 'loseNext'
  > {
  /** The messages of Parley in that place, oldest first; without what was deleted. */
  cards(): readonly SeenCard[];
  /** The person presses a button of the newest message that has it. */
  press(label: string): Promise<void>;
  /** The person fills in the form that came up, as soon as it is there. */
  fillIn(text: string): Promise<void>;
}

/** A card as a person sees it. */
export interface SeenCard {
  readonly text: string;
  readonly files: readonly { readonly bytes: Uint8Array; readonly description: string }[];
  /** What its buttons say, in order. */
  readonly buttons: readonly string[];
}

/**
 * What cards promise. `create` gives a new subject for each test.
 * @param tooLarge a file that is larger than the platform takes; absent where it takes all that a core would send
 */
export function describeCards(name: string, create: () => Promise<CardSubject>, tooLarge?: Uint8Array): void {
  describe(name, () => {
    it('shows a card: its text, its files with their descriptions, its buttons', async () => {
      const { subject, surface } = await begin(await create());
      const files = [await picture('red'), await picture('blue')];
      await surface.open(view('Two otters', files), opening());
      expect(subject.cards()).toEqual([seen('Two otters', files)]);
    });

    it('replaces text, files and buttons in place', async () => {
      const { subject, surface } = await begin(await create());
      const message = await surface.open({ text: 'Drawing…', files: [], buttons: [] }, opening());
      expect(subject.cards()).toEqual([
        { text: expect.stringContaining('Drawing…'), files: [], buttons: [] },
      ]);
      const preview = { ...(await picture('pink')), final: false };
      await surface.replace(message, { text: 'Nearly', files: [preview], buttons: [] });
      expect(subject.cards()).toEqual([
        { text: expect.stringContaining('Nearly'), files: [toSeen(preview)], buttons: [] },
      ]);
      const [red, blue] = [await picture('red'), await picture('blue')];
      await surface.replace(message, view('Done', [red, blue]));
      expect(subject.cards()).toEqual([seen('Done', [red, blue])]);
      await surface.replace(message, view('One is enough', [blue]));
      expect(subject.cards()).toEqual([seen('One is enough', [blue])]);
      await surface.replace(message, { text: 'None', files: [], buttons: [] });
      expect(subject.cards()).toEqual([{ text: expect.stringContaining('None'), files: [], buttons: [] }]);
    });

    it('shows a card beside a text', async () => {
      const { subject, surface, message, platform } = await begin(await create());
      const reply = platform.surface(message.replyTo);
      if (!('rungs' in reply)) throw new Error('Cards of their own are for platforms with limits.');
      const rung = reply.rungs.find(({ growth }) => growth === 'replace')!;
      const at = { index: 0, key: 'reply', attempt: 1, whole: true };
      await reply.open(rung, { text: 'Here you are:', shown: '' }, at);
      const files = [await picture('red')];
      const card = await surface.open(
        { text: 'Drawing…', files: [], buttons: [] },
        opening({ beside: true }),
      );
      await surface.replace(card, view('An otter', files));
      expect(subject.cards()).toEqual([
        { text: expect.stringContaining('Here you are:'), files: [], buttons: [] },
        seen('An otter', files),
      ]);
    });

    it('posts a card once, however often it is tried, with what it is to show by then', async () => {
      const { subject, surface } = await begin(await create());
      await surface.open({ text: 'Drawing…', files: [], buttons: [] }, opening());
      const files = [await picture('red')];
      const message = await surface.open(view('An otter', files), opening({ attempt: 2 }));
      expect(subject.cards()).toEqual([seen('An otter', files)]);
      await surface.replace(message, view('The otter', files));
      expect(subject.cards()).toEqual([seen('The otter', files)]);
    });

    it('calls the fate of a post unknown when no answer comes, and then posts it once', async () => {
      const { subject, surface } = await begin(await create());
      const first = view('An otter', []);
      subject.loseNext();
      await expect(surface.open(first, opening())).rejects.toMatchObject({ fault: 'unknown' });
      const message = await surface.open(first, opening({ attempt: 2 }));
      const files = [await picture('red')];
      await surface.replace(message, view('The otter', files));
      expect(subject.cards()).toEqual([seen('The otter', files)]);
    });

    it('calls the fate of a change unknown when no answer comes, and then makes it', async () => {
      const { subject, surface } = await begin(await create());
      const [red, blue] = [await picture('red'), await picture('blue')];
      const message = await surface.open(view('An otter', [red]), opening());
      subject.loseNext();
      const next = view('Two otters', [red, blue]);
      await expect(surface.replace(message, next)).rejects.toMatchObject({ fault: 'unknown' });
      await surface.replace(message, next);
      expect(subject.cards()).toEqual([seen('Two otters', [red, blue])]);
    });

    it('gives back a pressed button as a command of the card’s conversation', async () => {
      const { subject, surface, inbox, message, platform } = await begin(await create());
      await surface.open(view('An otter', []), opening());
      const before = subject.cards();
      await subject.press('Again');
      const call = await inbox.untilCommand('image');
      expect(call).toMatchObject({
        name: 'image',
        options: { do: 'again', of: 'k 1&2=3' },
        author: { id: message.author.id },
        shared: message.shared,
        conversation: message.thread,
        replyTo: { thread: message.thread },
      });
      expect(call.id.startsWith(`${platform.name}:`)).toBe(true);
      expect(JSON.parse(JSON.stringify(call))).toEqual(call);
      const answer = platform.card!(JSON.parse(JSON.stringify(call.replyTo)));
      await answer.open({ text: 'Drawing anew…', files: [], buttons: [] }, opening({ key: call.id }));
      // The answer is a message of its own.
      expect(subject.cards()).toEqual([
        ...before,
        { text: expect.stringContaining('Drawing anew…'), files: [], buttons: [] },
      ]);
      await subject.press('Again');
      await inbox.until(() => inbox.commands.length === 2);
      expect(inbox.commands[1]!.id).not.toBe(call.id);
    });

    it('asks first where a button asks, and gives the words back with the command', async () => {
      const { subject, surface, inbox, message } = await begin(await create());
      await surface.open(view('An otter', []), opening());
      await subject.press('Edit');
      await subject.fillIn('make it *blue* & bold');
      const call = await inbox.untilCommand('image');
      expect(call).toMatchObject({
        options: { do: 'edit', of: 'k1', prompt: 'make it *blue* & bold' },
        conversation: message.thread,
        replyTo: { thread: message.thread },
      });
      expect(inbox.commands).toHaveLength(1);
    });

    it('pings nobody, whatever text, names and descriptions say', async () => {
      const { subject, surface } = await begin(await create());
      const text = subject.pinging;
      const files = [{ ...(await picture('red')), name: `${text}.png`, description: text }];
      const message = await surface.open(view(text, files), opening());
      await surface.replace(message, view(`${text} ${text}`, files));
      expect(subject.cards()).toHaveLength(1);
      expect(subject.pings()).toBe(0);
    });

    it('tells which limit closes it, and for how long; then nothing was changed', async () => {
      const { subject, surface } = await begin(await create());
      const first = view('An otter', []);
      subject.refuseNext();
      await expectRefusal(surface.open(first, opening()), surface, first);
      expect(subject.cards()).toEqual([]);
      const message = await surface.open(first, opening());
      const second = view('The otter', []);
      subject.refuseNext();
      await expectRefusal(surface.replace(message, second), surface, second, message);
      expect(subject.cards()).toEqual([seen('An otter', [])]);
      await surface.replace(message, second);
      expect(subject.cards()).toEqual([seen('The otter', [])]);
    });

    it('names sound limits, in scopes of its own', async () => {
      const { surface, platform } = await begin(await create());
      const files = [await picture('red'), await picture('blue')];
      const whole = view('Two otters', files);
      const before = surface.scopes(whole);
      const message = await surface.open(whole, opening());
      for (const scope of [...before, ...surface.scopes(whole, message)]) {
        expect(scope.id.startsWith(`${platform.name}:`)).toBe(true);
        expect(scope.calls).toBeGreaterThan(0);
        expect(scope.perMs).toBeGreaterThan(0);
      }
      expect(before.length).toBeGreaterThan(0);
      expect(surface.scopes(whole, message).length).toBeGreaterThan(0);
    });

    it.each(['deletePages', 'deletePlace'] as const)('tells that a card is gone after %s', async (act) => {
      const { subject, surface } = await begin(await create());
      const message = await surface.open(view('An otter', []), opening());
      subject[act]();
      const next = surface.replace(message, view('The otter', []));
      await expect(next).rejects.toMatchObject({ fault: 'gone' });
    });

    if (tooLarge === undefined) return;
    it('tells that files are too large', async () => {
      const { subject, surface } = await begin(await create());
      const message = await surface.open(view('An otter', []), opening());
      const large = { ...(await picture('red')), bytes: tooLarge };
      const refused = surface.replace(message, view('Large', [large]));
      await expect(refused).rejects.toMatchObject({ fault: 'too-long' });
      expect(subject.cards()).toEqual([seen('An otter', [])]);
      const files = [await picture('red')];
      await surface.replace(message, view('Small', files));
      expect(subject.cards()).toEqual([seen('Small', files)]);
    });
  });
}

const commands: readonly CommandSpec[] = [
  {
    name: 'image',
    description: 'Make pictures',
    options: [{ name: 'prompt', description: 'What the picture should show', required: true }],
    visibility: 'everyone',
  },
];

interface Scene {
  readonly subject: CardSubject;
  readonly platform: CardSubject['platform'];
  readonly inbox: RecordingInbox;
  readonly message: IncomingMessage;
  readonly surface: CardSurface;
}

async function begin(subject: CardSubject): Promise<Scene> {
  const { platform } = subject;
  const inbox = createRecordingInbox();
  onTestFinished(() => platform.close());
  await subject.start(inbox, commands);
  subject.say('draw an otter');
  const message = await inbox.untilMessage('draw an otter');
  const surface = platform.card!(JSON.parse(JSON.stringify(message.replyTo)));
  const { preparation } = surface;
  await preparation?.run();
  return { subject, platform, inbox, message, surface };
}

function opening(changes: Partial<Parameters<CardSurface['open']>[1]> = {}) {
  return { key: 'card', attempt: 1, beside: false, ...changes };
}

function view(text: string, files: readonly CardFile[]): CardView {
  return {
    text,
    files,
    buttons: [
      { label: 'Again', command: 'image', options: { do: 'again', of: 'k 1&2=3' } },
      { label: 'Edit', command: 'image', options: { do: 'edit', of: 'k1' }, asks: forms.edit },
    ],
  };
}

async function picture(colour: string): Promise<CardFile> {
  const create = { width: 16, height: 16, channels: 3, background: colour } as const;
  return {
    name: `otter-${colour}.png`,
    mediaType: 'image/png',
    bytes: new Uint8Array(await sharp({ create }).png().toBuffer()),
    description: `A ${colour} otter`,
    final: true,
  };
}

function seen(text: string, files: readonly CardFile[]) {
  return { text: expect.stringContaining(text), files: files.map(toSeen), buttons: ['Again', 'Edit'] };
}

function toSeen({ bytes, description }: CardFile) {
  return { bytes: new Uint8Array(bytes), description };
}

async function expectRefusal(
  call: Promise<unknown>,
  surface: CardSurface,
  shown: CardView,
  posted?: CardMessage,
): Promise<void> {
  const ids = surface.scopes(shown, posted).map(({ id }) => id);
  const [outcome] = await Promise.allSettled([call]);
  const reason = outcome.status === 'rejected' ? outcome.reason : undefined;
  expect(reason).toMatchObject({ fault: 'rate-limited', retryAfterMs: expect.any(Number) });
  expect(reason.retryAfterMs).toBeGreaterThan(0);
  expect([undefined, ...ids]).toContain(reason.scope);
}
