import type { CardView } from '../../core/picture-ports.ts';
import type { AnswerEnd } from '../../core/ports.ts';
import type { PictureFiles } from './picture-files.ts';

/** The cards of one answer. */
export interface AnswerCards {
  /** Takes the newest view. @returns the line that says what is being made, the first time */
  show(key: string, view: CardView): string | undefined;
  /** Saves the files. @returns what stands under the answer: of each card its caption, and where its files are. Never rejects. */
  end(how: AnswerEnd): Promise<readonly string[]>;
}

/** Creates the cards of an answer. */
export function createAnswerCards(files: PictureFiles): AnswerCards {
  const cards = new Map<string, CardView>();

  return {
    show(key, view) {
      const isNew = !cards.has(key);
      cards.set(key, view);
      const isComing = view.buttons.length === 0 && !view.files.some(({ final }) => final);
      return isNew && isComing && view.text !== '' ? toStatusLine(view.text) : undefined;
    },
    async end(how) {
      const parts: string[] = [];
      for (const { text, files: shown, buttons } of cards.values()) {
        // What was still being made when the answer was stopped is nothing to show.
        if (how !== 'complete' && buttons.length === 0) continue;
        const final = shown.filter((file) => file.final);
        const lines = await Promise.all(final.map((file) => files.save(file)));
        const part = [text, ...lines].filter((line) => line !== '').join('\n');
        if (part !== '') parts.push(part);
      }
      return parts;
    },
  };
}

function toStatusLine(text: string): string {
  return text.split('\n', 1)[0]!.replace(/^\p{Extended_Pictographic}\uFE0F? */u, '');
}
