import { ParleyError } from './errors.ts';
import type { ChatMessage, ChatModel, HistoryWindow, Turn } from './ports.ts';

/** What goes to the model, and where its history begins. */
export interface Prompt {
  readonly messages: readonly ChatMessage[];
  /** Number of the first turn that is in it; further than the window's start where history was trimmed. */
  readonly start: number;
}

/** Options of {@link createPrompt}. */
export interface PromptOptions {
  readonly persona: string;
  readonly window: HistoryWindow;
  /** Turns at the end of the window that are the question: never dropped. */
  readonly questions: number;
  readonly model: ChatModel;
  /** Share of the budget that history may fill; smaller after a model said it was too long. @default 1 */
  readonly share?: number;
}

/**
 * Persona, then as much history as the token budget allows, then the question.
 *
 * Where history does not fit, its old end is cut in one large step, down to half of the budget: in between
 * the prompt only grows at its end, so its beginning stays the same to the byte and a prompt cache works.
 * @throws ParleyError `context-too-long` where persona and question alone are too long.
 */
export function createPrompt({ persona, window, questions, model, share = 1 }: PromptOptions): Prompt {
  const { turns } = window;
  const system = turns.some(({ author }) => author !== undefined) ? `${persona}\n\n${namesRule}` : persona;
  const room = (model.contextTokens - model.outputTokens) * share - model.countTokens(system) - overhead;
  const firstQuestion = turns.length - questions;
  const asked = tokensOf(turns.slice(firstQuestion));
  if (asked > room) {
    throw new ParleyError(
      'context-too-long',
      'Your message is too long for this model: please send a shorter one, or split it.',
    );
  }
  let dropped = 0;
  let tokens = tokensOf(turns);
  if (tokens > room) {
    while (dropped < firstQuestion && tokens > Math.max(room / 2, asked)) {
      tokens -= tokensOf([turns[dropped]!]);
      dropped++;
    }
    // A conversation's first remaining line should be a person's, not the tail of an answer to nothing.
    while (dropped < firstQuestion && turns[dropped]!.role === 'assistant') dropped++;
  }
  return {
    messages: [{ role: 'system', text: system }, ...turns.slice(dropped).map(toMessage)],
    start: window.start + dropped,
  };
}

/** A turn as the model reads it: with its author's name in front where several people talk. */
export function turnText(turn: Pick<Turn, 'text' | 'author'>): string {
  return turn.author === undefined ? turn.text : `${plainName(turn.author.name)}: ${turn.text}`;
}

function toMessage(turn: Turn): ChatMessage {
  return { role: turn.role, text: turnText(turn) };
}

/** A display name is anything a person typed: keep it on one line and short, so that it can't pose as more. */
function plainName(name: string): string {
  return (
    name
      .replace(/[\s:]+/g, ' ')
      .trim()
      .slice(0, 60) || 'someone'
  );
}

function tokensOf(turns: readonly Turn[]): number {
  return turns.reduce((sum, turn) => sum + turn.tokens + perMessage, 0);
}

/** Told to the model where several people talk. */
const namesRule =
  'Several people talk here: each message begins with the name of its author. Do not begin yours with a name.';
/** Tokens that a chat format spends on each message beside its text. */
const perMessage = 4;
/** Tokens of a prompt beside its messages. */
const overhead = 16;
