import { describe, expect, test, vi } from 'vitest';
import { createOpenAiModel } from '../../src/models/openai.ts';
import { collect, streamOf, textOf } from '../fakes/model-events.ts';
import { byHand, text } from '../servers/openai.ts';
import { forever, request, useOpenAi } from './openai-fixture.ts';

const openAi = useOpenAi();

describe('request', () => {
  test('carries messages, key, organisation and project, and nothing that only OpenAI knows', async () => {
    const model = openAi.createModel({ organization: 'org-1', project: 'proj-1' });
    await collect(model, {
      messages: [
        { role: 'system', text: 'Be brief.' },
        { role: 'user', text: 'Hi' },
        { role: 'assistant', text: 'Hello.' },
        { role: 'user', text: 'Bye' },
      ],
      endUser: 'd34db33f',
    });
    expect(openAi.server.requests).toHaveLength(1);
    expect(openAi.server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: {
        authorization: 'Bearer sk-test',
        'openai-organization': 'org-1',
        'openai-project': 'proj-1',
      },
    });
    expect(openAi.server.requests[0]!.body).toEqual({
      model: 'gpt-5-mini',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Bye' },
      ],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test('limits the answer only where asked to', async () => {
    await openAi.createModel({ outputTokens: 321 }).complete(request, forever);
    expect(openAi.server.requests[0]!.body.max_completion_tokens).toBe(321);
  });

  test('a server without keys gets a placeholder, user and password of its URL become basic authorization', async () => {
    const withoutKey = { model: 'llama', retryDelayMs: 1 };
    await createOpenAiModel({ ...withoutKey, baseUrl: openAi.server.url }).complete(request, forever);
    expect(openAi.server.requests[0]!.headers.authorization).toBe('Bearer no-key');

    const baseUrl = openAi.server.url.replace('http://', 'http://user:pass%40word@');
    await createOpenAiModel({ ...withoutKey, baseUrl }).complete(request, forever);
    expect(openAi.server.requests[1]!.headers.authorization).toBe(`Basic ${btoa('user:pass@word')}`);
  });

  test('nothing is taken from the environment', async () => {
    vi.stubEnv('OPENAI_ORG_ID', 'org-env');
    vi.stubEnv('OPENAI_PROJECT_ID', 'proj-env');
    vi.stubEnv('OPENAI_API_KEY', 'sk-env');
    await createOpenAiModel({ model: 'llama', baseUrl: openAi.server.url }).complete(request, forever);
    vi.unstubAllEnvs();
    const { headers } = openAi.server.requests[0]!;
    expect(headers).not.toHaveProperty('openai-organization');
    expect(headers).not.toHaveProperty('openai-project');
    expect(headers.authorization).toBe('Bearer no-key');
  });

  test('a base URL that is none is a fault of the settings', () => {
    expect(() => openAi.createModel({ baseUrl: 'localhost' })).toThrow(
      expect.objectContaining({ code: 'bad-settings' }),
    );
  });
});

describe('answer', () => {
  test('brings the usage as the server counted it', async () => {
    const usage = { prompt_tokens: 1200, completion_tokens: 34, cached_tokens: 1024 };
    openAi.server.script(text('fine', { usage }), text('fine', { usage }));
    const expected = { reason: 'stop', usage: { inputTokens: 1200, outputTokens: 34, cachedTokens: 1024 } };
    const events = await collect(openAi.createModel(), request);
    expect(events.at(-1)).toEqual({ type: 'finish', ...expected });
    expect(await openAi.createModel().complete(request, forever)).toEqual({ text: 'fine', ...expected });
  });

  test.each([
    ['length', 'length'],
    ['content_filter', 'filtered'],
    ['tool_calls', 'stop'],
  ])('finish_reason %s is %s', async (finishReason, reason) => {
    openAi.server.script(text('half a', { finishReason }), text('half a', { finishReason }));
    const events = await collect(openAi.createModel(), request);
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason });
    expect(await openAi.createModel().complete(request, forever)).toMatchObject({ text: 'half a', reason });
  });

  test("a refusal's words are for the person", async () => {
    const streamed = byHand();
    const whole = byHand();
    openAi.server.script(streamed, whole);
    const events = collect(openAi.createModel(), request);
    await streamed.refuse("I'm sorry, but ");
    await streamed.refuse('no.');
    await streamed.finish();
    expect(textOf(await events)).toBe("I'm sorry, but no.");
    const completion = openAi.createModel().complete(request, forever);
    await whole.refuse('No.');
    await whole.finish();
    expect((await completion).text).toBe('No.');
  });

  test('is whole with its reason, even where the connection breaks after it', async () => {
    const answer = byHand();
    openAi.server.script(answer);
    const stream = streamOf(openAi.createModel(), request);
    void answer.write('all of it');
    await stream.next();
    // The end is written once the reason has been read, else the broken socket could overtake it.
    await answer.reason('stop');
    await answer.end();
    expect(await stream.next()).toEqual({ done: false, value: { type: 'finish', reason: 'stop' } });
  });

  test('each delta is there before the next is written', async () => {
    const answer = byHand();
    openAi.server.script(answer);
    const stream = streamOf(openAi.createModel(), request);
    for (const word of ['one ', 'two ', 'thrée 😀']) {
      void answer.write(word);
      expect(await stream.next()).toEqual({ done: false, value: { type: 'text-delta', text: word } });
    }
    await stream.return(undefined);
    await openAi.server.requests[0]!.aborted;
  });
});
