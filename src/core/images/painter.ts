import { createHash } from 'node:crypto';
import { createByteGate } from '../files/byte-gate.ts';
import type { CardFile, ImageModel, ImageRequest, ImageUsage } from '../picture-ports.ts';
import type { Logger, Picture } from '../ports.ts';
import { toDescription, toFileName, toProgress } from './captions.ts';
import type { Easel } from './easel.ts';
import type { Order } from './studio.ts';

/** What a model gave. */
export interface Drawn {
  /** Whole pictures. */
  readonly finals: readonly CardFile[];
  readonly faults: readonly string[];
  readonly seconds: number;
  readonly usage?: ImageUsage;
  /** Why it broke off. */
  readonly error: unknown;
}

/** Has a model draw, and shows previews as they come. */
export interface Painter {
  /** Never rejects: what was whole when it broke off is there. */
  paint(order: Order, easel: Easel, signal: AbortSignal): Promise<Drawn>;
}

/** What {@link createPainter} needs. */
export interface PainterOptions {
  readonly model: ImageModel;
  readonly logger: Logger;
  now(): number;
}

/** Creates the painter of an engine. */
export function createPainter({ model, logger, now }: PainterOptions): Painter {
  // Of the whole process: a hundred people's pictures do not lie in memory all at once.
  const gate = createByteGate(picturesAtOnce);

  async function paint(order: Order, easel: Easel, signal: AbortSignal): Promise<Drawn> {
    const { wish, inputs } = order;
    const startedAt = now();
    const pictures = new Map<number, CardFile>();
    const whole = new Set<number>();
    const faults = new Set<string>();
    let usage: ImageUsage | undefined;
    let leave: (() => void) | undefined;
    let error: unknown;
    try {
      leave = await gate.enter(Math.min(wish.count, picturesAtOnce), signal);
      for await (const event of model.draw(toRequest(order), signal)) {
        if (event.type === 'finish') usage = event.usage;
        else if (event.type === 'failed') {
          faults.add(event.error.notice);
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
    } catch (caught) {
      error = caught;
    } finally {
      leave?.();
    }
    const finals = inOrder(new Map([...pictures].filter(([index]) => whole.has(index))));
    return {
      finals: finals.map((file) => ({ ...file, final: true })),
      ...{ faults: [...faults], seconds: (now() - startedAt) / 1000, error },
      ...(usage && { usage }),
    };
  }

  return { paint };
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

/** What files of pictures end with. */
export const extensions: Readonly<Record<Picture['mediaType'], string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};
const picturesAtOnce = 16;
