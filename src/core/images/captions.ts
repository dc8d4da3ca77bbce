import type { ImageUsage } from '../picture-ports.ts';
import type { ImageWish } from './wish.ts';

/** Dollars for a million tokens. */
export interface ImagePrices {
  readonly input: number;
  readonly output: number;
}

/** What is known of pictures once they are made. */
export interface Made {
  readonly wish: ImageWish;
  /** For example `1024 × 1536`; absent where it is not known. */
  readonly size?: string;
  readonly seconds: number;
  readonly usage?: ImageUsage;
  readonly prices?: ImagePrices;
  /** Pictures that the person may still make today; `undefined` where that is not limited. */
  readonly left: number | undefined;
  /** What went wrong with some of them. */
  readonly faults: readonly string[];
  /** Why there are no more of them. */
  readonly broken?: string;
}

/** What a card says while its pictures are being drawn. */
export function toProgress({ prompt, count }: ImageWish): string {
  return `🎨 Drawing ${count === 1 ? 'a picture' : `${count} pictures`}…\n${toQuote(prompt)}`;
}

/** What a card says under its pictures. */
export function toCaption({ wish, size, seconds, usage, prices, left, faults, broken }: Made): string {
  const tokens = usage === undefined ? 0 : usage.inputTokens + usage.outputTokens;
  const facts = [
    size,
    wish.quality,
    wish.background === 'transparent' ? 'transparent' : undefined,
    `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`,
    tokens > 0 ? `${tokens.toLocaleString('en')} tokens` : undefined,
    usage && prices && `$${toDollars(usage, prices)}`,
    left === undefined || left > fewLeft
      ? undefined
      : left === 0
        ? 'your last for today'
        : `${left} more for you today`,
  ];
  const lines = [toQuote(wish.prompt), facts.filter((fact) => fact !== undefined && fact !== '').join(' · ')];
  const marked = faults.map((fault) => `⚠️ ${fault}`);
  return [...lines, ...marked, ...(broken === undefined ? [] : [broken])].join('\n');
}

/** A picture described for those who can't see it. */
export function toDescription(prompt: string, edited: boolean): string {
  return toPlain(`${edited ? 'A picture changed by' : 'A picture drawn for'} the prompt: ${prompt}`, 900);
}

/** What a file of a picture is called: by the first words of its prompt. */
export function toFileName(prompt: string, index: number, extension: string): string {
  const words = prompt
    .normalize('NFKD')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  const name = (words ?? ['picture']).slice(0, 5).join('-').slice(0, 40).replace(/-$/, '');
  return `${name}-${index + 1}.${extension}`;
}

/** The prompt as a quotation in Markdown; nothing in it has a meaning there. */
function toQuote(prompt: string): string {
  const words = toPlain(prompt, 300).replaceAll('<', '‹').replaceAll('>', '›');
  return `> ${words.replace(/[\\`*_~|[\]#]/g, (mark) => `\\${mark}`)}`;
}

/** A person's words on one line, cut. */
function toPlain(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim().toWellFormed();
  const letters = Array.from(line);
  return letters.length <= most ? line : `${letters.slice(0, most - 1).join('')}…`;
}

function toDollars({ inputTokens, outputTokens }: ImageUsage, { input, output }: ImagePrices): string {
  const dollars = (inputTokens * input + outputTokens * output) / 1_000_000;
  return dollars < 0.1 ? dollars.toFixed(3) : dollars.toFixed(2);
}

/** Said where a crash came between showing pictures and noting that. */
export const madeBefore =
  'These pictures were made before I was interrupted: ask for them again if you don’t see them.';

/** From here on people are told what is left. */
const fewLeft = 5;
