import type { ChatMessage, Tool, ToolCall } from '../../core/ports.ts';
import { type Saying, toQuotation } from './conversation.ts';

/** What somebody wants drawn, in the words of the tool's arguments. */
interface DrawingWish {
  readonly prompt: string;
  readonly count?: number;
  readonly size?: string;
  readonly background?: string;
  readonly edit?: boolean;
}

/** The call that a question asks for; `undefined` where it asks for no picture, or there is no tool that makes any. */
export function toDrawingCall(
  question: Saying,
  messages: readonly ChatMessage[],
  tools: readonly Tool[],
): ToolCall | undefined {
  const tool = tools.find(({ name }) => name === 'make_image');
  const wish =
    tool && (readDrawing(question.text) ?? (hasPicture(messages) ? readChange(question.text) : undefined));
  if (tool === undefined || wish === undefined) return undefined;
  const { properties } = tool.parameters;
  const known = Object.entries(wish).filter(([name]) => Object.hasOwn(properties ?? {}, name));
  return {
    id: `call_demo_${messages.length}`,
    name: tool.name,
    arguments: JSON.stringify(Object.fromEntries(known)),
  };
}

/** Said where somebody wants a picture and there is no tool for it. */
export function declineDrawing({ text }: Saying): string | undefined {
  const wish = readDrawing(text);
  return (
    wish &&
    `I can’t draw here. Where Parley makes pictures, this command does it: \`/image ${toQuotation(wish.prompt, 80).replaceAll('`', "'")}\``
  );
}

/** What is said once a tool has answered. */
export function reportDrawing({ text }: ChatMessage): string {
  const [, first = text, second = ''] = /^(.*?[.!?])(?:\s+(.*))?$/s.exec(text.trim()) ?? [];
  // What follows is mostly meant for the model alone.
  const said = first.length < shortSentence ? `${first} ${second}` : first;
  return `This is what came of it: "${toQuotation(said, 240)}"`;
}

function readDrawing(text: string): DrawingWish | undefined {
  const [, drawn] = drawPattern.exec(text) ?? [];
  const [, figure, described] = drawn === undefined ? (picturePattern.exec(text) ?? []) : [];
  const subject = (drawn ?? described)?.replace(/[\s.!?]+$/, '');
  if (subject === undefined || subject === '') return undefined;
  const [, count = figure] =
    /^(\w+) (?:pictures?|images?|drawings?|paintings?|photos?) of /i.exec(subject) ?? [];
  const prompt = subject.replace(/^\w+ (?:pictures?|images?|drawings?|paintings?|photos?) of /i, '');
  return { prompt, ...toCount(count), ...toShape(text) };
}

function readChange(text: string): DrawingWish | undefined {
  return changePattern.test(text) ? { prompt: text.trim(), edit: true, ...toShape(text) } : undefined;
}

function toCount(figure = ''): Pick<DrawingWish, 'count'> {
  const count = Number(figure) || numbers.indexOf(figure.toLowerCase());
  return count > 1 ? { count } : {};
}

function toShape(text: string): Pick<DrawingWish, 'size' | 'background'> {
  const [size] = /\b\d{3,4}x\d{3,4}\b/.exec(text) ?? [];
  const format = /\b(?:portrait|tall|vertical) (?:format|shape|size)\b/i.test(text)
    ? '1024x1536'
    : /\b(?:landscape|wide|horizontal) (?:format|shape|size)\b/i.test(text)
      ? '1536x1024'
      : undefined;
  const shape = size ?? format;
  return {
    ...(shape !== undefined && { size: shape }),
    ...(/\btransparent\b/i.test(text) && { background: 'transparent' }),
  };
}

/** True where there is one in the conversation, sent or made. */
function hasPicture(messages: readonly ChatMessage[]): boolean {
  return messages.some(
    ({ role, text, pictures }) => role === 'tool' || pictures !== undefined || text.includes('[Picture “'),
  );
}

const polite = `^(?:(?:please|now|ok(?:ay)?|and|can you|could you|would you|i want you to|i'd like you to)[, ]+)*`;
const drawPattern = new RegExp(
  String.raw`${polite}(?:draw|paint|sketch|illustrate)(?: me| us)? (\S.*)$`,
  'is',
);
const picturePattern = new RegExp(
  String.raw`${polite}(?:make|create|generate|give|show|send|i want|i'd like)(?: me| us)? (\w+) (?:\w+ )?(?:pictures?|images?|drawings?|paintings?|photos?|illustrations?|logos?) (?:of|with|showing|for) (\S.*)$`,
  'is',
);
const changePattern = new RegExp(
  String.raw`${polite}(?:(?:make|turn|paint|colou?r|change|edit)\b.*\b(?:it|that|this|them|(?:the|its) \w+)\b|(?:give|put|add|remove)\b.*\b(?:it|its|them)\b)|^(?:now|but|and)[, ]+(?:with|without|in|as) `,
  'is',
);
const numbers = ['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const shortSentence = 25;
