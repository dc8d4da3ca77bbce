import { ParleyError } from './core/errors.ts';

/** What the command line asks for. */
export interface Arguments {
  /** The chat in the terminal, and nothing else. */
  readonly chat: boolean;
  /** Open the web page in the browser. */
  readonly open: boolean;
}

/**
 * Reads the command line behind `node src/main.ts`.
 * @throws ParleyError `bad-settings` for what it does not know
 */
export function readArguments(words: readonly string[]): Arguments {
  const unknown = words.find((word) => word !== 'chat' && word !== '--open');
  if (unknown !== undefined) {
    throw new ParleyError(
      'bad-settings',
      `“${unknown}” means nothing to Parley: use “npm start”, “npm start -- --open” or “npm run chat”.`,
    );
  }
  const [chat, open] = [words.includes('chat'), words.includes('--open')];
  if (chat && open)
    throw new ParleyError('bad-settings', 'The chat in the terminal has no page: leave out --open.');
  return { chat, open };
}
