import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { SurfaceError } from '../../core/errors.ts';
import { toFootnote } from '../../core/failure.ts';
import type { CommandSpec, DirectSurface, Inbox, Platform, ReplyAddress } from '../../core/ports.ts';
import { createAnswerCards } from './answer-cards.ts';
import { createAnswerText, withoutControls } from './answer-text.ts';
import { createPictureFiles } from './picture-files.ts';

/** Options of {@link createTerminal}. */
export interface TerminalOptions {
  /** One question per line. */
  readonly input: Readable & { readonly isTTY?: boolean };
  /** Answers, and nothing else. */
  readonly output: Writable;
  /** Prompts and hints. */
  readonly status: Writable;
  /** The directory that pictures are saved in. */
  readonly pictures: string;
  /** Called when the person is done: `exit`, or the end of the input after the last answer. */
  onExit(): void;
}

/** A chat in the terminal; also a filter: piped in, one question per line, answers on the output. */
export function createTerminal(options: TerminalOptions): Platform<DirectSurface> {
  const { input, output, status, onExit } = options;
  const files = createPictureFiles(options.pictures);
  const interactive = input.isTTY === true;
  // Each run is a conversation of its own, as with any other filter.
  const address: ReplyAddress = { thread: `terminal:${process.pid}-${Date.now()}`, data: {} };
  let lines: Interface | undefined;
  let count = 0;
  /** Settles when the reply to the line in hand is written. */
  let answered = Promise.withResolvers<void>();
  const broken = new AbortController();

  function prompt(): void {
    if (interactive) status.write('\n> ');
  }

  async function read(inbox: Inbox, source: Interface): Promise<void> {
    prompt();
    for await (const line of source) {
      const text = line.trim();
      if (/^\/?(exit|quit)$/i.test(text)) break;
      if (text === '') prompt();
      else if (/^\/?stop[.!]?$/i.test(text)) inbox.stop(address.thread);
      else await ask(inbox, text);
    }
    onExit();
  }

  async function ask(inbox: Inbox, text: string): Promise<void> {
    answered = Promise.withResolvers<void>();
    await inbox.message({
      id: `${address.thread}-${++count}`,
      thread: address.thread,
      author: { id: 'terminal:person', name: 'you' },
      text,
      attachments: [],
      to: 'parley',
      shared: false,
      replyTo: address,
    });
    // A person may say more, or `stop`, while the answer runs; a script's lines are answered one by one.
    if (!interactive) await answered.promise;
  }

  function createSurface(): DirectSurface {
    const text = createAnswerText();
    const cards = createAnswerCards(files);
    return {
      card(key, view) {
        const line = cards.show(key, view);
        if (line !== undefined) status.write(`${withoutControls(line)}\n`);
      },
      push(delta) {
        const words = text.add(delta);
        if (words !== '' && !broken.signal.aborted) output.write(words);
      },
      async end(ending) {
        const below = [...(await cards.end(ending.end)), toFootnote(ending)];
        const notice = below.filter((part) => part !== undefined).join('\n\n');
        await write(output, text.end(notice === '' ? undefined : notice));
        answered.resolve();
        prompt();
      },
      gone: broken.signal,
    };
  }

  return {
    name: 'terminal',
    async start(inbox: Inbox, _commands: readonly CommandSpec[]) {
      // Nobody reads the answers any more (`parley | head`): the chat is over.
      output.on('error', (error) => {
        broken.abort(error);
        onExit();
      });
      status.write(
        'Terminal chat: write a question and press Enter. /new forgets, /help helps, exit leaves.\n',
      );
      // Not opened before somebody reads: lines that come earlier would be lost.
      lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      // A failure of the input ends the chat; the process is told by onExit.
      void read(inbox, lines).catch(onExit);
      return 'Terminal: ready';
    },
    surface: createSurface,
    async stop() {
      lines?.close();
    },
    async close() {
      lines?.close();
    },
  };
}

/** @throws SurfaceError `gone` where the output takes no more: trying again would not help. */
function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error == null) resolve();
      else reject(new SurfaceError('gone', 'the output takes no more', { cause: error }));
    });
  });
}
