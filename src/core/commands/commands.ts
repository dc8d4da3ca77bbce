import { ask } from './ask.ts';
import type { Command } from './command.ts';
import { help } from './help.ts';
import { startAnew } from './new.ts';
import { regenerate } from './regenerate.ts';

/** Every command that people are offered, once. */
export const commands: readonly Command[] = [ask, startAnew, help];

/** Carried out where an adapter calls them, but not offered: places that show whole conversations have a button. */
const unlisted: readonly Command[] = [regenerate];

/** The command of that name, offered or not. */
export function findCommand(name: string): Command | undefined {
  return [...commands, ...unlisted].find(({ spec }) => spec.name === name);
}

/**
 * The command that a message is, where its whole text is one: for places without slash commands (Slack's
 * threads, the terminal). `stop` is not among {@link commands}: it makes sense only while an answer runs.
 * @param addressed whether the message speaks to Parley: a bare `new` among people is just a word
 * @param stoppable whether an answer runs that a bare `stop` can only mean
 */
export function readTypedCommand(
  text: string,
  addressed: boolean,
  stoppable: boolean,
): 'stop' | 'new' | 'help' | undefined {
  const word = /^\s*(\/?)(stop|new|help)[.!]?\s*$/i.exec(text);
  const name = word?.[2]?.toLowerCase() as 'stop' | 'new' | 'help' | undefined;
  const meant = word?.[1] === '/' || addressed || (name === 'stop' && stoppable);
  return meant ? name : undefined;
}
