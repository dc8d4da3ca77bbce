import { createHash } from 'node:crypto';
import { ParleyError } from '../errors.ts';
import { createByteGate } from '../files/byte-gate.ts';
import type { Content } from '../files/contents.ts';
import type { FileReceiver } from '../files/receiver.ts';
import type { CardFile, CardView, ImageModel, ImageRequest, ImageUsage } from '../picture-ports.ts';
import type { Counters, KeyValue, Logger, Picture, TurnCard, TurnFile } from '../ports.ts';
import { type ImagePrices, toCaption, toDescription, toFileName, toProgress } from './captions.ts';
import { toButtons } from './card-buttons.ts';
import type { Easel } from './easel.ts';
import { createGallery, exhibitId, type Gallery } from './gallery.ts';
import { createQuota } from './quota.ts';
import type { ImageWish } from './wish.ts';

/** What makes pictures, as the house gives it. */
export interface ImageTools {
  readonly model: ImageModel;
  /** What buttons and limits rely on. */
  readonly store: KeyValue;
  /** Pictures that may be made at once: 1 to 10. */
  readonly mostCount: number;
  /** Pictures that a person may make in a day. Absent: as many as they like. */
  readonly perDay?: number;
  readonly prices?: ImagePrices;
  /** True: the chat model may make pictures, too. */
  readonly tool: boolean;
}

/** A picture to work from, and the key that it is kept under. */
export interface Source {
  readonly key: string;
  readonly picture: Picture;
}

/** What is to be made. */
export interface Order {
  /** The same for every attempt. */
  readonly id: string;
  /** For whom: stable, of all platforms together. */
  readonly person: string;
  readonly wish: ImageWish;
  /** What the model is told, where that is not the wish's own prompt. */
  readonly instruction?: string;
  /** Pictures to work from. */
  readonly inputs: readonly Source[];
  readonly mask?: Source;
}

/** What was made. */
export interface Work {
  /** As history keeps them, at least one. */
  readonly files: readonly TurnFile[];
  /** What they stood on. */
  readonly card: TurnCard;
  /** False where they could not be shown. */
  readonly shown: boolean;
}

/** Makes pictures, and shows them while they come into being. */
export interface Studio {
  readonly gallery: Gallery;
  /**
   * Draws.
   * @throws ParleyError of the model codes; `usage-limit` where the person has made enough today. What stood on the
   * easel by then is the caller's to end.
   */
  draw(order: Order, easel: Easel, signal: AbortSignal): Promise<Work>;
  /** Pictures that are kept; those that are not any more are left out. Never rejects. */
  fetch(keys: readonly string[]): Promise<readonly Source[]>;
}

/** What {@link createStudio} needs. */
export interface StudioOptions {
  readonly images: ImageTools;
  readonly receiver: FileReceiver;
  readonly logger: Logger;
  readonly counters: Counters;
  now(): number;
}

