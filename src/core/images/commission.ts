import type { CommandCall } from '../ports.ts';
import { type Deed, deeds } from './card-buttons.ts';
import { readFlags } from './flags.ts';
import type { Exhibit } from './gallery.ts';
import { readSize } from './size.ts';
import type { Source, Studio } from './studio.ts';
import { type ImageWish, readWish, toWords } from './wish.ts';

/** What a call asks for. */
export interface Commission {
  readonly wish: ImageWish;
  /** What the model is told, where that is not the wish's own prompt. */
  readonly instruction?: string;
  /** Pictures of Parley's own to work from; absent: those that came with the call. */
  readonly sources?: readonly Source[];
  readonly mask?: Source;
  /** The question, as the conversation remembers it. */
  readonly words: string;
}

/** Reads what calls ask for. */
export interface Commissions {
  /**
   * Of `/image` from its options, of a button from what its pictures are known by.
   * @returns a sentence where it can't be done. @throws ParleyError `store-failed`
   */
  read(call: CommandCall): Promise<Commission | string>;
}

/** Creates the reader of an engine. */
export function createCommissions({
  studio,
  mostCount,
}: {
  readonly studio: Studio;
  readonly mostCount: number;
}): Commissions {
  async function fromButton(deed: Deed, options: CommandCall['options']): Promise<Commission | string> {
    const exhibit = await studio.gallery.find(options.of ?? '');
    if (exhibit === undefined) return forgotten;
    const size = readSize(options.size);
    if (size === undefined) return forgotten;
    const sized = size === 'auto' ? {} : { size };
    if (deed === 'again') return again(exhibit, sized);
    const key = exhibit.made[Number(options.at ?? 1) - 1];
    const sources = key === undefined ? [] : await studio.fetch([key]);
    if (sources.length === 0) return forgotten;
    const { count: _, prompt, ...kept } = exhibit.wish;
    if (deed === 'vary') {
      const wish = { ...exhibit.wish, count: Math.min(2, mostCount) };
      const instruction = `Make a variation of this picture: the same idea, differently done. It was drawn for: ${prompt}`;
      return { wish, instruction, sources, words: `Make variations of the picture: ${prompt}` };
    }
    if (deed === 'size') {
      const wish: ImageWish = { ...exhibit.wish, count: 1, ...sized };
      const instruction = `Keep this picture as it is, and let it fill the whole of the new canvas. It was drawn for: ${prompt}`;
      return { wish, instruction, sources, words: `Make the same picture in another size: ${toWords(wish)}` };
    }
    const typed = readTyped(options.prompt, kept);
    return 'fault' in typed
      ? typed.fault
      : { wish: typed.wish, sources, words: `Edit the picture: ${toWords(typed.wish)}` };
  }

  /** The same once more, or in another shape. */
  async function again(exhibit: Exhibit, sized: Pick<ImageWish, 'size'>): Promise<Commission | string> {
    const { inputs, mask, instruction, words } = exhibit;
    const wish = { ...exhibit.wish, ...sized };
    const sources = await studio.fetch(inputs);
    const masks = mask === undefined ? [] : await studio.fetch([mask]);
    if (sources.length < inputs.length || (mask !== undefined && masks.length === 0)) return forgotten;
    return {
      ...{ wish, sources, words: sized.size === undefined ? words : `/image ${toWords(wish)}` },
      ...(instruction !== undefined && { instruction }),
      ...(masks[0] && { mask: masks[0] }),
    };
  }

  /** What somebody typed: its flags count more than what was wished for before, and less than options of their own. */
  function readTyped(
    text = '',
    before: Readonly<Record<string, string | undefined>>,
    options: Readonly<Record<string, string>> = {},
  ): { readonly wish: ImageWish } | { readonly fault: string } {
    const { words, flags, unknown } = readFlags(text);
    if (unknown !== undefined) return { fault: `I don’t know \`--${unknown}\`: there are ${knownFlags}.` };
    return readWish({ ...before, ...flags, ...withoutBlanks(options), prompt: words }, mostCount);
  }

  return {
    async read({ options }) {
      const deed = deeds.find((name) => name === options.do);
      if (deed !== undefined) return fromButton(deed, options);
      const typed = readTyped(options.prompt, {}, options);
      return 'fault' in typed ? typed.fault : { wish: typed.wish, words: `/image ${toWords(typed.wish)}` };
    },
  };
}

function withoutBlanks(options: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value.trim() !== ''));
}

const knownFlags = '`--n`, `--size`, `--quality`, `--background` and `--format`';
const forgotten =
  'I no longer have that picture (I keep them for a week): send it to me with what you want changed.';
