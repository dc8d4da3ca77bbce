import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { SurfaceError } from '../../core/errors.ts';
import type { CommandSpec, Inbox, Platform, ReplyAddress, Rung } from '../../core/ports.ts';

/** Options of {@link createTerminal}. */
export interface TerminalOptions {
  /** One question per line. */
  readonly input: Readable & { readonly isTTY?: boolean };
  /** Answers, and nothing else. */
  readonly output: Writable;
  /** Prompts and hints. */
  readonly status: Writable;
  /** Called when the person is done: `exit`, or the end of the input after the last answer. */
  onExit(): void;
}

/** A chat in the terminal; also a filter: piped in, one question per line, answers on the output. */
export function createTerminal({ input, output, status, onExit }: TerminalOptions): Platform {
  const interactive = input.isTTY === true;
  // Each run is a conversation of its own, as with any other filter.
  const address: ReplyAddress = { thread: `terminal:${process.pid}-${Date.now()}`, data: {} };
  let lines: Interface | undefined;
  let count = 0;
  /** Settles when the reply to the line in hand is written. */
  let answered = Promise.withResolvers<void>();

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

  async function finish(): Promise<void> {
    await write(output, '\n');
    answered.resolve();
    prompt();
  }

  return {
    name: 'terminal',
    async start(inbox: Inbox, _commands: readonly CommandSpec[]) {
      // Nobody reads the answers any more (`parley | head`): the chat is over.
      output.on('error', onExit);
      status.write(
        'Terminal chat: write a question and press Enter. /new forgets, /help helps, exit leaves.\n',
      );
      // Not opened before somebody reads: lines that come earlier would be lost.
      lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
      // A failure of the input ends the chat; the process is told by onExit.
      void read(inbox, lines).catch(onExit);
      return 'Terminal: ready';
    },
    surface: () => ({
      rungs: [rung],
      async open(_rung, view, { index, whole }) {
        await write(output, view.text);
        if (whole) await finish();
        return { id: String(index), rung: rung.name };
      },
      async grow(_page, view) {
        await write(output, view.text.slice(view.shown.length));
      },
      async close(_page, view) {
        await write(output, view.text.slice(view.shown.length));
        await finish();
      },
    }),
    async stop() {
      lines?.close();
    },
    async close() {
      lines?.close();
    },
  };
}

/** The terminal has no limits: one endless page. */
const rung: Rung = {
  name: 'stream',
  growth: 'append',
  limit: Number.MAX_SAFE_INTEGER,
  width: () => 0,
  scopes: { open: [], grow: [], close: [] },
};

/** @throws SurfaceError `gone` where the output takes no more: trying again would not help. */
function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // What a model says must not steer the terminal it is shown on.
    stream.write(withoutControls(text), (error) => {
      if (error == null) resolve();
      else reject(new SurfaceError('gone', 'the output takes no more', { cause: error }));
    });
  });
}

function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? character : ''));
}