/** Creates the studio of an engine. */
export function createStudio(options: StudioOptions): Studio {
  const { images, receiver, logger, counters, now } = options;
  const { model } = images;
  const quota = createQuota({ ...images, logger, now });
  const gallery = createGallery({ ...images, logger });
  // Of the whole process: a hundred people's pictures do not lie in memory all at once.
  const gate = createByteGate(picturesAtOnce);

  async function draw(order: Order, easel: Easel, signal: AbortSignal): Promise<Work> {
    const { wish, person } = order;
    const { granted, left } = await quota.take(person, wish.count);
    if (!granted) throw new ParleyError('usage-limit', toEnough(left ?? 0, images.perDay ?? 0));
    let made = 0;
    let leave: (() => void) | undefined;
    try {
      leave = await gate.enter(Math.min(wish.count, picturesAtOnce), signal);
      const drawn = await paint(order, easel, signal);
      made = drawn.finals.length;
      counters.add('images.made', made);
      return await exhibit(order, easel, drawn, left, signal);
    } catch (error) {
      counters.add('images.failed');
      throw error;
    } finally {
      leave?.();
      await quota.giveBack(person, wish.count - made);
    }
  }

  async function paint(order: Order, easel: Easel, signal: AbortSignal): Promise<Drawn> {
    const { wish, inputs } = order;
    const startedAt = now();
    const pictures = new Map<number, CardFile>();
    const whole = new Set<number>();
    const faults: string[] = [];
    let usage: ImageUsage | undefined;
    const either = AbortSignal.any([signal, easel.gone]);
    for await (const event of model.draw(toRequest(order), either)) {
      if (event.type === 'finish') usage = event.usage;
      else if (event.type === 'failed') {
        faults.push(event.error.notice);
        logger.warn('one of several pictures failed', { error: event.error });
      } else {
        const { index, picture } = event;
        const name = toFileName(wish.prompt, index, extensions[picture.mediaType]);
        const description = toDescription(wish.prompt, inputs.length > 0);
        if (event.type === 'picture') whole.add(index);
        pictures.set(index, { ...picture, name, description, final: false });
        easel.show({ text: toProgress(wish), files: inOrder(pictures), buttons: [] });
      }
    }
    const finals = inOrder(new Map([...pictures].filter(([index]) => whole.has(index))));
    if (finals.length === 0) throw new ParleyError('model-failed', noPicture);
    return {
      ...{ finals: finals.map((file) => ({ ...file, final: true })), faults },
      seconds: (now() - startedAt) / 1000,
      ...(usage && { usage }),
    };
  }

  /** Keeps the pictures, and shows them with all that belongs to them. */
  async function exhibit(
    { id, wish, inputs, mask }: Order,
    easel: Easel,
    { finals, faults, seconds, usage }: Drawn,
    left: number | undefined,
    signal: AbortSignal,
  ): Promise<Work> {
    const files: TurnFile[] = [];
    for (const picture of finals) files.push(await adopt(picture, wish.prompt, signal));
    const [, across, down] = /(\d+) × (\d+)/.exec(files[0]?.about ?? '') ?? [];
    const size = across === undefined ? undefined : `${across}x${down}`;
    const made = files.flatMap(({ key }) => (key === undefined ? [] : [key]));
    const exhibit = exhibitId(id);
    await gallery.hang(exhibit, {
      ...{ wish, made, inputs: inputs.map(({ key }) => key) },
      ...(mask && { mask: mask.key }),
    });
    const view = (shown: readonly CardFile[], more: readonly string[] = []): CardView => ({
      text: toCaption({
        ...{ wish, seconds, faults: [...faults, ...more] },
        ...(size !== undefined && { size: size.replace('x', ' × ') }),
        ...(usage && { usage }),
        ...(images.prices && { prices: images.prices }),
        ...(left !== undefined && { left }),
      }),
      files: shown,
      buttons: toButtons({
        exhibit,
        count: made.length,
        anySize: model.anySize,
        ...(size !== undefined && { size }),
      }),
    });
    const shown = finals.map((file, index): CardFile => {
      const key = files[index]?.key;
      return key === undefined ? file : { ...file, key };
    });
    const { text, buttons } = view(shown);
    let outcome = await easel.end(view(shown));
    if (outcome === 'too-large') outcome = await easel.end(view(await smaller(shown), [madeSmaller]));
    if (outcome === 'too-large') outcome = await easel.end(view([], [tooLarge]));
    return { files, card: { text, buttons, files: files.length }, shown: outcome === 'shown' };
  }

  /** A picture that can't be kept is shown all the same. */
  async function adopt({ name, bytes }: CardFile, prompt: string, signal: AbortSignal): Promise<TurnFile> {
    const digest = prompt.slice(0, mostDigest);
    try {
      return { ...(await receiver.adopt({ name, bytes }, signal)), digest };
    } catch (error) {
      signal.throwIfAborted();
      logger.warn('a picture could not be kept', { error });
      return { name, kind: 'picture', about: '', digest, tokens: 0 };
    }
  }

  /** The same pictures as they are kept, which is as large as models and screens need them. */
  async function smaller(files: readonly CardFile[]): Promise<readonly CardFile[]> {
    const kept = await receiver.load(files.flatMap(({ key }) => (key === undefined ? [] : [key])));
    return files.flatMap((file, index): readonly CardFile[] => {
      const content = file.key === undefined ? undefined : kept.get(file.key);
      if (content?.kind !== 'picture') return [];
      const { mediaType, bytes } = content;
      const name = `${file.name.replace(/-\d+\.\w+$/, '')}-${index + 1}.${extensions[mediaType]}`;
      return [{ ...file, name, mediaType, bytes }];
    });
  }

  return {
    gallery,
    draw,
    async fetch(keys) {
      const kept = await receiver.load(keys);
      return keys.flatMap((key) => toSource(key, kept.get(key)));
    },
  };
}

/** What a model gave. */
interface Drawn {
  readonly finals: readonly CardFile[];
  readonly faults: readonly string[];
  readonly seconds: number;
  readonly usage?: ImageUsage;
}

/** A content that is a picture, with its key; nothing else. */
export function toSource(key: string, content: Content | undefined): readonly Source[] {
  if (content?.kind !== 'picture') return [];
  const { mediaType, bytes } = content;
  return [{ key, picture: { mediaType, bytes } }];
}

function toRequest({ wish, instruction, person, inputs, mask }: Order): ImageRequest {
  return {
    ...wish,
    prompt: instruction ?? wish.prompt,
    ...(inputs.length > 0 && { inputs: inputs.map(({ picture }) => picture) }),
    ...(mask && { mask: mask.picture }),
    endUser: createHash('sha256').update(person).digest('hex'),
  };
}

function inOrder(pictures: ReadonlyMap<number, CardFile>): readonly CardFile[] {
  return [...pictures].sort(([one], [other]) => one - other).map(([, file]) => file);
}

function toEnough(left: number, perDay: number): string {
  const tomorrow = 'more tomorrow (the day ends at midnight UTC)';
  if (left > 0)
    return `You can make ${left} more ${left === 1 ? 'picture' : 'pictures'} today: ask for fewer; ${tomorrow}.`;
  return `You have made ${perDay === 1 ? 'the one picture' : `all ${perDay} pictures`} that a person can make here in a day: ${tomorrow}.`;
}

const extensions: Readonly<Record<Picture['mediaType'], string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};
const picturesAtOnce = 24;
const mostDigest = 600;
const noPicture = 'The image model sent no picture: please try again.';
const madeSmaller = 'The full size is too large for this place, so these are smaller.';
const tooLarge = 'The pictures are too large to be shown here: ask for a smaller size.';
