import { describe, expect, test } from 'vitest';
import type { ChatMessage, Tool, ToolCall } from '../../src/core/ports.ts';
import { createDemoModel } from '../../src/models/demo.ts';
import { collect, textOf } from '../fakes/model-events.ts';

const forever = new AbortController().signal;
const model = createDemoModel({ tokensPerSecond: Number.POSITIVE_INFINITY });
const properties = Object.fromEntries(
  ['prompt', 'count', 'size', 'background', 'edit'].map((name) => [name, {}]),
);
const tool: Tool = { name: 'make_image', description: '', parameters: { type: 'object', properties } };

async function ask(messages: readonly ChatMessage[], tools: readonly Tool[] = [tool]) {
  const events = await collect(model, { messages, tools });
  const call = events.find((event) => event.type === 'tool-call')?.call;
  return {
    text: textOf(events),
    call,
    wish: call && JSON.parse(call.arguments),
    end: events.at(-1),
  };
}

const say = (text: string): ChatMessage => ({ role: 'user', text });
const drawn: ToolCall = { id: 'call_1', name: 'make_image', arguments: '{"prompt":"a sea otter"}' };
const history: readonly ChatMessage[] = [
  say('draw a sea otter'),
  { role: 'assistant', text: '', calls: [drawn] },
  { role: 'tool', text: 'Drawn: [Picture “a-sea-otter-1.png”: PNG picture]', call: 'call_1' },
  { role: 'assistant', text: 'There it is.' },
];

describe('with the tool', () => {
  test.each([
    ['draw a sea otter', { prompt: 'a sea otter' }],
    ['Ada: please draw me a red kite!', { prompt: 'a red kite' }],
    ['Could you paint two pictures of a barn', { prompt: 'a barn', count: 2 }],
    ['make a picture of the sea', { prompt: 'the sea' }],
    [
      'create 3 images of a walrus in portrait format',
      { prompt: 'a walrus in portrait format', count: 3, size: '1024x1536' },
    ],
    ['make a small picture of a cat', { prompt: 'a cat' }],
    [
      'sketch a logo on transparent ground, 1536x1024',
      {
        prompt: 'a logo on transparent ground, 1536x1024',
        size: '1536x1024',
        background: 'transparent',
      },
    ],
  ])('%s', async (words, wish) => {
    const answer = await ask([say(words)]);
    expect(answer.call?.name).toBe('make_image');
    expect(answer.wish).toEqual(wish);
    expect(answer).toMatchObject({ text: '', end: { type: 'finish', reason: 'stop' } });
  });

  test.each(['make it blue', 'now with a hat', 'please change the sky to pink', 'give it a hat'])(
    '%s: works from what was drawn',
    async (words) => {
      expect((await ask([...history, say(words)])).wish).toEqual({ prompt: words, edit: true });
      expect((await ask([say(words)])).call).toBeUndefined();
    },
  );

  test('works from a picture that was sent', async () => {
    const pictures = [{ mediaType: 'image/png', bytes: new Uint8Array(1) }] as const;
    const sent: ChatMessage = {
      role: 'user',
      text: 'make it blue\n\n[Picture “cat.png”: PNG picture]',
      pictures,
    };
    expect((await ask([sent])).wish).toEqual({ prompt: 'make it blue', edit: true });
  });

  test.each([
    'hello',
    'what did I say first?',
    'show me a table',
    'in what year?',
    'my favourite colour is teal',
  ])('%s: is no wish for a picture', async (words) => {
    expect((await ask([...history, say(words)])).call).toBeUndefined();
  });

  test('gives only what the tool knows', async () => {
    const small: Tool = { ...tool, parameters: { type: 'object', properties: { prompt: {} } } };
    expect((await ask([say('draw two pictures of a cat')], [small])).wish).toEqual({ prompt: 'a cat' });
  });

  test('says what came of it in one sentence, and goes on talking', async () => {
    const done = history.slice(0, 3);
    const { text, call } = await ask(done);
    expect(call).toBeUndefined();
    expect(text).toMatch(/^\*\*This is the demo model.*This is what came of it: "Drawn: .*otter-1\.png/s);
    const failed: ChatMessage = {
      role: 'tool',
      text: 'Nothing was drawn. You have made enough.',
      call: 'call_1',
    };
    expect((await ask([...done.slice(0, 2), failed])).text).toContain('enough');
    expect((await ask([...history, say('what did you say?')])).text).toContain('There it is.');
    expect((await ask([...history, say('how many messages?')])).text).toContain('answered once');
  });
});

describe('without the tool', () => {
  test('says that it can’t draw, and what can', async () => {
    const { text, call } = await ask([...history, say('draw a red kite')], []);
    expect(call).toBeUndefined();
    expect(text).toBe(
      'I can’t draw here. Where Parley makes pictures, this command does it: `/image a red kite`',
    );
    expect((await model.complete({ messages: [say('draw a cat')], tools: [tool] }, forever)).text).toContain(
      'can’t draw here',
    );
  });
});
