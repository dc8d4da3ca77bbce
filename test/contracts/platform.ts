import { describe, expect, it } from 'vitest';
import type { Page, ReplySurface, Rung } from '../../src/core/ports.ts';
import { commands, converse, type LocalSubject } from './platform-local.ts';
import { at, describePacedPlatform, rungForWhole, view } from './platform-paced.ts';

/** A platform that is reached over a network, with everything that can go wrong there. */
export interface RemoteSubject extends LocalSubject<ReplySurface> {
  /** Delivers the newest thing that was said once more. */
  deliverAgain(): void;
  /** The person speaks to Parley and sends a file with it. */
  sayWith(text: string, file: { readonly name: string; readonly content: string }): void;
  /** The person calls a command in the same place. */
  command(name: string): SeenCommand;
  /** A text that would ping somebody in every way that the platform knows. */
  readonly pinging: string;
  /** How often somebody was pinged by what Parley wrote. */
  pings(): number;
  /** Deletes the messages of Parley. */
  deletePages(): void;
  /** The place where the answers go is no longer there. */
  deletePlace(): void;
  /** The next call that writes a message is refused: there were too many. */
  refuseNext(): void;
  /** The next call that writes a message is carried out, but no answer to it arrives. */
  loseNext(): void;
}

/** A command as the person who called it saw it. Live. */
export interface SeenCommand {
  readonly acknowledged: boolean;
  /** What the answers show, oldest first. */
  readonly answers: readonly string[];
}

