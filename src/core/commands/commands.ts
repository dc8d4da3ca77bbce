import { ask } from './ask.ts';
import type { Command } from './command.ts';
import { file } from './file.ts';
import { help } from './help.ts';
import { createImage } from './image.ts';
import { startAnew } from './new.ts';
import { regenerate } from './regenerate.ts';

/** The commands of an engine. */
export interface Commands {
  /** What people are offered. */
  readonly offered: readonly Command[];
  /** The command of that name, offered or not. */
  find(name: string): Command | undefined;
}

/** Every command, once. @param mostPictures as of {@link createImage}; absent: pictures are not made */
export function createCommands(mostPictures?: number): Commands {
  const pictures = mostPictures === undefined ? [] : [createImage(mostPictures)];
  const offered = [ask, ...pictures, startAnew, help];
  // Not offered: places that show whole conversations have a button for the one, answers with files for the other.
  const all = [...offered, regenerate, file];
  return { offered, find: (name) => all.find(({ spec }) => spec.name === name) };
}

/**
 * The command that a message is, where its whole text is one: for places without slash commands (Slack's
 * threads, the terminal, the page), and for `/image` with files or as a reply to a picture. `stop` is not among {@link commands}: it makes sense only while an answer runs.
 * @param addressed whether the message speaks to Parley: a bare `new` among people is just a word
 * @param stoppable whether an answer runs that a bare `stop` can only mean
 */
export function readTypedCommand(
  text: string,
  addressed: boolean,
  stoppable: boolean,
): TypedCommand | undefined {
  const [drawing, prompt = ''] = /^\s*\/image(?:$|[:\s]+(.*)$)/is.exec(text) ?? [];
  if (drawing !== undefined) return { name: 'image', options: { prompt: prompt.trim() } };
  const word = /^\s*(\/?)(stop|new|help)[.!]?\s*$/i.exec(text);
  const name = word?.[2]?.toLowerCase() as 'stop' | 'new' | 'help' | undefined;
  const meant = word?.[1] === '/' || addressed || (name === 'stop' && stoppable);
  return name !== undefined && meant ? { name, options: {} } : undefined;
}

/** A command in somebody's words. */
export interface TypedCommand {
  readonly name: 'stop' | 'new' | 'help' | 'image';
  readonly options: Readonly<Record<string, string>>;
}
