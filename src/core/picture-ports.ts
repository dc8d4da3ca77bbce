import type { ParleyError } from './errors.ts';
import type { Picture, Preparation, Scope } from './ports.ts';

/**
 * What making pictures needs of the rooms outside: a model that draws, and cards that show what it drew. Types only.
 */

// ---------------------------------------------------------------- the model

/** How a picture is written. */
export type ImageFormat = 'png' | 'jpeg' | 'webp';

/** What an image model is asked for. */
export interface ImageRequest {
  /** At most 32,000 characters. */
  readonly prompt: string;
  /** 1 to 10. */
  readonly count: number;
  /** For example `1024x1536`. Absent, as the following ones: the model chooses. */
  readonly size?: string;
  readonly quality?: string;
  readonly background?: string;
  readonly format?: ImageFormat;
  /** Pictures to work from, at most 16: they are edited. */
  readonly inputs?: readonly Picture[];
  /** A PNG of the size of the first input: where it is transparent, that may be changed. */
  readonly mask?: Picture;
  /** As of ChatRequest. */
  readonly endUser?: string;
}

/** Tokens that pictures took, as the server counted them. */
export interface ImageUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * Of each picture, by its `index` from 0: any number of `preview`, better ones later, then exactly one `picture` or
 * `failed`. After all of them one `finish`.
 */
export type ImageEvent =
  | { readonly type: 'preview'; readonly index: number; readonly picture: Picture }
  | { readonly type: 'picture'; readonly index: number; readonly picture: Picture }
  | { readonly type: 'failed'; readonly index: number; readonly error: ParleyError }
  | { readonly type: 'finish'; readonly usage?: ImageUsage };

/** A model that makes pictures. */
export interface ImageModel {
  readonly id: string;
  /** True where it draws in any size, not just in the three that all models know. */
  readonly anySize: boolean;
  /**
   * Draws. One picture that fails does not keep the others from being made.
   * @throws ParleyError of the model codes where not a single picture was made. An abort ends it with the signal's reason.
   */
  draw(request: ImageRequest, signal: AbortSignal): AsyncIterable<ImageEvent>;
}

// ---------------------------------------------------------------- cards

/** A file on a card. */
export interface CardFile {
  /** For people, for example `sea-otter-1.png`. The same for a preview and what takes its place. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** What it shows or holds, for those who can't see it: at most 1,000 characters. */
  readonly description: string;
  /** True in the last view of a card alone: whatever was shown before gives way to it. */
  readonly final: boolean;
  /** Under which history knows it; absent of previews. */
  readonly key?: string;
}

/** What is asked of whoever presses a button, before its command is called. */
export interface CardForm {
  /** Lower case letters. */
  readonly name: string;
  /** The option that the text becomes. */
  readonly option: string;
  /** At most 40 characters. */
  readonly title: string;
  /** At most 40 characters. */
  readonly label: string;
  /** At most 100 characters. */
  readonly example: string;
}

/** A button that calls a command for whoever presses it. It goes on working after a restart. */
export interface CardButton {
  /** At most 30 characters. */
  readonly label: string;
  /** Name of a command. */
  readonly command: string;
  /** Small: as an id ({@link ./buttons.ts toButtonId}) the whole is at most 100 characters. */
  readonly options: Readonly<Record<string, string>>;
  readonly asks?: CardForm;
}

/** What a card shows. */
export interface CardView {
  /** Markdown, at most 1,800 characters. */
  readonly text: string;
  /** At most 10. */
  readonly files: readonly CardFile[];
  /** At most 10. */
  readonly buttons: readonly CardButton[];
}

/** A message that shows a card. */
export interface CardMessage {
  /** The platform's id of it. */
  readonly id: string;
}

/** Options of {@link CardSurface.open}. */
export interface CardOpening {
  /** The same for every attempt at the same card: the surface sees to it that it is posted once. */
  readonly key: string;
  /** From 1. From 2 on an earlier attempt may have been carried out. */
  readonly attempt: number;
  /** True where a reply of text stands at the same address, too: the card is then a further message, never the first. */
  readonly beside: boolean;
}

/**
 * A card on a platform with limits: one message that is posted, and replaced as a whole. Sends at once (no queue and no
 * retry of its own) and throws SurfaceError as a reply surface does; never has two calls in flight.
 */
export interface CardSurface {
  /**
   * The limits that showing a view counts against, one entry for each call.
   * @param posted the card as it is now; absent before it is posted
   * @param beside as of {@link CardOpening}
   */
  scopes(view: CardView, posted?: CardMessage, beside?: boolean): readonly Scope[];
  open(view: CardView, opening: CardOpening): Promise<CardMessage>;
  replace(message: CardMessage, view: CardView): Promise<void>;
  /** As of a reply surface. */
  readonly preparation?: Preparation;
}
