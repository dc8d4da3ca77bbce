import type { CommandCall } from '../ports.ts';
import { type Deed, deeds } from './card-buttons.ts';
import type { Exhibit } from './gallery.ts';
import type { Source, Studio } from './studio.ts';
import { type ImageWish, readWish, toWords } from './wish.ts';

/** What a call asks for. */
export interface Commission {
  readonly wish: ImageWish;
  /** As of an order. */
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
    if (deed === 'again') return again(exhibit);
    const key = exhibit.made[Number(options.at ?? 1) - 1];
    const sources = key === undefined ? [] : await studio.fetch([key]);
    if (sources.length === 0) return forgotten;
    const { prompt } = exhibit.wish;
    if (deed === 'vary') {
      const wish = { ...exhibit.wish, count: Math.min(2, mostCount) };
      const instruction = `Make a variation of this picture: the same idea, differently done. It was drawn for: ${prompt}`;
      return { wish, instruction, sources, words: `Make variations of the picture: ${prompt}` };
    }
    if (deed === 'size') {
      const wish: ImageWish = {
        ...exhibit.wish,
        count: 1,
        ...(options.size !== undefined && { size: options.size }),
      };
      const instruction = `Keep this picture as it is, and let it fill the whole of the new canvas. It was drawn for: ${prompt}`;
      return { wish, instruction, sources, words: `Make the same picture in ${options.size}: ${prompt}` };
    }
    const { count: _, prompt: __, ...kept } = exhibit.wish;
    const { wish, fault } = readWish({ ...kept, prompt: options.prompt }, mostCount);
    return wish === undefined ? fault : { wish, sources, words: `Edit the picture: ${toWords(wish)}` };
  }

  async function again({ wish, inputs, mask }: Exhibit): Promise<Commission | string> {
    const sources = await studio.fetch(inputs);
    const masks = mask === undefined ? [] : await studio.fetch([mask]);
    if (sources.length < inputs.length || (mask !== undefined && masks.length === 0)) return forgotten;
    return { wish, sources, ...(masks[0] && { mask: masks[0] }), words: `/image ${toWords(wish)}` };
  }

  return {
    async read({ options }) {
      const deed = deeds.find((name) => name === options.do);
      if (deed !== undefined) return fromButton(deed, options);
      const { wish, fault } = readWish(options, mostCount);
      return wish === undefined ? fault : { wish, words: `/image ${toWords(wish)}` };
    },
  };
}

const forgotten =
  'I no longer have that picture (I keep them for a week): send it to me with what you want changed.';
