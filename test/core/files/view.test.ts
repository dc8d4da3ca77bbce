import { describe, expect, it } from 'vitest';
import type { Content } from '../../../src/core/files/contents.ts';
import { createView, keysInView } from '../../../src/core/files/view.ts';
import type { ChatModel, Turn, TurnFile } from '../../../src/core/ports.ts';
import { createPrompt } from '../../../src/core/prompt.ts';

/** One token per character. */
const model: ChatModel = {
  id: 'counting',
  contextTokens: 12_000,
  outputTokens: 2_000,
  countTokens: (text) => text.length,
  async stream() {},
  complete: async () => ({ text: '', reason: 'stop' }),
};

function text(name: string, length: number): TurnFile {
  return { name, kind: 'text', about: 'text', digest: `${name} begins`, key: name, tokens: length };
}

function picture(name: string): TurnFile {
  return { name, kind: 'picture', about: 'PNG', key: name, tokens: 1_200 };
}

function ask(question: string, files: readonly TurnFile[], words = question): Turn {
  return { role: 'user', text: words, at: 0, tokens: words.length, question, messageId: question, files };
}

function contentsOf(turns: readonly Turn[]): Map<string, Content> {
  const all = turns.flatMap(({ files = [] }) => files);
  return new Map(
    all.map(({ name, kind, tokens }): [string, Content] => [
      name,
      kind === 'picture'
        ? { kind, mediaType: 'image/png', bytes: Buffer.from(name) }
        : { kind: 'text', text: name.charAt(0).repeat(tokens) },
    ]),
  );
}

function see(turns: readonly Turn[], mostTokens: number, pictures = true) {
  return createView({ turns, contents: contentsOf(turns), mostTokens, pictures });
}

function view(turns: readonly Turn[], mostTokens: number, pictures = true) {
  const { shown } = see(turns, mostTokens, pictures);
  const all = turns.flatMap(({ files = [] }) => files).map((file) => ({ file, shown: shown(file) }));
  return Object.fromEntries(all.flatMap((one) => (one.shown ? [[one.file.name, one.shown.tokens]] : [])));
}

describe('what is in view', () => {
  it('shares the room: short texts whole, long ones alike, the newest question first', () => {
    const older = ask('one', [text('old', 500)]);
    const newer = ask('two', [text('a', 100), text('b', 5_000), text('c', 9_000)]);
    expect(view([older, newer], 2_100)).toEqual({ a: 100, b: 1_000, c: 1_000 });
    expect(view([older, newer], 20_000)).toEqual({ old: 500, a: 100, b: 5_000, c: 9_000 });
    expect(view([older], 100)).toEqual({});
  });

  it('shows every picture of the question itself, and says for which there is no room', () => {
    const names = Array.from({ length: 16 }, (_, index) => `${index + 1}`);
    const turns = [ask('one', [picture('old')]), ask('two', names.map(picture))];
    expect(Object.keys(view(turns, 20_000))).toEqual(names);
    expect(see(turns, 20_000).left).toEqual([]);
    const few = see(turns, 17_000);
    expect(few.left.map(({ name }) => name)).toEqual(['1', '2']);
    expect(few.shown(turns[1]!.files![0]!)).toEqual({ kind: 'left', tokens: 0 });
    expect(few.shown(turns[0]!.files![0]!)).toBeUndefined();
    expect(keysInView(turns, model)).toEqual(names.toReversed());
  });

  it('shows the eight newest pictures of all questions, where there is room for them', () => {
    const turns = [
      ask('one', [picture('1'), picture('2')]),
      ask('two', Array.from('345678', picture)),
      ask('three', [picture('9')]),
    ];
    expect(Object.keys(view(turns, 20_000)).toSorted().join('')).toBe('23456789');
    expect(Object.keys(view(turns, 2_500)).toSorted().join('')).toBe('89');
    expect(Object.values(view(turns, 20_000, false))).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('is what came with the last three questions, files of a question that came in parts included', () => {
    const turns = [
      ask('one', [text('a', 10)]),
      ask('two', [text('b', 10)]),
      { ...ask('two', [text('c', 10)]), messageId: 'more' },
      { role: 'assistant', text: 'ok', at: 0, tokens: 1 } as const,
      ask('three', []),
      ask('four', [text('d', 10)]),
    ];
    expect(Object.keys(view(turns, 1_000)).toSorted()).toEqual(['b', 'c', 'd']);
    expect(keysInView(turns, model)).toEqual(['d', 'c', 'b']);
  });

  it('is looked up no further than prompts can show', () => {
    const turns = [
      ask('one', [...Array.from('123456789', picture), text('a', 9_000), text('b', 9_000), text('c', 9_000)]),
    ];
    expect(keysInView(turns, model).join('')).toBe('cb987654321');
  });
});

describe('a prompt with files', () => {
  const persona = 'Be kind.';
  function lay(turns: readonly Turn[], share = 1) {
    return createPrompt({
      ...{ persona, model, share, questions: 1 },
      window: { start: 0, turns },
      contents: contentsOf(turns),
    });
  }

  it('gives files half of its room, so that no file makes it too long', () => {
    const prompt = lay([ask('q', [text('x', 400_000), text('y', 400_000)])]);
    const said = prompt.messages.at(-1)!.text;
    expect(said.length).toBeGreaterThan(4_000);
    expect(said.length).toBeLessThan(5_300);
    expect(prompt.tokens).toBeLessThan(10_000);
    expect(lay([ask('q', [text('x', 400_000)])], 0.5).messages.at(-1)!.text.length).toBeLessThan(2_700);
  });

  it('leaves files what a long question leaves', () => {
    const prompt = lay([ask('q', [text('x', 400_000)], 'q'.repeat(8_000))]);
    expect(prompt.tokens).toBeLessThanOrEqual(10_000);
    expect(prompt.messages.at(-1)!.text).toContain('characters left out');
  });

  it('does not forget all of the conversation over a file', () => {
    const turns: Turn[] = [];
    for (let round = 0; round < 12; round++) {
      turns.push({ ...ask(`q${round}`, [], `question ${round} ${'x'.repeat(300)}`) });
      turns.push({ role: 'assistant', text: 'y'.repeat(300), at: 0, tokens: 300 });
    }
    const prompt = lay([...turns, ask('last', [text('x', 50_000)])]);
    expect(prompt.start).toBeGreaterThan(0);
    expect(prompt.messages.length).toBeGreaterThan(6);
    expect(prompt.messages.reduce((sum, { text: said }) => sum + said.length, 0)).toBeLessThan(10_000);
  });
});
