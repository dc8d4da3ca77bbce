import { describe, expect, test } from 'vitest';
import type { ChatRequest, ModelEvent, Tool } from '../../src/core/ports.ts';
import { collect } from '../fakes/model-events.ts';
import { byHand, failure, text, toolCalls } from '../servers/openai.ts';
import { forever, useOpenAi } from './openai-fixture.ts';

const openAi = useOpenAi();

const tool: Tool = {
  name: 'make_image',
  description: 'Draws.',
  parameters: { type: 'object', properties: { prompt: { type: 'string' } } },
};
const request: ChatRequest = { messages: [{ role: 'user', text: 'draw an otter' }], tools: [tool] };
const json = '{"prompt": "an otter, “smiling” 🦦"}';

const ask = (change: Partial<ChatRequest> = {}) => collect(openAi.createModel(), { ...request, ...change });

function callsOf(events: readonly ModelEvent[]) {
  return events.flatMap((event) => (event.type === 'tool-call' ? [event.call] : []));
}

describe('what is sent', () => {
  test('the tools, where there are any', async () => {
    await ask();
    expect(openAi.server.requests[0]?.body.tools).toEqual([{ type: 'function', function: tool }]);
    await ask({ tools: [] });
    expect(openAi.server.requests[1]?.body).not.toHaveProperty('tools');
    await openAi.createModel().complete(request, forever);
    expect(openAi.server.requests[2]?.body).not.toHaveProperty('tools');
  });

  test('calls and what came of them', async () => {
    const call = { id: 'call_7', name: 'make_image', arguments: json };
    await ask({
      messages: [
        { role: 'user', text: 'draw an otter' },
        { role: 'assistant', text: '', calls: [call] },
        { role: 'tool', text: 'Drawn.', call: 'call_7' },
        { role: 'assistant', text: 'Once more:', calls: [call] },
        { role: 'tool', text: '', call: 'call_7' },
      ],
    });
    const tool_calls = [
      { id: 'call_7', type: 'function', function: { name: 'make_image', arguments: json } },
    ];
    expect(openAi.server.requests[0]?.body.messages).toEqual([
      { role: 'user', content: 'draw an otter' },
      { role: 'assistant', content: null, tool_calls },
      { role: 'tool', content: 'Drawn.', tool_call_id: 'call_7' },
      { role: 'assistant', content: 'Once more:', tool_calls },
      { role: 'tool', content: '', tool_call_id: 'call_7' },
    ]);
  });
});

