import { EventEmitter, once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { createTerminal } from '../../../src/adapters/terminal/terminal.ts';
import type { SurfaceError } from '../../../src/core/errors.ts';
import type { DirectSurface, Inbox, IncomingMessage, Platform } from '../../../src/core/ports.ts';
import { createFakeConversations } from '../../fakes/conversations.ts';

test('a script is answered line by line: the next one is read when the answer is written', async () => {
  const { terminal, input, taken, output, answer, exited } = createStage();
  // The lines are there before anybody reads them.
  input.end('  first\r\n\r\nsecond\r\n/stop\r\nlast, without an end');
  await terminal.start(taken.inbox, []);
  for (const expected of ['first', 'second', 'last, without an end']) {
    const message = await taken.next();
    expect(message.text).toBe(expected);
    expect(exited).not.toHaveBeenCalled();
    await answer(message, `to ${expected}`);
  }
  await vi.waitFor(() => expect(exited).toHaveBeenCalledOnce());
  expect(output()).toBe('to first\nto second\nto last, without an end\n');
  expect(taken.messages.map(({ text }) => text)).toHaveLength(3);
  expect(new Set(taken.messages.map(({ thread }) => thread)).size).toBe(1);
  expect(new Set(taken.messages.map(({ id }) => id)).size).toBe(3);
  expect(taken.inbox.stop).toHaveBeenCalledOnce();
});

test('a person may go on while an answer is written, and stop it', async () => {
  const { terminal, input, taken, status, answer, exited } = createStage({ isTTY: true });
  await terminal.start(taken.inbox, []);
  expect(status()).toMatch(/\n> $/);
  input.write('tell me everything\n');
  const first = await taken.next();
  input.write('in short\n');
  expect(await taken.next()).toMatchObject({ text: 'in short', thread: first.thread });
  input.write('stop\n');
  await vi.waitFor(() => expect(taken.inbox.stop).toHaveBeenCalledWith(first.thread));
  const prompts = () => status().split('\n> ').length - 1;
  expect(prompts()).toBe(1);
  await answer(first, 'So be it.');
  expect(prompts()).toBe(2);
  input.write('exit\n');
  await vi.waitFor(() => expect(exited).toHaveBeenCalled());
});

test('an answer grows by what is new, and ends with its line', async () => {
  const { terminal, taken, output, surface } = createStage();
  await terminal.start(taken.inbox, []);
  surface.push('One');
  expect(output()).toBe('One');
  surface.push(' two');
  expect(output()).toBe('One two');
  await surface.end({ end: 'complete' });
  expect(output()).toBe('One two\n');
});

test('a notice stands under the text, or alone where there is none', async () => {
  const { terminal, taken, output, surface } = createStage();
  await terminal.start(taken.inbox, []);
  surface.push('Half an ans\n');
  await surface.end({ end: 'failed', notice: 'It broke.', code: 'cut-off' });
  await terminal.surface({ thread: 'terminal:1', data: {} }).end({ end: 'complete', notice: 'Alone.' });
  expect(output()).toBe('Half an ans\n\n⚠️ It broke.\nAlone.\n');
});

test('white space and half a character wait for what follows, and nothing steers the terminal', async () => {
  const { terminal, taken, output, surface } = createStage();
  await terminal.start(taken.inbox, []);
  const shown = ['\n\n  - ', '\ud83e', '\uddf5 a \u001b]0;title\u0007', '\u001b[2J\tb\r\n', ' ', 'c\n\n'].map(
    (delta) => {
      surface.push(delta);
      return output();
    },
  );
  expect(shown).toEqual([
    '  -',
    '  -',
    '  - 🧵 a ]0;title',
    '  - 🧵 a ]0;title[2J\tb',
    '  - 🧵 a ]0;title[2J\tb',
    '  - 🧵 a ]0;title[2J\tb\n c',
  ]);
  await surface.end({ end: 'stopped', notice: '\u001b[31mStopped.' });
  expect(output().slice(shown.at(-1)!.length)).toBe('\n\n[31mStopped.\n');
});

test('an output that nobody reads any more ends the chat, and the answer', async () => {
  const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('write EPIPE')) });
  const { terminal, taken, surface, exited } = createStage({ output: broken });
  await terminal.start(taken.inbox, []);
  expect(surface.gone?.aborted).toBe(false);
  surface.push('One');
  await vi.waitFor(() => expect(surface.gone?.aborted).toBe(true));
  expect(exited).toHaveBeenCalled();
  surface.push(' two');
  const ended = surface.end({ end: 'stopped' });
  await expect(ended).rejects.toMatchObject({ fault: 'gone' } satisfies Partial<SurfaceError>);
});

test('no line is taken once the platform has stopped', async () => {
  const { terminal, input, taken, exited } = createStage();
  await terminal.start(taken.inbox, []);
  await terminal.stop();
  input.write('too late\n');
  await vi.waitFor(() => expect(exited).toHaveBeenCalled());
  await terminal.close();
  expect(taken.messages).toEqual([]);
});

interface Stage {
  readonly terminal: Platform<DirectSurface>;
  readonly input: PassThrough;
  readonly taken: Taken;
  readonly surface: DirectSurface;
  readonly exited: () => void;
  output(): string;
  status(): string;
  /** Writes a whole answer. */
  answer(message: IncomingMessage, text: string): Promise<void>;
}

/** What the engine would have got. */
interface Taken {
  readonly inbox: Inbox;
  readonly messages: readonly IncomingMessage[];
  /** The next message that was not asked for yet. */
  next(): Promise<IncomingMessage>;
}

function createStage(options: { isTTY?: boolean; output?: Writable; pictures?: string } = {}): Stage {
  const input = Object.assign(new PassThrough(), { isTTY: options.isTTY === true });
  const written = collect();
  const hints = collect();
  const exited = vi.fn();
  const pictures = options.pictures ?? 'never-used';
  const terminal = createTerminal({
    input,
    output: options.output ?? written.stream,
    status: hints.stream,
    pictures,
    onExit: exited,
  });
  const surface = terminal.surface({ thread: 'terminal:1', data: {} });
  return {
    ...{ terminal, input, surface, exited, taken: createTaken() },
    output: written.text,
    status: hints.text,
    async answer(message, text) {
      const reply = terminal.surface(message.replyTo);
      reply.push(text);
      await reply.end({ end: 'complete' });
    },
  };
}

function createTaken(): Taken {
  const messages: IncomingMessage[] = [];
  const arrivals = new EventEmitter();
  let given = 0;
  return {
    messages,
    inbox: {
      async message(message) {
        messages.push(message);
        arrivals.emit('message');
      },
      command: vi.fn(),
      withdraw: vi.fn(),
      revise: vi.fn(),
      stop: vi.fn(),
      conversations: createFakeConversations(),
    },
    async next() {
      if (messages.length === given) await once(arrivals, 'message');
      return messages[given++]!;
    },
  };
}

function collect(): { readonly stream: Writable; text(): string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
}
