import { ParleyError } from '../errors.ts';
import type { Attachment } from '../ports.ts';
import { Delay } from './delay.ts';
import { listNames } from './file-name.ts';

/** What became of the files of a question, by their places in `attachments`. */
export interface FileFaults {
  readonly attachments: readonly Attachment[];
  /** Those that could be fetched at all. */
  readonly readable: readonly number[];
  /** So many of them were tried. */
  readonly mostFiles: number;
  /** The sentences for those that failed. */
  readonly faults: ReadonlyMap<number, string>;
}

/** One sentence for each thing that went wrong, in the order of the files. */
export function tellFaults({ attachments, readable, mostFiles, faults }: FileFaults): readonly string[] {
  const foreign = attachments.filter((_, index) => !readable.includes(index));
  const left = readable.slice(mostFiles).map((index) => attachments[index]!.name);
  return [
    ...[...faults].toSorted(([one], [other]) => one - other).map(([, sentence]) => sentence),
    ...(foreign.length === 0 ? [] : [notHere(foreign)]),
    ...(left.length === 0
      ? []
      : [`I read ${mostFiles} files at a time: please send ${listNames(left)} again.`]),
  ];
}

/** Said of files that can't be fetched where they are. */
export function notHere(attachments: readonly Attachment[]): string {
  const names = listNames(attachments.map(({ name }) => name));
  return `I can’t read ${names} here: please tell me in words what it is about.`;
}

/** Said of a recording without words. */
export function silent(name: string): string {
  return `I could not hear any words in ${listNames([name])}: please record it again.`;
}

/** Said of a file of which no more than a part was read, as its description tells; `undefined` of all others. */
export function partOf(name: string, about: string): string | undefined {
  const [, part] = /\b(first [\d,]+ (?:of [\d,]+ pages|words))\b/.exec(about) ?? [];
  return part === undefined
    ? undefined
    : `I read the ${part} of ${listNames([name])}: send the part that matters as a file of its own.`;
}

/** Said of a file that failed. */
export function faultOf(name: string, error: unknown): string {
  const named = listNames([name]);
  if (error instanceof Delay) {
    return error.why === 'busy'
      ? `I could not get to ${named}: I am busy with other files. Please send it again in a minute.`
      : `I could not read ${named}: it took too long. Please send it again, or a smaller part of it.`;
  }
  if (!(error instanceof ParleyError)) {
    return `I could not read ${named}: something went wrong on my side. Please send it again.`;
  }
  return error.code === 'file-unreadable' ? error.notice : `I could not listen to ${named}. ${error.notice}`;
}
