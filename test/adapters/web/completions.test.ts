import OpenAI, { APIError, BadRequestError, RateLimitError } from 'openai';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createCompletions } from '../../../src/core/completions.ts';
import { ParleyError } from '../../../src/core/errors.ts';
import type { ChatModel } from '../../../src/core/ports.ts';
import { createInstruments } from '../../fakes/instruments.ts';
import { createFakeModel, type FakeModel } from '../../fakes/model.ts';
import { collect, textOf } from '../../fakes/model-events.ts';
import { type Site, startSite } from './harness.ts';

const usage = { inputTokens: 7, outputTokens: 2, cachedTokens: 3 };
const messages = [{ role: 'user' as const, content: 'hello' }];

/** The real client, in front of a model that a test speaks for. */
async function setUp(): Promise<{ site: Site; model: FakeModel; client: OpenAI }> {
  const fake = createFakeModel();
  const stream = fake.stream.bind(fake);
  // Says how much it used, and gives in one piece what it would stream.
  const model: FakeModel = Object.assign(fake, {
    stream: counted(stream),
    async complete(request: Parameters<ChatModel['complete']>[0], signal: AbortSignal) {
      const events = await collect({ stream }, request, signal);
      const finish = events.find(({ type }) => type === 'finish');
      if (finish?.type !== 'finish') throw new Error('it ended without an end');
      return { text: textOf(events), reason: finish.reason, usage };
    },
  });
  const completions = createCompletions({ model, persona: 'You are Parley.', ...createInstruments() });
  const site = await startSite({ completions, token: 'a-token-for-the-web' });
  const client = new OpenAI({ baseURL: `${site.url}/v1`, apiKey: 'a-token-for-the-web', maxRetries: 0 });
  return { site, model, client };
}

function counted(stream: ChatModel['stream']): ChatModel['stream'] {
  return (request, signal, listen) =>
    stream(request, signal, (event) => listen(event.type === 'finish' ? { ...event, usage } : event));
}

it('answers OpenAI’s client in one piece', async () => {
  const { client, model } = await setUp();
  model.reply = () => 'Hello you.';
  const completion = await client.chat.completions.create({
    model: 'gpt-anything',
    messages: [
      { role: 'developer', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'assistant', content: 'c' },
      { role: 'user', content: 'd' },
    ],
    temperature: 0.3,
    max_completion_tokens: 100,
  });
  expect(completion).toMatchObject({
    id: expect.stringMatching(/^chatcmpl-/),
    object: 'chat.completion',
    model: 'fake',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello you.' }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: 7,
      completion_tokens: 2,
      total_tokens: 9,
      prompt_tokens_details: { cached_tokens: 3 },
    },
  });
  expect(model.calls[0]?.messages).toEqual([
    { role: 'system', text: 'You are Parley.' },
    { role: 'system', text: 'Be kind.' },
    { role: 'user', text: 'a\nb' },
    { role: 'assistant', text: 'c' },
    { role: 'user', text: 'd' },
  ]);
});

it('streams to OpenAI’s client, with usage where it is asked for', async () => {
  const { client, model } = await setUp();
  const opening = client.chat.completions.create({
    ...{ model: 'any', messages, stream: true, stream_options: { include_usage: true } },
  });
  const call = await model.called(1);
  const deltas = ['One', ' "two"\n\n', '\u2028 thrée 🧵', '\u0000'];
  call.say(deltas[0]!);
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of await opening) {
    // Each comes as it is said, not at the end.
    if (chunk.choices[0]?.delta.content === deltas[0]) {
      for (const delta of deltas.slice(1)) call.say(delta);
      call.finish('length');
    }
    chunks.push(chunk);
  }
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(deltas.join(''));
  expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('length');
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 9 } });
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
});

it('names no usage where nobody asked, and ends as OpenAI does', async () => {
  const { site, model } = await setUp();
  model.reply = () => 'Hello.';
  const response = await site.call('POST', '/v1/chat/completions', {
    body: { messages, stream: true },
    headers: { authorization: 'Bearer a-token-for-the-web' },
  });
  const text = await response.text();
  expect(text).not.toContain('usage');
  expect(text).toMatch(/"finish_reason":"stop".*\n\ndata: \[DONE\]\n\n$/);
});

it.each([
  ['rate-limited', 429, RateLimitError, 'rate_limit_exceeded'],
  ['usage-limit', 429, RateLimitError, 'insufficient_quota'],
  ['context-too-long', 400, BadRequestError, 'context_length_exceeded'],
  ['refused', 400, BadRequestError, 'content_filter'],
  ['bad-key', 502, APIError, 'bad-key'],
  ['model-unavailable', 503, APIError, 'model-unavailable'],
  ['timed-out', 504, APIError, 'timed-out'],
] as const)('tells the client of %s by status %i', async (code, status, type, openAiCode) => {
  const { client, model } = await setUp();
  for (const [index, stream] of [false, true].entries()) {
    const asked = client.chat.completions.create({ model: 'any', messages, stream }).catch((error) => error);
    (await model.called(index + 1)).fail(new ParleyError(code, 'Not today.', { retryAfterMs: 7_000 }));
    const error: unknown = await asked;
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, code: openAiCode, message: expect.stringContaining('Not today.') });
    expect((error as APIError).headers?.get('retry-after')).toBe('7');
  }
});

