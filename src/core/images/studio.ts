import { toEnding } from '../failure.ts';
import type { Content } from '../files/contents.ts';
import type { FileReceiver } from '../files/receiver.ts';
import type { CardFile, CardView, ImageModel } from '../picture-ports.ts';
import type { Counters, Ending, KeyValue, Logger, Picture, TurnCard, TurnFile } from '../ports.ts';
import { type ImagePrices, toCaption, toProgress } from './captions.ts';
import { toButtons } from './card-buttons.ts';
import type { Easel } from './easel.ts';
import { createGallery, exhibitId, type Gallery } from './gallery.ts';
import { createPainter, type Drawn, extensions } from './painter.ts';
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
  /** How the conversation remembers what was asked for. */
  readonly words: string;
  /** Pictures to work from. */
  readonly inputs: readonly Source[];
  readonly mask?: Source;
}

/** What was made: at least one picture. */
export interface Work {
  /** As history keeps them. */
  readonly files: readonly TurnFile[];
  /** What they stand on. */
  readonly card: TurnCard;
}

/** What came of an order. */
export type Outcome =
  /** They could be shown; also where it was broken off after the first of them. */
  | { readonly kind: 'made'; readonly work: Work }
  /** There are none; the easel says why, if anything stood on it. */
  | { readonly kind: 'failed'; readonly ending: Ending }
  /** Nobody can see them. */
  | { readonly kind: 'lost' };

/** Makes pictures, and shows them while they come into being. */
export interface Studio {
  readonly gallery: Gallery;
  /** Draws, and ends what stands on the easel, whatever happens. Never rejects. */
  draw(order: Order, easel: Easel, signal: AbortSignal): Promise<Outcome>;
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
  const painter = createPainter({ model, logger, now });

  async function draw(order: Order, easel: Easel, signal: AbortSignal): Promise<Outcome> {
    const { wish, person, id } = order;
    const reserved = await quota.reserve(person, id, wish.count);
    if (!reserved.granted)
      return fail(easel, { end: 'failed', code: 'usage-limit', notice: toEnough(reserved) });
    if (!easel.used) easel.show({ text: toProgress(wish), files: [], buttons: [] });
    const drawn = await painter.paint(order, easel, AbortSignal.any([signal, easel.gone]));
    const left = await reserved.settle(drawn.finals.length);
    counters.add('images.made', drawn.finals.length);
    const broken = drawn.error === undefined ? undefined : toEnding(drawn.error, signal, unexpected);
    if (broken !== undefined && !easel.gone.aborted && broken.end === 'failed') {
      counters.add('images.failed');
      logger.warn('pictures could not be made', { error: drawn.error });
    }
    if (drawn.finals.length === 0) return fail(easel, broken ?? { end: 'failed', notice: noPicture });
    return exhibit(order, easel, drawn, { ...(broken?.notice && { broken: broken.notice }), left });
  }

  async function fail(easel: Easel, ending: Ending): Promise<Outcome> {
    await easel.clear(ending);
    return { kind: 'failed', ending };
  }

  /** Keeps the pictures, and shows them with all that belongs to them. */
  async function exhibit(
    order: Order,
    easel: Easel,
    { finals, faults, seconds, usage }: Drawn,
    { broken, left }: { readonly broken?: string; readonly left: number | undefined },
  ): Promise<Outcome> {
    const { wish, inputs, mask, instruction, words } = order;
    const files: TurnFile[] = [];
    for (const picture of finals) files.push(await adopt(picture, wish.prompt));
    const [, across, down] = /(\d+) × (\d+)/.exec(files[0]?.about ?? '') ?? [];
    const size = across === undefined ? undefined : `${across}x${down}`;
    const made = files.flatMap(({ key }) => key ?? []);
    const id = exhibitId(order.id);
    await gallery.hang(id, {
      ...{ wish, words, made, inputs: inputs.map(({ key }) => key) },
      ...(instruction !== undefined && { instruction }),
      ...(mask && { mask: mask.key }),
    });
    const buttons = toButtons({
      ...{ exhibit: id, count: made.length, anySize: model.anySize },
      ...(size !== undefined && { size }),
    });
    const view = (shown: readonly CardFile[], more: readonly string[] = []): CardView => ({
      text: toCaption({
        ...{ wish, seconds, faults: [...faults, ...more], left },
        ...(size !== undefined && { size: size.replace('x', ' × ') }),
        ...(usage && { usage }),
        ...(images.prices && { prices: images.prices }),
        ...(broken !== undefined && { broken }),
      }),
      ...{ files: shown, buttons },
    });
    const shown = finals.map((file, index): CardFile => {
      const key = files[index]?.key;
      return key === undefined ? file : { ...file, key };
    });
    const { text } = view([]);
    const isShown = await easel.end(view(shown), [
      async () => view(await smaller(shown), [madeSmaller]),
      async () => view([], [tooLarge]),
    ]);
    if (!isShown) return { kind: 'lost' };
    return { kind: 'made', work: { files, card: { text, buttons, files: files.length } } };
  }

  /** A picture that can't be kept is shown all the same. */
  async function adopt({ name, bytes }: CardFile, prompt: string): Promise<TurnFile> {
    const digest = prompt.slice(0, mostDigest);
    try {
      return { ...(await receiver.adopt({ name, bytes }, AbortSignal.timeout(adoptMs))), digest };
    } catch (error) {
      logger.warn('a picture could not be kept', { error });
      return { name, kind: 'picture', about: '', digest, tokens: 0 };
    }
  }

  /** The same pictures as they are kept, which is as large as models and screens need them. */
  async function smaller(files: readonly CardFile[]): Promise<readonly CardFile[]> {
    const kept = await receiver.load(files.flatMap(({ key }) => key ?? []));
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

/** A content that is a picture, with its key; nothing else. */
export function toSource(key: string, content: Content | undefined): readonly Source[] {
  if (content?.kind !== 'picture') return [];
  const { mediaType, bytes } = content;
  return [{ key, picture: { mediaType, bytes } }];
}

function toEnough({ left, perDay }: { readonly left: number; readonly perDay: number }): string {
  const tomorrow = 'more tomorrow (the day ends at midnight UTC)';
  if (left > 0)
    return `You can make ${left} more ${left === 1 ? 'picture' : 'pictures'} today: ask for fewer; ${tomorrow}.`;
  return `You have made ${perDay === 1 ? 'the one picture' : `all ${perDay} pictures`} that a person can make here in a day: ${tomorrow}.`;
}

const adoptMs = 15_000;
const mostDigest = 600;
const noPicture = 'The image model sent no picture: please try again.';
const madeSmaller = 'The full size is too large for this place, so these are smaller.';
const tooLarge = 'The pictures are too large to be shown here: ask for a smaller size.';
const unexpected =
  'Something went wrong on my side: please try again; if it stays so, tell whoever runs me to look at the log.';
