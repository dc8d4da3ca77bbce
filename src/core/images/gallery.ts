import { createHash } from 'node:crypto';
import type { KeyValue, Logger } from '../ports.ts';
import type { ImageWish } from './wish.ts';

/** What a card shows, for its buttons. Plain JSON. */
export interface Exhibit {
  readonly wish: ImageWish;
  /** As of an order. */
  readonly instruction?: string;
  /** How the conversation remembers what was asked for. */
  readonly words: string;
  /** Keys of the pictures on it, in their order. */
  readonly made: readonly string[];
  /** Keys of the pictures that it was made from, and of the mask. */
  readonly inputs: readonly string[];
  readonly mask?: string;
}

/** Remembers what cards show, for 30 days. */
export interface Gallery {
  /** Under an id for buttons. Never rejects: then its buttons know nothing, and say so. */
  hang(id: string, exhibit: Exhibit): Promise<void>;
  /** @throws ParleyError `store-failed` */
  find(id: string): Promise<Exhibit | undefined>;
}

/** The id of what was made for an order, short enough for a button; the same for every attempt. */
export function exhibitId(order: string): string {
  return createHash('sha256').update(order).digest('base64url').slice(0, 16);
}

/** Creates the gallery of an engine. */
export function createGallery({
  store,
  logger,
}: {
  readonly store: KeyValue;
  readonly logger: Logger;
}): Gallery {
  return {
    async hang(id, exhibit) {
      try {
        await store.set(`shown:${id}`, exhibit, keepMs);
      } catch (error) {
        logger.warn('the buttons of a picture will not work', { error });
      }
    },
    async find(id) {
      const exhibit = await store.get<unknown>(`shown:${id}`);
      return isExhibit(exhibit) ? exhibit : undefined;
    },
  };
}

/** Stores hold what older versions wrote. */
function isExhibit(value: unknown): value is Exhibit {
  const { wish, words, made, inputs } = (value ?? {}) as Partial<Exhibit>;
  return (
    typeof wish?.prompt === 'string' &&
    typeof words === 'string' &&
    Array.isArray(made) &&
    Array.isArray(inputs)
  );
}

const keepMs = 30 * 24 * 3_600_000;