it('tells the client of a fault in the middle of a stream', async () => {
  const { client, model } = await setUp();
  const opening = client.chat.completions.create({ model: 'any', messages, stream: true });
  const call = await model.called(1);
  call.say('Half');
  const read = async () => {
    for await (const _ of await opening) call.fail(new ParleyError('cut-off', 'It broke off.'));
  };
  await expect(read()).rejects.toMatchObject({ message: expect.stringContaining('It broke off.') });
});

it('says so where the server ends before an answer does: half of it must not look whole', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const { client, model, site } = await setUp();
  const opening = client.chat.completions.create({ model: 'any', messages, stream: true });
  const call = await model.called(1);
  call.say('Half');
  const whole = client.chat.completions.create({ model: 'any', messages });
  const refused = expect(whole).rejects.toMatchObject({ status: 503 });
  await model.called(2);
  await site.web.stop();
  const read = async () => {
    for await (const chunk of await opening) {
      if (chunk.choices[0]?.delta.content !== 'Half') continue;
      vi.setSystemTime(Date.now() + 10_000);
      void site.web.close();
    }
  };
  await expect(read()).rejects.toMatchObject({ message: expect.stringContaining('restarting') });
  await refused;
});

it('lets an answer end by itself for some seconds after it was told to stop', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { client, model, site } = await setUp();
  const opening = client.chat.completions.create({ model: 'any', messages, stream: true });
  const call = await model.called(1);
  call.say('Half');
  const stream = await opening;
  await site.web.stop();
  const closing = site.web.close();
  await vi.advanceTimersByTimeAsync(9_000);
  call.say(' and half.');
  call.finish();
  let text = '';
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
  expect(text).toBe('Half and half.');
  await vi.advanceTimersByTimeAsync(1_000);
  await closing;
});

it.each([true, false])('stops the model when the client goes away (stream: %s)', async (stream) => {
  const { client, model, site } = await setUp();
  const away = new AbortController();
  const asked = client.chat.completions.create({ model: 'any', messages, stream }, { signal: away.signal });
  const outcome = Promise.allSettled([asked]);
  const call = await model.called(1);
  if (stream) call.say('Hel');
  away.abort();
  await vi.waitFor(() => expect(call.signal.aborted).toBe(true));
  await outcome;
  await site.web.close();
  expect(site.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

it.each([
  [{ messages: [] }, 'messages'],
  [{}, 'messages'],
  [{ messages: [{ role: 'tool', content: 'a', tool_call_id: 'b' }] }, 'messages.0.role'],
  [
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'a' } }] }] },
    'messages.0.content',
  ],
  [{ messages, n: 2 }, 'n'],
  [{ messages, tools: [{ type: 'function', function: { name: 'a' } }] }, 'tools'],
  [{ messages, response_format: { type: 'json_object' } }, 'response_format.type'],
])('refuses %j in OpenAI’s words', async (body, param) => {
  const { client, model } = await setUp();
  const asked = client.chat.completions.create({ model: 'any', ...body } as never);
  await expect(asked).rejects.toMatchObject({ status: 400, type: 'invalid_request_error', param });
  expect(model.calls).toEqual([]);
});

it('takes empty settings that clients send along', async () => {
  const { client, model } = await setUp();
  model.reply = () => 'yes';
  const body = { model: 'any', messages, n: 1, tools: [], stop: null, logprobs: false, stream: null };
  await expect(client.chat.completions.create(body as never)).resolves.toMatchObject({ model: 'fake' });
});

it('lists its one model, and has no other addresses', async () => {
  const { client, site } = await setUp();
  const models = await client.models.list();
  expect(models.data).toMatchObject([{ id: 'fake', object: 'model', owned_by: 'parley' }]);
  const headers = { authorization: 'Bearer a-token-for-the-web' };
  const response = await site.call('POST', '/v1/responses', { body: {}, headers });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } });
});

it('turns texts into vectors', async () => {
  const site = await startSite();
  const embed = async (input: unknown) =>
    (await (await site.call('POST', '/api/embeddings', { body: { input } })).json()) as {
      model: string;
      vectors: number[][];
      usage: unknown;
    };
  const { model, vectors, usage: used } = await embed(['the cat', 'a dog', 'the cat']);
  expect(model).toBe('demo');
  expect(vectors).toHaveLength(3);
  expect(vectors[0]).toEqual(vectors[2]);
  expect(used).toEqual({ inputTokens: expect.any(Number) });
  expect((await embed('the cat')).vectors).toEqual([vectors[0]]);
});

it('tells of a fault in turning texts into vectors', async () => {
  const embeddings = {
    id: 'broken',
    embed: () => Promise.reject(new ParleyError('rate-limited', 'Not today.', { retryAfterMs: 900 })),
  };
  const site = await startSite({ embeddings });
  const response = await site.call('POST', '/api/embeddings', { body: { input: 'a' } });
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toMatchObject({ code: 'rate-limited', detail: 'Not today.' });
});

it('says so where a model streams nothing at all', async () => {
  const { client, model } = await setUp();
  model.stream = async () => undefined;
  await expect(client.chat.completions.create({ model: 'fake', messages, stream: true })).rejects.toThrow(
    /without an answer/,
  );
});
