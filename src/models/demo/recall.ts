import type { ChatMessage } from '../../core/ports.ts';
import { type Saying, toQuotation } from './conversation.ts';
import { type Fact, readAskedTopic, readFacts } from './facts.ts';

/** Most sayings that are recited at once. */
const mostRecited = 10;

/** The answer to a question about what was said earlier; `undefined` where it is not such a question. */
export function recall(
  question: Saying,
  earlier: readonly Saying[],
  messages: readonly ChatMessage[],
): string | undefined {
  const { text } = question;
  if (/\bhow many (?:messages|questions|things|times)\b/i.test(text)) return count(earlier, messages);
  if (/\bwhat did you (?:just )?(?:say|answer|write|tell)\b/i.test(text)) return repeatOwn(messages);
  if (
    /\b(?:what|which)\b.*\bfirst\b.*\b(?:say|said|ask|asked|message|question|thing)\b|\bmy first (?:message|question)\b|\bdid (?:I|we) (?:say|ask) first\b/i.test(
      text,
    )
  ) {
    return quote(earlier[0], 'first');
  }
  if (
    /\bwhat did I (?:just )?(?:say|ask|write|tell you)(?: (?:last|before|just now|a moment ago))?\b|\bmy (?:last|previous) (?:message|question)\b/i.test(
      text,
    )
  ) {
    return /\bjust\b|\blast\b|\bbefore\b|\bmoment\b|\bprevious\b/i.test(text)
      ? quote(earlier.at(-1), 'last')
      : recite(earlier);
  }
  if (/\btalk(?:ed|ing)? about\b|\brecap\b|\bsummar|\bhave I (?:said|asked)\b|\bso far\b/i.test(text))
    return recite(earlier);
  if (/\b(?:know|remember|told you) about me\b/i.test(text)) return describe(question, readFacts(earlier));
  const topic = readAskedTopic(text);
  return topic === undefined ? undefined : tell(topic, question, readFacts(earlier));
}

function tell(topic: string, { speaker }: Saying, facts: readonly Fact[]): string {
  const known = facts.filter((fact) => fact.topic === topic || (topic === 'name' && fact.topic === ''));
  const own = known.filter((fact) => isOwn(fact, speaker));
  // A name says more of who somebody is than what they said to be.
  const answer = own.findLast((fact) => fact.topic === topic) ?? own.at(-1);
  if (answer !== undefined) {
    return answer.topic === ''
      ? `You told me that you are **${answer.value}**.`
      : `Your ${topic} is **${answer.value}**: you told me earlier in this conversation.`;
  }
  const other = known.at(-1);
  const hint =
    other?.speaker === undefined
      ? ''
      : ` ${other.speaker} told me theirs (${other.value}), but that is not yours.`;
  return `You have not told me your ${topic} in this conversation.${hint} Say \`my ${topic} is …\` and I will remember it.`;
}

function describe({ speaker }: Saying, facts: readonly Fact[]): string {
  const own = facts.filter((fact) => isOwn(fact, speaker));
  if (own.length === 0)
    return 'Nothing yet: you have not told me anything about yourself in this conversation.';
  // A later word on the same topic replaces the earlier one.
  const lines = new Map(own.map(({ topic, value }) => [topic === '' ? value : topic, toLine(topic, value)]));
  return `This is what you told me:\n\n${[...lines.values()].join('\n')}`;
}

function toLine(topic: string, value: string): string {
  return topic === '' ? `- you are **${value}**` : `- your ${topic}: **${value}**`;
}

/** What was said without a name belongs to whoever asks: the thread has one person. */
function isOwn(fact: Fact, speaker: string | undefined): boolean {
  return speaker === undefined || fact.speaker === undefined || fact.speaker === speaker;
}

function count(earlier: readonly Saying[], messages: readonly ChatMessage[]): string {
  const answers = messages.filter(isAnswer).length;
  const sent = earlier.length + 1;
  return `This is message number **${sent}** of this conversation, and I have answered ${answers === 1 ? 'once' : `${answers} times`} before.`;
}

function repeatOwn(messages: readonly ChatMessage[]): string {
  const last = messages.findLast(isAnswer);
  return last === undefined ? 'I have not said anything yet.' : `I said:\n\n> ${toQuotation(last.text, 300)}`;
}

/** A call of a tool is none. */
function isAnswer({ role, text }: ChatMessage): boolean {
  return role === 'assistant' && text !== '';
}

function quote(saying: Saying | undefined, which: 'first' | 'last'): string {
  if (saying === undefined) return 'This is the first thing that was said here.';
  const who = saying.speaker === undefined ? 'you said' : `${saying.speaker} said`;
  return `${which === 'first' ? 'First' : 'Last'} ${who}:\n\n> ${toQuotation(saying.text)}`;
}

function recite(earlier: readonly Saying[]): string {
  if (earlier.length === 0) return 'Nothing yet: this is the first message of our conversation.';
  const start = Math.max(0, earlier.length - mostRecited);
  const lines = earlier.slice(start).map(({ speaker, text }, index) => {
    const who = speaker === undefined ? '' : `${speaker}: `;
    return `${start + index + 1}. ${who}${toQuotation(text)}`;
  });
  const hidden = start === 0 ? '' : ` (the first ${start} left out)`;
  return `So far${hidden}:\n\n${lines.join('\n')}`;
}
