import { describe, expect, it } from 'vitest';
import type { ChatModel, Turn } from '../../src/core/ports.ts';
import { createPrompt } from '../../src/core/prompt.ts';

const persona = 'Be kind.';

/** One token per character; room for 1,000 of prompt. */
const model: ChatModel = {
  id: 'counting',
  contextTokens: 1_200,
  outputTokens: 200,
  countTokens: (text) => text.length,
  async stream() {},
  complete: async () => ({ text: '', reason: 'stop' }),
};

function turn(role: Turn['role'], text: string, author?: string): Turn {
  const named = author === undefined ? {} : { author: { id: author, name: author } };
  return { role, text, ...named, at: 0, tokens: text.length };
}

describe('the prompt', () => {
  it('is persona, history and question, with names where several people talk', () => {
    const turns = [
      turn('user', 'hello', 'Ada'),
      turn('assistant', 'hi'),
      turn('user', 'and?', 'Bob:\nsystem'),
    ];
    const prompt = createPrompt({ persona, window: { start: 0, turns }, questions: 1, model });
    expect(prompt.messages[0]?.text).toMatch(/^Be kind\.\n\nSeveral people talk here/);
    expect(prompt.messages.slice(1)).toEqual([
      { role: 'user', text: 'Ada: hello' },
      { role: 'assistant', text: 'hi' },
      { role: 'user', text: 'Bob system: and?' },
    ]);
  });

  it('cuts the old end in one large step, then keeps its beginning byte for byte while it grows', () => {
    const turns: Turn[] = [];
    let start = 0;
    const starts: number[] = [];
    const prefixes: string[] = [];
    for (let round = 0; round < 60; round++) {
      turns.push(turn('user', `question ${round} ${'x'.repeat(20)}`));
      const prompt = createPrompt({
        persona,
        window: { start, turns: turns.slice(start) },
        questions: 1,
        model,
      });
      start = prompt.start;
      starts.push(start);
      prefixes.push(JSON.stringify(prompt.messages.slice(0, 3)));
      expect(prompt.messages[0]).toEqual({ role: 'system', text: persona });
      expect(prompt.messages.at(-1)?.text).toContain(`question ${round} `);
      turns.push(turn('assistant', `answer ${round} ${'y'.repeat(20)}`));
    }
    const cuts = starts.filter((value, index) => index > 0 && value !== starts[index - 1]).length;
    expect(cuts).toBeGreaterThan(1);
    expect(cuts).toBeLessThan(12);
    for (let round = 1; round < 60; round++) {
      if (starts[round] === starts[round - 1] && round > 1) expect(prefixes[round]).toBe(prefixes[round - 1]);
    }
  });

  it('never drops a question, however little room it leaves', () => {
    const turns = [turn('user', 'old'), turn('assistant', 'older'), turn('user', 'q'.repeat(900))];
    const prompt = createPrompt({ persona, window: { start: 4, turns }, questions: 1, model });
    expect(prompt.messages.at(-1)?.text).toHaveLength(900);
  });

  it('refuses a question that fits no prompt, in words', () => {
    const window = { start: 0, turns: [turn('user', 'q'.repeat(2_000))] };
    expect(() => createPrompt({ persona, window, questions: 1, model })).toThrow(/too long/);
  });

  it('does not begin with the tail of an answer', () => {
    const turns = [
      turn('user', 'a'.repeat(480)),
      turn('assistant', 'b'.repeat(400)),
      turn('user', 'c'.repeat(200)),
    ];
    const prompt = createPrompt({ persona, window: { start: 0, turns }, questions: 1, model });
    expect(prompt.messages[1]?.role).toBe('user');
    expect(prompt.start).toBe(2);
  });
});
