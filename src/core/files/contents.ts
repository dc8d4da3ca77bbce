import { createHash } from 'node:crypto';
import type { KeyValue, Logger, Picture } from '../ports.ts';

/** What a file held, as prompts take it. */
export type Content =
  | ({ readonly kind: 'picture' } & Picture)
  | { readonly kind: 'text'; readonly text: string };

/** Contents by their keys. */
export type Contents = ReadonlyMap<string, Content>;

/**
 * What files held, for as long as prompts may show it. Best effort: where the store fails, a file goes out of view.
 * Contents are shared by all conversations that name them, so none is deleted with a conversation: they expire.
 */
export interface ContentStore {
  /** Keeps a content, unless it is too large. */
  keep(key: string, content: Content): Promise<void>;
  /** Those that are there. Their time begins anew. */
  load(keys: readonly string[]): Promise<Contents>;
}

/** What {@link createContentStore} needs. */
export interface ContentStoreOptions {
  readonly keyValue: KeyValue;
  readonly logger: Logger;
  now(): number;
}

type Entry = { readonly at: number } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'picture'; readonly mediaType: Picture['mediaType']; readonly base64: string }
);

/** Creates the store of contents over a namespace. */
export function createContentStore({ keyValue, logger, now }: ContentStoreOptions): ContentStore {
  async function put(key: string, content: Content): Promise<void> {
    const entry = toEntry(content, now());
    const size = entry.kind === 'text' ? Buffer.byteLength(entry.text) : entry.base64.length;
    if (size > mostBytes) return;
    try {
      await keyValue.set(key, entry, keepMs);
    } catch (error) {
      logger.warn('a file could not be kept: it is out of view after this answer', { error });
    }
  }

  async function get(key: string): Promise<Content | undefined> {
    try {
      const entry = await keyValue.get<unknown>(key);
      if (!isEntry(entry)) return undefined;
      const content = toContent(entry);
      if (now() - entry.at > renewMs) await put(key, content);
      return content;
    } catch (error) {
      logger.warn('a file that was kept could not be read: it is out of view', { error });
      return undefined;
    }
  }

  return {
    keep: put,
    async load(keys) {
      const found = new Map<string, Content>();
      for (const key of new Set(keys)) {
        const content = await get(key);
        if (content !== undefined) found.set(key, content);
      }
      return found;
    },
  };
}

/** The same for the same content, whoever sent it. */
export function keyOf(content: Content): string {
  return createHash('sha256')
    .update(content.kind)
    .update(content.kind === 'text' ? content.text : content.bytes)
    .digest('hex');
}

function toEntry(content: Content, at: number): Entry {
  if (content.kind === 'text') return { at, kind: 'text', text: content.text };
  const { mediaType, bytes } = content;
  return { at, kind: 'picture', mediaType, base64: Buffer.from(bytes).toString('base64') };
}

function toContent(entry: Entry): Content {
  if (entry.kind === 'text') return { kind: 'text', text: entry.text };
  return { kind: 'picture', mediaType: entry.mediaType, bytes: Buffer.from(entry.base64, 'base64') };
}

/** Stores hold what older versions wrote. */
function isEntry(value: unknown): value is Entry {
  const { at, kind, text, mediaType, base64 } = (value ?? {}) as Record<string, unknown>;
  if (typeof at !== 'number') return false;
  if (kind === 'text') return typeof text === 'string';
  return kind === 'picture' && typeof mediaType === 'string' && typeof base64 === 'string';
}

const keepMs = 7 * 24 * 3_600_000;
/** A content that is in use is written again after this time, not each time. */
const renewMs = 24 * 3_600_000;
const mostBytes = 2_200_000;