describe('calls that come', () => {
  const two = [
    { name: 'make_image', arguments: json, id: 'call_a' },
    { name: 'look_up', arguments: '{}', id: 'call_b' },
  ];

  test.each([
    ['in pieces', {}],
    ['letter by letter', { pieceSize: 1 }],
    ['whole', { pieceSize: Number.POSITIVE_INFINITY }],
    ['in pieces, without a number', { numbered: false }],
    ['whole, without a number', { pieceSize: Number.POSITIVE_INFINITY, numbered: false }],
    ['with another reason', { finishReason: 'stop' }],
  ])('%s', async (_name, options) => {
    openAi.server.script(toolCalls(two, { text: 'Let me see.', ...options }));
    const events = await ask();
    expect(events.slice(-3)).toEqual([
      { type: 'tool-call', call: two[0] },
      { type: 'tool-call', call: two[1] },
      { type: 'finish', reason: 'stop', usage: expect.anything() },
    ]);
    expect(events[0]).toEqual({ type: 'text-delta', text: 'Let me see.' });
  });

  test('whole, all under the same number', async () => {
    const answer = byHand();
    openAi.server.script(answer);
    const events = ask();
    const pieces = two.map(({ id, ...called }) => ({ index: 0, id, type: 'function', function: called }));
    await answer.raw(`data: ${JSON.stringify({ choices: [{ delta: { tool_calls: pieces } }] })}\n\n`);
    await answer.finish('tool_calls');
    expect(callsOf(await events)).toEqual(two);
  });

  test('without an id, each is given one of its own', async () => {
    openAi.server.script(toolCalls(two.map((call) => ({ ...call, id: '' }))));
    const [one, other] = callsOf(await ask());
    expect(one).toEqual({ ...two[0], id: expect.stringMatching(/^call_.{8}/) });
    expect(other?.id).not.toBe(one?.id);
  });

  test('with arguments as an object, or none at all; without a name it is no call', async () => {
    const answer = byHand();
    openAi.server.script(answer);
    const events = ask();
    const tool_calls = [
      { index: 0, id: 'x', function: { name: 'make_image', arguments: { prompt: 'an otter' } } },
      { index: 1, id: 'y', function: { name: 'look_up' } },
      { index: 2, id: 'z', function: { arguments: '{}' } },
    ];
    await answer.raw(`data: ${JSON.stringify({ choices: [{ delta: { tool_calls } }] })}\n\n`);
    await answer.finish('tool_calls');
    expect(callsOf(await events)).toEqual([
      { id: 'x', name: 'make_image', arguments: '{"prompt":"an otter"}' },
      { id: 'y', name: 'look_up', arguments: '{}' },
    ]);
  });

  test('are dropped where the answer was cut short', async () => {
    openAi.server.script(toolCalls(two, { finishReason: 'length' }));
    const events = await ask();
    expect(callsOf(events)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'length' });
  });

  test('and broke off before their end are asked for again', async () => {
    const answer = byHand();
    openAi.server.script(answer, toolCalls(two));
    const events = ask();
    await answer.raw(
      'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"x","function":{"name":"half","arguments":"{"}}]}}]}\n\n',
    );
    await answer.end();
    expect(callsOf(await events)).toEqual(two);
    expect(openAi.server.requests).toHaveLength(2);
  });

  test.each([
    ['too many', toolCalls(Array.from({ length: 17 }, () => ({ name: 'make_image', arguments: '{}' })))],
    ['too long', toolCalls([{ name: 'x', arguments: 'a'.repeat(100_001) }], { pieceSize: 20_000 })],
    ['too long at once', toolCalls([{ name: 'x', arguments: 'a'.repeat(100_001) }], { pieceSize: 200_000 })],
  ])('%s: a fault', async (_name, answer) => {
    openAi.server.script(answer);
    await expect(ask()).rejects.toMatchObject({ code: 'model-failed' });
    expect(openAi.server.requests).toHaveLength(1);
  });

  test('just within the bounds: none', async () => {
    const calls = Array.from({ length: 16 }, () => ({ name: 'x', arguments: 'a'.repeat(100_000) }));
    openAi.server.script(toolCalls(calls, { pieceSize: 50_000 }));
    expect(callsOf(await ask())).toHaveLength(16);
  });
});

describe('a model without tools', () => {
  test.each([
    [400, 'registry.ollama.ai/library/gemma:2b does not support tools'],
    [404, 'No endpoints found that support tool use. To learn more about provider routing, visit: https://…'],
    [400, "Unsupported parameter: 'tools' is not supported with this model."],
    [400, 'tools is not supported in this model'],
    [400, 'Unrecognized request argument supplied: tools'],
    [400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
    [500, 'Unsupported param: tools'],
    [500, 'tools param requires --jinja flag'],
    [400, '`tool calling` is not supported with this model'],
    [400, 'Function calling is not enabled for this model'],
    [400, 'deepseek-reasoner does not support Function Calling'],
    [400, 'This model doesn’t support tools'],
    [422, '[{"type":"extra_forbidden","loc":["body","tools"],"msg":"Extra inputs are not permitted"}]'],
  ])('is told by %i: %s', async (status, message) => {
    openAi.server.script(failure(status, { message }));
    await expect(ask()).rejects.toMatchObject({ code: 'tools-refused' });
    expect(openAi.server.requests).toHaveLength(1);
  });

  test('is told by the parameter', async () => {
    const error = { message: 'Invalid', type: 'invalid_request_error', param: 'tools[0].type', code: null };
    openAi.server.script(failure(400, { body: { error } }));
    await expect(ask()).rejects.toMatchObject({ code: 'tools-refused' });
  });

  test.each([
    [401, 'This key does not support tools'],
    [400, "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."],
    [
      400,
      'maximum context length is 8192 tokens (7000 in the messages, 100 in the functions, 2000 in the completion)',
    ],
    [400, "attempted to call tool 'draw' which was not in request.tools"],
    [400, 'Failed to parse tool call arguments as JSON: unexpected end of input'],
    [400, 'Unexpected role user after role tool'],
    [400, 'No tool output found for function call call_1'],
    [400, 'Something else'],
  ])('is not told by %i: %s', async (status, message) => {
    openAi.server.script(failure(status, { message }), text('x'));
    await expect(ask()).rejects.not.toMatchObject({ code: 'tools-refused' });
  });

  test('is not the fault of a prompt without tools', async () => {
    openAi.server.script(failure(400, { message: 'does not support tools' }));
    await expect(ask({ tools: [] })).rejects.toMatchObject({ code: 'model-failed' });
  });
});
