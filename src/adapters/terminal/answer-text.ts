/** The text of one answer on its way to a terminal. */
export interface AnswerText {
  /** What can be written now: white space waits for the words behind it. */
  add(delta: string): string;
  /** What ends the answer: the notice under it, or alone, and the end of the line. */
  end(notice: string | undefined): string;
}

/** Creates the text of an answer. What a model says must not steer the terminal it is shown on. */
export function createAnswerText(): AnswerText {
  let held = '';
  let begun = false;

  return {
    add(delta) {
      const text = held + delta;
      // Half of a character can't be written either.
      const words = text.replace(/[\s\ud800-\udbff]+$/, '');
      held = text.slice(words.length);
      if (words === '') return '';
      const shown = begun ? words : words.replace(/^\s*\n/, '');
      begun = true;
      return withoutControls(shown);
    },
    end(notice) {
      if (notice === undefined) return '\n';
      return `${begun ? '\n\n' : ''}${withoutControls(notice)}\n`;
    },
  };
}

/** A text that steers no terminal: of control characters only line breaks and tabs are left. */
export function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => (character === '\n' || character === '\t' ? character : ''));
}
