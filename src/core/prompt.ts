import { ParleyError } from './errors.ts';
import type { Contents } from './files/contents.ts';
import { describeFiles, filesRule } from './files/file-text.ts';
import { createView, type View } from './files/view.ts';
import type { ChatMessage, ChatModel, HistoryWindow, Picture, Tool, Turn } from './ports.ts';

/** What goes to the model, and where its history begins. */
export interface Prompt {
  readonly messages: readonly ChatMessage[];
  /** Number of the first turn that is in it; further than the window's start where history was trimmed. */
  readonly start: number;
  /** By our count. */
  readonly tokens: number;
  /** True where the model is shown pictures. */
  readonly pictures: boolean;
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
  /** What files held, by key: as much of it is shown as the budget allows. @default none */
  readonly contents?: Contents;
  /** False: the model sees none. @default true */
  readonly pictures?: boolean;
  /** The tool that pictures are drawn by, where the model knows tools. */
  readonly drawing?: Tool;
}

/**
 * Persona, then as much history as the token budget allows, then the question. What files hold takes at most half of
 * the budget.
 *
 * Where history does not fit, its old end is cut in one large step, down to half of what the question leaves: in between
 * the prompt only grows at its end, so its beginning stays the same to the byte and a prompt cache works.
 * @throws ParleyError `context-too-long` where persona and question alone are too long.
 */
export function createPrompt(options: PromptOptions): Prompt {
  const { window, questions, model, share = 1, contents = new Map(), pictures = true, drawing } = options;
  const { turns } = window;
  const system = toSystem(options.persona, turns);
  const around = system + (drawing === undefined ? '' : JSON.stringify(drawing));
  const room = (model.contextTokens - model.outputTokens) * share - model.countTokens(around) - overhead;
  const firstQuestion = turns.length - questions;
  const asked = tokensOf(turns.slice(firstQuestion));
  if (asked > room) {
    throw new ParleyError(
      'context-too-long',
      'Your message is too long for this model: please send a shorter one, or split it.',
    );
  }
  const mostTokens = Math.floor(Math.min(room / 2, room - asked));
  const view = createView({ turns, contents, mostTokens, pictures });
  let dropped = 0;
  let tokens = tokensOf(turns, view);
  if (tokens > room) {
    const fixed = asked + tokens - tokensOf(turns);
    const aim = fixed + (room - fixed) / 2;
    while (dropped < firstQuestion && tokens > aim) {
      tokens -= tokensOf([turns[dropped]!], view);
      dropped++;
    }
    // A conversation's first remaining line should be a person's, not the tail of an answer to nothing.
    while (dropped < firstQuestion && turns[dropped]!.role === 'assistant') {
      tokens -= tokensOf([turns[dropped]!], view);
      dropped++;
    }
  }
  const said = toMessages(turns.slice(dropped), view, drawing);
  return {
    messages: [{ role: 'system', text: system }, ...said],
    start: window.start + dropped,
    tokens,
    pictures: said.some((message) => message.pictures !== undefined),
  };
}

function toSystem(persona: string, turns: readonly Turn[]): string {
  const parts = [persona];
  if (turns.some(({ author }) => author !== undefined)) parts.push(namesRule);
  if (turns.some(({ files }) => files !== undefined)) parts.push(filesRule);
  return parts.join('\n\n');
}

/**
 * A turn as the model reads it: with its author's name in front where several people talk, and under it what came with it.
 * @param view what is in view of its files; without it only what history keeps of them is told
 */
export function turnText(turn: Pick<Turn, 'text' | 'author' | 'files'>, view?: View): string {
  const { text, author, files } = turn;
  const described = files === undefined ? '' : describeFiles(files, view?.shown);
  const said = [text, described].filter((part) => part !== '').join('\n\n');
  return author === undefined ? said : `${plainName(author.name)}: ${said}`;
}

/**
 * Models take pictures from people alone: those that Parley drew come with what is said next. That it drew them is told
 * in the form of a call of its tool: told in words, models write such words themselves instead of drawing.
 */
function toMessages(turns: readonly Turn[], view: View, drawing: Tool | undefined): readonly ChatMessage[] {
  const messages: ChatMessage[] = [];
  let drawn: readonly Picture[] = [];
  for (const turn of turns) {
    const { role, files = [] } = turn;
    const pictures = files.flatMap((file) => view.shown(file)?.picture ?? []);
    if (role === 'assistant' && files.length > 0) {
      messages.push(...toDrawing(turn, view, drawing, messages.length));
      drawn = [...drawn, ...pictures];
      continue;
    }
    const seen = role === 'user' ? [...drawn, ...pictures] : [];
    if (role === 'user') drawn = [];
    messages.push({ role, text: turnText(turn, view), ...(seen.length > 0 && { pictures: seen }) });
  }
  return messages;
}

function toDrawing(
  { text, files = [] }: Turn,
  view: View,
  drawing: Tool | undefined,
  index: number,
): readonly ChatMessage[] {
  const about = describeFiles(files, view.shown);
  const said: ChatMessage = { role: 'assistant', text };
  const inView = files.some((file) => view.shown(file)?.kind === 'picture');
  const result = `Drawn and shown to the person${inView ? '; attached to the next message for you to see' : ''}.\n${about}`;
  if (drawing === undefined)
    return [{ ...said, text: [text, result].filter((part) => part !== '').join('\n\n') }];
  // Some servers want exactly nine letters and digits.
  const id = `c${String(index).padStart(8, '0')}`;
  const prompt = files[0]?.digest ?? '';
  const call = { id, name: drawing.name, arguments: JSON.stringify({ prompt, count: files.length }) };
  return [
    { role: 'assistant', text: '', calls: [call] },
    { role: 'tool', text: result, call: id },
    // Some servers want words of the assistant between what a tool said and what a person says.
    text === '' ? { role: 'assistant', text: 'Here it is.' } : said,
  ];
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

/** Without a view: of the words alone. */
function tokensOf(turns: readonly Turn[], view?: View): number {
  const ofFiles = ({ files = [] }: Turn) =>
    files.reduce((sum, file) => sum + (view?.shown(file)?.tokens ?? 0), 0);
  return turns.reduce((sum, turn) => sum + turn.tokens + perMessage + ofFiles(turn), 0);
}

/** Told to the model where several people talk. */
const namesRule =
  'Several people talk here: each message begins with the name of its author. Do not begin yours with a name.';
/** Tokens that a chat format spends on each message beside its text. */
const perMessage = 4;
/** Tokens of a prompt beside its messages. */
const overhead = 16;
