import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ChatMessage } from '../../src/core/ports.ts';
import { longestText } from '../../src/models/demo/showcase.ts';
import { createDemoModel } from '../../src/models/demo.ts';
import { collect, textOf } from '../fakes/model-events.ts';

const forever = new AbortController().signal;
const model = createDemoModel({ tokensPerSecond: Number.POSITIVE_INFINITY });

/** Says one thing after the other; the answers, without the first one's introduction. */
async function talk(...sayings: readonly string[]): Promise<string[]> {
  const messages: ChatMessage[] = [{ role: 'system', text: 'You are Parley.' }];
  const answers: string[] = [];
  for (const text of sayings) {
    messages.push({ role: 'user', text });
    const answer = (await model.complete({ messages }, forever)).text;
    messages.push({ role: 'assistant', text: answer });
    answers.push(answer.replace(/^\*\*This is the demo model.*?\n\n/s, ''));
  }
  return answers;
}

async function lastOf(...sayings: readonly string[]): Promise<string> {
  return (await talk(...sayings)).at(-1)!;
}

describe('introduction', () => {
  test('the first reply of a conversation says what it is and how to get a real model', async () => {
    const { text } = await model.complete({ messages: [{ role: 'user', text: 'hi' }] }, forever);
    expect(text).toMatch(/^\*\*This is the demo model\.\*\*/);
    expect(text).toContain('OPENAI_API_KEY');
  });

  test('later replies do not', async () => {
    const messages: ChatMessage[] = [
      { role: 'user', text: 'hi' },
      { role: 'assistant', text: 'hello' },
      { role: 'user', text: 'hi' },
    ];
    expect((await model.complete({ messages }, forever)).text).not.toContain('demo model');
  });
});

describe('memory', () => {
  test.each([
    ['my favourite colour is teal', 'what is my favourite colour?', 'teal'],
    ['My favorite color is teal.', "What's my favourite colour", 'teal'],
    ['my favourite colour is teal', 'do you remember what my favourite colour is?', 'teal'],
    ['Hi there! My dog is called Rex. He barks.', 'please remind me: what is my dog called?', 'Rex'],
    ['my commute is long', 'what is my commute?', 'long'],
    ['Please call me Captain', 'who am I?', 'Captain'],
    ['I’m Sam', 'what’s my name?', 'Sam'],
    ['I am a nurse', 'who am I', 'a nurse'],
    ['my favourite colour is teal', 'what do you know about me?', 'favourite colour: **teal**'],
    ['the boat leaves at nine', 'what did I say first?', 'the boat leaves at nine'],
    ['the boat leaves at nine', 'what did I just say?', 'the boat leaves at nine'],
    ['the boat leaves at nine', 'what did we talk about?', '1. the boat leaves at nine'],
    ['the boat leaves at nine', 'How many messages did I send?', 'message number **2**'],
    ['show me a list', 'what did you say?', 'Ask'],
  ])('%s - %s', async (told, asked, expected) => {
    expect(await lastOf(told, asked)).toContain(expected);
    expect(await lastOf(asked)).not.toContain(expected);
  });

  test('the last word counts, also after other talk', async () => {
    const answer = await lastOf(
      'my team is red',
      'show me a table',
      'my team is blue',
      'hello',
      'what is my team?',
    );
    expect(answer).toContain('**blue**');
    expect(answer).not.toContain('red');
  });

  test('people in a shared thread are told apart', async () => {
    const told = ['Ada: my favourite colour is teal', 'Grace Hopper: my favourite colour is navy'];
    expect(await lastOf(...told, 'Ada: what is my favourite colour?')).toContain('**teal**');
    expect(await lastOf(...told, 'Grace Hopper: what is my favourite colour?')).toContain('**navy**');
    const third = await lastOf(...told, 'Linus: what is my favourite colour?');
    expect(third).toContain('You have not told me');
    expect(third).toContain('Grace Hopper told me theirs');
  });

  test('what was not told is not made up', async () => {
    expect(await lastOf('hello', 'what is my shoe size?')).toContain('You have not told me your shoe size');
  });

  test('a question tells nothing', async () => {
    expect(await lastOf('is my car red?', 'what is my car?')).toContain('You have not told me your car');
  });
});

describe('showcase', () => {
  test.each([
    ['show me markdown', /^## .*^### .*^\| --- .*^```ts$.*^> /ms],
    ['give me a table please', /^\| --- \|/m],
    ['write some code', /^```ts$.*^```$/ms],
    ['a list', /^1\. .*^ {3}- /ms],
    ['tell me a long story', /^.{3000}$/s],
  ])('%s', async (wish, shape) => {
    expect(await lastOf('hi', wish)).toMatch(shape);
  });

  test.each([
    ['write 5000 characters', 5000],
    ['Ada: write 5,000 characters', 5000],
    ['write 1 character', 1],
    ['write 2001 characters of code', 2001],
    ['write 100 words', 600],
    ['write 3 pages', 6000],
    ['write 9999999 characters', longestText],
  ])('%s: exactly as many, without blanks at its ends', async (wish, length) => {
    const answer = await lastOf('hi', wish);
    expect(answer).toHaveLength(length);
    expect(answer.trim()).toHaveLength(length);
  });

  test('the longest text fits into what is kept back for the answer', () => {
    expect(model.countTokens('x'.repeat(longestText))).toBeLessThanOrEqual(model.outputTokens);
  });

  test.each(['', '😀', '   ', '```', 'Ada: ', 'line\r\nline', 'x'.repeat(6000)])(
    'has something to say to %j',
    async (text) => {
      const answer = await lastOf('hi', text);
      expect(answer.trim()).not.toBe('');
      expect(answer.length).toBeLessThan(1000);
    },
  );
});

describe('pace', () => {
  afterEach(() => void vi.useRealTimers());

  test('so many words a second, word by word', async () => {
    vi.useFakeTimers();
    const start = performance.now();
    const messages: ChatMessage[] = [{ role: 'user', text: 'hello' }];
    const reading = collect(createDemoModel({ tokensPerSecond: 10 }), { messages });
    await vi.runAllTimersAsync();
    const events = await reading;
    const words = textOf(events).match(/\S+/g)!.length;
    expect(events).toHaveLength(words + 1);
    expect(performance.now() - start).toBe((words - 1) * 100);
  });

  test('an abort leaves no timer behind', async () => {
    vi.useFakeTimers();
    const controller = new AbortController();
    const messages: ChatMessage[] = [{ role: 'user', text: 'hello' }];
    const next = createDemoModel().stream({ messages }, controller.signal, () => undefined);
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(1);
    controller.abort(new Error('stop'));
    await expect(next).rejects.toThrow('stop');
    expect(vi.getTimerCount()).toBe(0);
  });
});