/** What a platform on a network promises. `create` gives a new one for each test. */
export function describePlatform(name: string, create: () => Promise<RemoteSubject>): void {
  describePacedPlatform(name, create);

  describe(name, () => {
    it('gives the same id to the same message when it is delivered again', async () => {
      const { subject, inbox, message } = await converse(await create(), 'once');
      subject.deliverAgain();
      await inbox.until(() => inbox.messages.length === 2);
      expect(inbox.messages[1]).toEqual(message);
    });

    it('fetches what a person sends from plain data that holds no link, and no more than it may', async () => {
      const { subject, inbox, platform } = await converse(await create(), 'hello');
      subject.sayWith('look', { name: 'notes.txt', content: 'Remember the milk.' });
      const [file] = (await inbox.untilMessage('look')).attachments;
      const kept = JSON.stringify(file);
      expect(kept).not.toContain('://');
      expect(file).toMatchObject({ name: 'notes.txt', bytes: 18, source: expect.anything() });
      const fetchFile = (mostBytes: number, signal = new AbortController().signal) =>
        platform.fetchFile!(JSON.parse(kept), { mostBytes, signal });
      expect(Buffer.from(await fetchFile(18)).toString()).toBe('Remember the milk.');
      await expect(fetchFile(17)).rejects.toMatchObject({
        code: 'file-unreadable',
        notice: expect.stringContaining('“notes.txt”'),
      });
      const reason = new Error('stopped');
      await expect(fetchFile(18, AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it('shows a page as long as its rung allows, whole', async () => {
      const { subject, surface } = await converse(await create(), 'hello');
      for (const [index, rung] of surface.rungs.entries()) {
        const text = 'x'.repeat(Math.floor(rung.limit / rung.width('x')));
        const page = await surface.open(rung, view('x'), at(index));
        await surface.close(page, view(text, 'x'));
        expect(subject.shown().at(-1)).toBe(text);
      }
    });

    it('posts a page once, however often it is tried', async () => {
      const { subject, surface } = await converse(await create(), 'hello');
      for (const [index, rung] of surface.rungs.entries()) {
        await surface.open(rung, view('One'), at(index));
        const page = await surface.open(rung, view('One two'), at(index, { attempt: 2 }));
        expect(subject.shown()).toHaveLength(index + 1);
        // Of a text that is appended to, only the core can know what to do next.
        if (rung.growth === 'append') continue;
        await surface.close(page, view('One two three.', 'One two'));
        expect(subject.shown().at(-1)).toBe('One two three.');
        expect(subject.shown()).toHaveLength(index + 1);
      }
    });

    it('pings nobody, whatever a page says', async () => {
      const { subject, surface } = await converse(await create(), 'hello');
      const text = subject.pinging;
      for (const [index, rung] of surface.rungs.entries()) {
        const page = await surface.open(rung, view(text), at(index));
        await surface.grow(page, view(`${text} ${text}`, text));
        await surface.close(page, view(`${text} ${text} ${text}`, `${text} ${text}`));
      }
      expect(subject.shown()).toHaveLength(surface.rungs.length);
      expect(subject.pings()).toBe(0);
    });

    it.each(['deletePages', 'deletePlace'] as const)('tells that a page is gone after %s', async (act) => {
      const { subject, surface } = await converse(await create(), 'hello');
      const page = await surface.open(surface.rungs.at(-1)!, view('One'), at(0));
      subject[act]();
      await expect(surface.grow(page, view('One two', 'One'))).rejects.toMatchObject({ fault: 'gone' });
      await expect(surface.close(page, view('One two', 'One'))).rejects.toMatchObject({ fault: 'gone' });
    });

    it.each(['open', 'grow', 'close'] as const)(
      'tells which limit closes %s, and for how long',
      async (kind) => {
        const { subject, surface } = await converse(await create(), 'hello');
        for (const [index, rung] of surface.rungs.entries()) {
          const page = kind === 'open' ? undefined : await surface.open(rung, view('One'), at(index));
          const before = subject.shown();
          subject.refuseNext();
          const error = await rejection(act(surface, rung, kind, page, index));
          expect(error).toMatchObject({ fault: 'rate-limited', retryAfterMs: expect.any(Number) });
          expect(error.retryAfterMs).toBeGreaterThan(0);
          const ids = rung.scopes[kind].map(({ id }) => id);
          expect(error.scope === undefined || ids.includes(error.scope), `${error.scope} in ${ids}`).toBe(
            true,
          );
          expect(subject.shown()).toEqual(before);
          // Nothing was changed, so the same call again does it.
          await act(surface, rung, kind, page, index);
          expect(subject.shown().at(-1)).toBe('One two');
        }
      },
    );

    it.each(['open', 'grow', 'close'] as const)(
      'calls the fate of %s unknown when no answer comes',
      async (kind) => {
        const { subject, surface } = await converse(await create(), 'hello');
        const rung = surface.rungs.find(({ growth }) => growth === 'replace')!;
        const page = kind === 'open' ? undefined : await surface.open(rung, view('One'), at(0));
        subject.loseNext();
        await expect(act(surface, rung, kind, page, 0)).rejects.toMatchObject({ fault: 'unknown' });
        const again = await act(surface, rung, kind, page, 0, 2);
        await surface.close(again ?? page!, view('One two three.', 'One two'));
        expect(subject.shown()).toEqual(['One two three.']);
      },
    );

    it('acknowledges a command before it passes it on, and answers it', async () => {
      const { subject, inbox, platform } = await converse(await create(), 'hello');
      for (const { name: command } of commands) {
        const seen = subject.command(command);
        const call = await inbox.untilCommand(command);
        expect(seen.acknowledged).toBe(true);
        expect(call.id.startsWith(`${platform.name}:`)).toBe(true);
        expect(JSON.parse(JSON.stringify(call))).toEqual(call);
        const surface = platform.surface(JSON.parse(JSON.stringify(call.replyTo)));
        await surface.open(rungForWhole(surface), view('Done.'), at(0, { whole: true, key: call.id }));
        expect(seen.answers).toEqual(['Done.']);
      }
    });
  });
}

type Kind = 'open' | 'grow' | 'close';

interface Failure {
  readonly retryAfterMs?: number;
  readonly scope?: string;
}

/** Makes one call on a page, with the text `One two`. */
async function act(
  surface: ReplySurface,
  rung: Rung,
  kind: Kind,
  page: Page | undefined,
  index: number,
  attempt = 1,
): Promise<Page | undefined> {
  if (page === undefined || kind === 'open')
    return surface.open(rung, view('One two'), at(index, { attempt }));
  await surface[kind](page, view('One two', 'One'));
  return undefined;
}

async function rejection(call: Promise<unknown>): Promise<Failure> {
  const [outcome] = await Promise.allSettled([call]);
  expect(outcome.status).toBe('rejected');
  return outcome.status === 'rejected' ? outcome.reason : {};
}
