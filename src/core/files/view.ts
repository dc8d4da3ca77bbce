import type { ChatModel, Picture, Turn, TurnFile } from '../ports.ts';
import type { Contents } from './contents.ts';
import { cutMiddle } from './excerpt.ts';
import type { Shown } from './file-text.ts';

/** A file in view, and what it costs. */
export type InView = Shown & { readonly tokens: number; readonly picture?: Picture };

/** What a prompt shows of files. */
export interface View {
  /** What is in view of a file; nothing where only its description is. */
  readonly shown: (file: TurnFile) => InView | undefined;
  /** Pictures of the newest question that it has no room for. */
  readonly left: readonly TurnFile[];
}

/** Options of {@link createView}. */
export interface ViewOptions {
  /** Ends with the question. */
  readonly turns: readonly Turn[];
  readonly contents: Contents;
  /** Most tokens of all that is shown. */
  readonly mostTokens: number;
  /** False: the model sees none. */
  readonly pictures: boolean;
}

/**
 * Shares the room that a prompt has for files: those of the last questions, newest question first; within a question
 * pictures first, then texts, the short ones whole and the long ones cut to equal shares. Of earlier questions no more than the
 * newest pictures are shown, of the newest one all.
 */
export function createView({ turns, contents, mostTokens, pictures }: ViewOptions): View {
  const shown = new Map<TurnFile, InView>();
  const hidden: TurnFile[] = [];
  let left = mostTokens;
  let picturesShown = 0;
  for (const [age, files] of filesInView(turns).entries()) {
    const texts: { readonly file: TurnFile; readonly text: string }[] = [];
    for (const file of files.toReversed()) {
      const content = file.key === undefined ? undefined : contents.get(file.key);
      if (content?.kind === 'text') texts.push({ file, text: content.text });
      else if (content !== undefined && !pictures) shown.set(file, { kind: 'unseen', tokens: 0 });
      else if (content !== undefined && picturesShown < mostPictures(age) && left >= pictureTokens) {
        picturesShown++;
        left -= pictureTokens;
        const { mediaType, bytes } = content;
        shown.set(file, { kind: 'picture', tokens: pictureTokens, picture: { mediaType, bytes } });
      } else if (content !== undefined && age === 0) {
        shown.set(file, { kind: 'left', tokens: 0 });
        hidden.unshift(file);
      }
    }
    texts.sort((one, other) => one.file.tokens - other.file.tokens);
    for (const [index, { file, text }] of texts.entries()) {
      const tokens = Math.min(file.tokens, Math.floor(left / (texts.length - index)));
      if (tokens < Math.min(file.tokens, leastTokens)) continue;
      left -= tokens;
      // By its length, a little less: counting each piece would cost more than it gains.
      const most =
        tokens === file.tokens ? text.length : Math.floor((text.length * tokens * 0.95) / file.tokens);
      shown.set(file, { kind: 'text', text: cutMiddle(text, most), tokens });
    }
  }
  return { shown: (file) => shown.get(file), left: hidden };
}

/** The keys of what prompts may show: enough to fill the model's window, newest first. */
export function keysInView(turns: readonly Turn[], { contextTokens }: ChatModel): readonly string[] {
  const keys: string[] = [];
  let tokens = 0;
  let pictures = 0;
  for (const [age, files] of filesInView(turns).entries()) {
    for (const { kind, key, tokens: size } of files.toReversed()) {
      if (key === undefined) continue;
      if (kind === 'picture' ? pictures >= mostPictures(age) : tokens >= contextTokens) continue;
      if (kind === 'picture') pictures++;
      else tokens += size;
      keys.push(key);
    }
  }
  return keys;
}

/** The files of the last questions and their answers, newest question first, each in the order in which they were sent. */
function filesInView(turns: readonly Turn[]): readonly (readonly TurnFile[])[] {
  const questions = new Map<string, TurnFile[]>();
  let drawn: readonly TurnFile[] = [];
  for (const { role, question, files = [] } of turns.toReversed()) {
    if (role === 'assistant') drawn = [...files, ...drawn];
    if (question === undefined) continue;
    const before = questions.get(question);
    if (before === undefined && questions.size === questionsInView) break;
    questions.set(question, [...files, ...(before ?? []), ...drawn]);
    drawn = [];
  }
  return [...questions.values()];
}

/** What a picture counts in a prompt, whatever its size: about what models count for one of 1,500 pixels. */
export const pictureTokens = 1_200;
/** Of a question so many questions ago: of the newest one all that can come with it. */
const mostPictures = (age: number) => (age === 0 ? Number.POSITIVE_INFINITY : 8);
const questionsInView = 3;
/** A smaller piece of a long text is no use: its digest does as well. */
const leastTokens = 150;
