import type { Saying } from './conversation.ts';

/** Something that a person told of themselves: `my favourite colour is teal`. */
export interface Fact {
  readonly speaker?: string;
  /** `favourite colour`, `name`; empty for what somebody said to be (`I am a nurse`). */
  readonly topic: string;
  /** `teal`, `a nurse`. */
  readonly value: string;
}

const questionWord =
  /^(?:and |so |but |ok(?:ay)?,? |please,? )*(?:what|which|who|whose|when|where|how|why|do|does|did|is|are|can|could|tell me)\b/i;
const ownThing =
  /\bmy ([\p{L}\p{N}' -]{1,60}?) (?:is|are|was|were|will be) (?:called |named )?([^.!?;\n]{1,120})/iu;
const nickname = /\b(?:call me|my name's) ([^.!?,;\n]{1,60})/i;
const self = /\bI(?: am|'m) ([^.!?;\n]{1,120})/i;

/** All that was told, oldest first; questions tell nothing. */
export function readFacts(sayings: readonly Saying[]): Fact[] {
  return sayings.flatMap(({ speaker, text }) =>
    toSentences(text).flatMap((sentence) => {
      const fact = readFact(sentence);
      return fact === undefined ? [] : [{ ...fact, ...(speaker !== undefined && { speaker }) }];
    }),
  );
}

/** `favourite colour` for `what is my favorite color?`; `undefined` for anything else. */
export function readAskedTopic(text: string): string | undefined {
  const sentence = toPlain(text);
  if (/\bwho am i\b/i.test(sentence)) return 'name';
  if (!questionWord.test(sentence) && !/\b(?:remember|remind me|know|forgot(?:ten)?)\b/i.test(sentence))
    return undefined;
  // The last "my" counts: "do you know what my dog is called" asks for the dog.
  const [, topic] =
    /.*\bmy ([\p{L}\p{N}' -]{1,60}?)(?: (?:is|are|was|were|called|again|please)\b.*)?$/iu.exec(sentence) ??
    [];
  return topic === undefined ? undefined : toTopic(topic);
}

function readFact(sentence: string): Omit<Fact, 'speaker'> | undefined {
  const plain = toPlain(sentence);
  if (sentence.trimEnd().endsWith('?') || questionWord.test(plain)) return undefined;
  const [, name] = nickname.exec(plain) ?? [];
  if (name !== undefined) return { topic: 'name', value: name.trim() };
  const [, thing, value] = ownThing.exec(plain) ?? [];
  if (thing !== undefined && value !== undefined) return { topic: toTopic(thing), value: value.trim() };
  const [, being] = self.exec(plain) ?? [];
  if (being === undefined) return undefined;
  // "I am Sam" is a name; "I am tired" and "I am a nurse" are not.
  return { topic: /^\p{Lu}[\p{L}'-]*$/u.test(being.trim()) ? 'name' : '', value: being.trim() };
}

function toSentences(text: string): string[] {
  return text.match(/[^.!?\n]+[.!?]*/g) ?? [];
}

function toPlain(text: string): string {
  return text
    .replace(/[’‘]/g, "'")
    .replace(/\s+/g, ' ')
    .replace(/[\s?!.]+$/, '')
    .trim();
}

function toTopic(words: string): string {
  return words
    .toLowerCase()
    .replace(/\bfavorite\b/g, 'favourite')
    .replace(/\bcolor\b/g, 'colour')
    .trim();
}
