import type { ChatMessage, Tool, ToolCall } from '../../core/ports.ts';
import { readSayings, type Saying, toQuotation } from './conversation.ts';
import { declineDrawing, reportDrawing, toDrawingCall } from './drawing.ts';
import { readFacts } from './facts.ts';
import { describeFiles } from './files.ts';
import { recall } from './recall.ts';
import { code, everything, list, table, writeCharacters, writeCode } from './showcase.ts';

const notice = `**This is the demo model.** It runs inside Parley, answers with ready-made words and costs nothing. For real answers set \`OPENAI_API_KEY\` (keys are made at platform.openai.com/api-keys) and start Parley again.

`;

const abilities = `Try one of these:

- \`my favourite colour is teal\`, and later \`what is my favourite colour?\`
- \`what did I say first?\`, \`how many messages?\`, \`what did we talk about?\`
- \`show me markdown\`, or a \`table\`, a \`list\`, \`code\`
- \`write 5000 characters\`, or \`write 5000 characters of code\`
- \`draw a sea otter\`, and then \`make it blue\``;

/** What the demo model does about a conversation: it says something, or calls a tool. */
export interface DemoAnswer {
  readonly text: string;
  readonly call?: ToolCall;
}

/** The demo model's answer to a conversation: always the same to the same messages. */
export function answerAsDemo(messages: readonly ChatMessage[], tools: readonly Tool[] = []): DemoAnswer {
  const asked = messages.findLastIndex((message) => message.role === 'user');
  const isFirst = !messages.slice(0, Math.max(0, asked)).some((message) => message.role === 'assistant');
  const sayings = readSayings(messages);
  const question = sayings.at(-1) ?? { text: '' };
  const last = messages.at(-1);
  const call = last?.role === 'tool' ? undefined : toDrawingCall(question, messages, tools);
  if (call !== undefined) return { text: '', call };
  const answer = last?.role === 'tool' ? reportDrawing(last) : toWords(question, sayings, messages);
  return { text: isFirst ? notice + answer : answer };
}

function toWords(question: Saying, sayings: readonly Saying[], messages: readonly ChatMessage[]): string {
  return (
    describeFiles(fileAskedFor(question, sayings)) ??
    declineDrawing(question) ??
    writeToLength(question.text) ??
    recall(question, sayings.slice(0, -1), messages) ??
    acknowledge(question) ??
    show(question.text) ??
    greet(question) ??
    shrug(question)
  );
}

/** What came with a question, or what came before where it asks for that. */
function fileAskedFor(question: Saying, sayings: readonly Saying[]): Saying | undefined {
  if (question.files !== undefined) return question;
  if (
    !/\b(?:files?|pictures?|images?|photos?|screenshots?|documents?|pdf|recordings?)\b/i.test(question.text)
  )
    return undefined;
  return sayings.findLast(({ files }) => files !== undefined);
}

function writeToLength(text: string): string | undefined {
  const [, figure, unit] =
    /\b(\d[\d,. ]*)\s*(characters?|chars?|letters?|words?|paragraphs?|pages?)\b/i.exec(text) ?? [];
  if (figure === undefined || unit === undefined) return undefined;
  const characters = Number(figure.replace(/\D/g, '')) * charactersPer(unit.toLowerCase());
  return /\bcode\b/i.test(text) ? writeCode(characters) : writeCharacters(characters);
}

function charactersPer(unit: string): number {
  if (unit.startsWith('word')) return 6;
  if (unit.startsWith('paragraph')) return 150;
  return unit.startsWith('page') ? 2000 : 1;
}

function acknowledge(question: Saying): string | undefined {
  const facts = readFacts([question]);
  if (facts.length === 0) return undefined;
  const told = facts.map(({ topic, value }) =>
    topic === '' ? `you are **${value}**` : `your ${topic} is **${value}**`,
  );
  const name = facts.find((fact) => fact.topic === 'name')?.value;
  return `${name === undefined ? 'Noted' : `Nice to meet you, ${name}`}: ${told.join(', and ')}. Ask me about it later in this conversation.`;
}

function show(text: string): string | undefined {
  if (/(?<!how )\blong\b|\b(?:essay|story|novel|in detail|at length)\b/i.test(text))
    return writeCharacters(3000);
  if (/\btables?\b/i.test(text)) return table;
  if (/\b(?:code|function|program|typescript|javascript|python)\b/i.test(text)) return code;
  if (/\b(?:lists?|steps)\b/i.test(text)) return list;
  return /\bmarkdown\b|\bformat|\bshow me\b|\bdemo\b/i.test(text) ? everything : undefined;
}

function greet({ speaker, text }: Saying): string | undefined {
  if (/^(?:hi|hello|hey|good (?:morning|evening|day)|moin|hallo)\b/i.test(text)) {
    return `Hello${speaker === undefined ? '' : `, ${speaker}`}! ${abilities}`;
  }
  if (/\b(?:help|who are you|what are you|what can you do)\b/i.test(text)) {
    return `I am Parley's demo model: I remember what is said in this conversation and can show what answers look like. ${abilities}`;
  }
  return /\bthank(?:s| you)\b|\bcheers\b/i.test(text) ? 'You are welcome.' : undefined;
}

function shrug({ text }: Saying): string {
  const words = text === '' ? 'nothing that I could read' : `"${toQuotation(text)}"`;
  return `You said ${words}. A demo has no answer to that, a real model would. ${abilities}`;
}
