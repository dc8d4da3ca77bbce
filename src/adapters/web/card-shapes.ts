import { toButtonId } from '../../core/buttons.ts';
import { toDescription } from '../../core/images/captions.ts';
import type { CardButton, CardFile } from '../../core/picture-ports.ts';
import type { TurnCard, TurnFile } from '../../core/ports.ts';

/** A file of a card as the API tells it. */
export interface FileData {
  readonly name: string;
  /** For those who can't see it. */
  readonly description: string;
  /** Absent where the file is not kept any more. */
  readonly url?: string;
  readonly mediaType?: string;
  /** In pixels, where they are known. */
  readonly width?: number;
  readonly height?: number;
}

/** A button of a card as the API tells it. */
export interface ButtonData {
  /** What a press sends. */
  readonly id: string;
  readonly label: string;
  /** A press has to come with a text, which is asked for so. */
  readonly asks?: { readonly title: string; readonly label: string; readonly example: string };
}

/** A card as it stands in a conversation. */
export interface CardData {
  /** Markdown. */
  readonly text: string;
  readonly files: readonly FileData[];
  readonly buttons: readonly ButtonData[];
}

/** What an event tells of a file of a card that is being made. */
export type LiveFileData = Required<Pick<FileData, 'name' | 'description' | 'url' | 'mediaType'>> & {
  /** False: another will take its place. */
  readonly final: boolean;
};

/** What an event tells of a card: the whole of its newest view. */
export interface LiveCardData extends CardData {
  /** Of the card within its turn: the same for all its views. */
  readonly id: number;
  readonly files: readonly LiveFileData[];
}

/** A file that is served under an id. */
export function toLiveFileData(id: string, file: CardFile): LiveFileData {
  const { name, mediaType, description, final } = file;
  return { name, url: toUrl(id), mediaType, description, final };
}

/** A button for whoever may press it. */
export function toButtonData(button: CardButton): ButtonData {
  const { label, asks } = button;
  return {
    ...{ id: toButtonId(button), label },
    ...(asks && { asks: { title: asks.title, label: asks.label, example: asks.example } }),
  };
}

/** A card of an answer that is whole: what matters only while it is made is left out. */
export function toCardData({ text, files, buttons }: LiveCardData): CardData {
  return { text, files: files.map(({ final: _, ...file }) => file), buttons };
}

/**
 * The cards of an answer as history keeps them.
 * @param find the file that is kept under a key
 */
export function toKeptCards(
  cards: readonly TurnCard[],
  files: readonly TurnFile[],
  find: (key: string) => { readonly id: string; readonly mediaType?: string } | undefined,
): readonly CardData[] {
  let from = 0;
  return cards.map(({ text, buttons, files: count }) => {
    const own = files.slice(from, from + count);
    from += count;
    return { text, files: own.map((file) => toKeptFile(file, find)), buttons: buttons.map(toButtonData) };
  });
}

function toKeptFile(
  { name, about, digest, key }: TurnFile,
  find: (key: string) => { readonly id: string; readonly mediaType?: string } | undefined,
): FileData {
  const kept = key === undefined ? undefined : find(key);
  const [, width, height] = /(\d+) × (\d+)/.exec(about) ?? [];
  return {
    ...{ name, description: digest === undefined ? name : toDescription(digest, false) },
    ...(kept && { url: toUrl(kept.id) }),
    ...(kept?.mediaType !== undefined && { mediaType: kept.mediaType }),
    ...(width !== undefined && { width: Number(width), height: Number(height) }),
  };
}

function toUrl(id: string): string {
  return `/api/pictures/${id}`;
}
