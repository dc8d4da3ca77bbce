import { createHash } from 'node:crypto';
import { type APIMessage, ButtonStyle, ComponentType } from 'discord.js';
import { toButtonId } from '../../core/buttons.ts';
import { SurfaceError } from '../../core/errors.ts';
import type { CardButton, CardFile, CardMessage, CardSurface, CardView } from '../../core/picture-ports.ts';
import type { Meter } from '../../core/ports.ts';
import type { DiscordAddress } from './address.ts';
import { cannotAttachNotice, mayNotAttach, toOpeningError } from './faults.ts';
import { type ButtonRow, type Content, toSent, type Upload } from './message-content.ts';
import { createOutlet, type OutletOptions } from './outlet.ts';
import { showTables } from './tables.ts';

/** Discord's figures: characters of a message, buttons in a row, characters of a file's description. */
const most = { text: 2000, inRow: 5, description: 1024 } as const;

/** Discord takes 25 MiB with a call; the rest is for what is said about the files. */
const callBytes = 24 * 2 ** 20;

/**
 * Shows a card on Discord: one message with all its files and buttons. What it shows already is not sent again, as far
 * as their order allows; what is too much for one call goes in several.
 */
export function createCardSurface(
  address: DiscordAddress,
  options: OutletOptions,
  meter?: Meter,
): CardSurface {
  const outlet = createOutlet(address, options, meter);
  /** Of each card its files, by what they hold: Discord's ids. */
  const shown = new Map<string, Map<string, string>>();
  /** Cards by the keys that they were opened with: also where only a part of the files came with the first call. */
  const posted = new Map<string, string>();

  const filesOf = (card: string | undefined) => shown.get(card ?? '') ?? new Map<string, string>();

  /** Keeps in mind what an answer says of the files that were just sent. */
  function note(message: APIMessage, sent: Batch, had: ReadonlyMap<string, string>): void {
    const there = new Set(message.attachments.map(({ id }) => id));
    const files = new Map([...had].filter(([, id]) => there.has(id)));
    const ids = toSent(message, sent.map(toUpload), new Set(had.values())) ?? [];
    for (const [at, id] of ids.entries()) files.set(keyOf(sent[at]!), id);
    shown.set(message.id, files);
  }

  /** Sends what the first call of a view left over, a call for each part. */
  async function sendRest(first: APIMessage, view: CardView, rest: readonly Batch[]): Promise<void> {
    let message = first;
    for (const batch of rest) {
      const kept = message.attachments.map(({ id }) => ({ id }));
      const files = [...kept, ...batch.map(toUpload)];
      message = await outlet.edit(message.id, { ...toFrame(view), files });
      note(message, batch, filesOf(message.id));
    }
  }

  async function replace({ id }: CardMessage, view: CardView): Promise<void> {
    const had = filesOf(id);
    const [first = [], ...rest] = toBatches(view.files, had);
    try {
      const message = await outlet.edit(id, toContent(view, had, first));
      note(message, first, had);
      await sendRest(message, view, rest);
    } catch (error) {
      // What it shows is not known any more: the next view brings all its files.
      if (error instanceof SurfaceError && error.fault === 'unknown') shown.delete(id);
      if (error instanceof SurfaceError && mayNotAttach(error.cause)) await excuse(id);
      throw error;
    }
  }

  /** Nobody would ever learn why the card stays as it was. */
  async function excuse(card: string): Promise<void> {
    try {
      await outlet.edit(card, { text: cannotAttachNotice, files: [], buttons: [] });
    } catch (error) {
      options.logger.warn('Discord: could not say on a card why it has no files', { error });
    }
  }

  return {
    scopes(view, card, beside = false) {
      const [, ...more] = toBatches(view.files, filesOf(card?.id));
      const first = card === undefined ? outlet.opening(beside) : outlet.editing(card.id);
      return [...first, ...more.flatMap(() => outlet.editing(card?.id))];
    },
    async open(view, { key, attempt, beside }) {
      const known = posted.get(key);
      if (known !== undefined) {
        await replace({ id: known }, view).catch((error: unknown) => {
          throw toOpeningError(error);
        });
        return { id: known };
      }
      const had = new Map<string, string>();
      const [first = [], ...rest] = toBatches(view.files, had);
      const posting = { key, attempt, index: beside ? 1 : 0, kind: 'card' } as const;
      const message = await outlet.open(toContent(view, had, first), posting);
      posted.set(key, message.id);
      note(message, first, had);
      try {
        await sendRest(message, view, rest);
      } catch (error) {
        throw toOpeningError(error);
      }
      return { id: message.id };
    },
    replace,
    ...(outlet.preparation === undefined ? {} : { preparation: outlet.preparation }),
  };
}

/** Files that go with one call. */
type Batch = readonly CardFile[];

/**
 * How many files, from the first on, are there already and in this order. Discord does not say where it puts new files
 * among those that stay, so none is kept behind a new one: people would see them in another order.
 */
function countKept(files: readonly CardFile[], had: ReadonlyMap<string, string>): number {
  const order = [...had.keys()];
  let last = -1;
  for (const [at, file] of files.entries()) {
    const place = order.indexOf(keyOf(file));
    if (place <= last) return at;
    last = place;
  }
  return files.length;
}

/** The files that have to be sent, in as many parts as calls are needed. */
function toBatches(files: readonly CardFile[], had: ReadonlyMap<string, string>): readonly Batch[] {
  const batches: CardFile[][] = [];
  let bytes = 0;
  for (const file of files.slice(countKept(files, had))) {
    const size = file.bytes.byteLength;
    const batch = batches.at(-1);
    if (batch === undefined || bytes + size > callBytes) {
      batches.push([file]);
      bytes = size;
    } else {
      batch.push(file);
      bytes += size;
    }
  }
  return batches;
}

/** The view as far as its first call brings it: what is there already, and the files that it sends. */
function toContent(view: CardView, had: ReadonlyMap<string, string>, sent: Batch): Content {
  const kept = view.files.slice(0, countKept(view.files, had)).map((file) => {
    return { id: had.get(keyOf(file)) ?? '', description: describe(file) };
  });
  return { ...toFrame(view), files: [...kept, ...sent.map(toUpload)] };
}

/** All but the files. */
function toFrame({ text, buttons }: CardView) {
  return { text: showTables(text, most.text), buttons: toRows(buttons) };
}

function toUpload(file: CardFile): Upload {
  const { name, mediaType, bytes } = file;
  return { name, mediaType, bytes, description: describe(file) };
}

function describe({ description }: CardFile): string {
  return description.slice(0, most.description);
}

function toRows(buttons: readonly CardButton[]): readonly ButtonRow[] {
  const rows: ButtonRow[] = [];
  for (let at = 0; at < buttons.length; at += most.inRow) {
    const components = buttons.slice(at, at + most.inRow).map((button) => ({
      type: ComponentType.Button as const,
      style: ButtonStyle.Secondary as const,
      label: button.label,
      custom_id: toButtonId(button),
    }));
    rows.push({ type: ComponentType.ActionRow, components });
  }
  return rows;
}

/** What a file is known by: its name and all that it holds. */
function keyOf({ name, bytes }: CardFile): string {
  const known = hashes.get(bytes);
  const hash = known ?? createHash('sha256').update(bytes).digest('base64url');
  if (known === undefined) hashes.set(bytes, hash);
  return `${hash} ${name}`;
}

/** Limits are asked for again and again, for the same view. */
const hashes = new WeakMap<Uint8Array, string>();
