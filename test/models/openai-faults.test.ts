import { describe, expect, test } from 'vitest';
import type { LogFields } from '../../src/core/ports.ts';
import { collect, streamOf, textOf } from '../fakes/model-events.ts';
import { byHand, failure, malformed, text } from '../servers/openai.ts';
import { forever, request, useOpenAi } from './openai-fixture.ts';

const openAi = useOpenAi();

describe('a fault becomes one sentence', () => {
  const waiting = { headers: { 'retry-after': '120' } };
  test.each([
    [
      'bad key',
      failure(401, { code: 'invalid_api_key', message: 'Incorrect API key: sk-test' }),
      'bad-key',
      /OPENAI_API_KEY/,
    ],
    [
      'key without rights',
      failure(403, { code: 'unsupported_country_region_territory' }),
      'bad-key',
      /OPENAI_API_KEY/,
    ],
    [
      'unknown model',
      failure(404, { code: 'model_not_found' }),
      'unknown-model',
      /gpt-5-mini .*OPENAI_MODEL/,
    ],
    [
      'unknown model, said in words',
      failure(404, { message: 'model "x" not found' }),
      'unknown-model',
      /OPENAI_MODEL/,
    ],
    [
      'no chat at this address',
      failure(404, { body: '<h1>Not found</h1>' }),
      'model-failed',
      /OPENAI_BASE_URL/,
    ],
    ['elsewhere', failure(307, { headers: { location: '/v2' } }), 'model-failed', /no chat.*OPENAI_BASE_URL/],
    ['not even a body', failure(304, { body: '' }), 'model-failed', /OPENAI_BASE_URL/],
    ['context too long', failure(400, { code: 'context_length_exceeded' }), 'context-too-long', /\/new/],
    [
      'context too long, said in words',
      failure(400, { message: 'exceeds the available context size' }),
      'context-too-long',
      /\/new/,
    ],
    [
      'too large for the rate',
      failure(429, { code: 'rate_limit_exceeded', message: 'Request too large for gpt-5' }),
      'context-too-long',
      /\/new/,
    ],
    ['body too large', failure(413), 'context-too-long', /\/new/],
    ['refused', failure(400, { code: 'content_policy_violation' }), 'refused', /differently/],
    ['filtered before a word', text('', { finishReason: 'content_filter' }), 'refused', /differently/],
    [
      'rate limited',
      failure(429, { code: 'rate_limit_exceeded', ...waiting }),
      'rate-limited',
      /in about 2 minutes\.$/,
    ],
    ['something else', failure(422), 'model-failed', /tell whoever runs Parley/],
  ] as const)('%s', async (_name, answer, code, notice) => {
    openAi.server.script(answer, answer);
    const { shown, error } = await openAi.fail();
    expect(shown).toBe('');
    expect(error).toMatchObject({ name: 'ParleyError', code, notice: expect.stringMatching(notice) });
    expect(error.notice).not.toMatch(/sk-test|127\.0\.0\.1|stand-in/);
    // The plain call says the same, and neither was made twice.
    await expect(openAi.createModel().complete(request, forever)).rejects.toMatchObject({
      code,
      notice: error.notice,
    });
    expect(openAi.server.requests).toHaveLength(2);
  });

  test.each([
    { code: 'insufficient_quota', type: 'insufficient_quota' },
    { code: 'credit_balance_exhausted', type: 'insufficient_quota' },
    { code: 'some_new_limit', type: 'insufficient_quota' },
    { code: 'insufficient_quota', type: 'requests' },
  ])('usage limit: $code, $type', async (parts) => {
    openAi.server.script(failure(429, parts));
    const { error } = await openAi.fail();
    expect(error.code).toBe('usage-limit');
    expect(error.notice).toBe(
      'You have reached your usage limit: see your usage dashboard and billing settings; help: help.openai.com',
    );
    expect(openAi.server.requests).toHaveLength(1);
  });

  test('server down', async () => {
    const down = failure(503, { type: 'server_error', message: 'upstream at 10.1.2.3 is gone' });
    openAi.server.script(down, down, down);
    const { error } = await openAi.fail();
    expect(error).toMatchObject({ code: 'model-unavailable', notice: expect.stringMatching(/try again/) });
    expect(error.notice).not.toContain('10.1.2.3');
    expect(error.cause).toMatchObject({ status: 503, requestID: 'req_failed' });
  });

  test('nobody at the address', async () => {
    await openAi.server.close();
    const { error } = await openAi.fail();
    expect(error).toMatchObject({
      code: 'model-unavailable',
      notice: expect.stringMatching(/OPENAI_BASE_URL/),
    });
  });
});

describe('cut off', () => {
  test.each(['end', 'destroy'] as const)('in the middle (%s): nothing is asked twice', async (way) => {
    const answer = byHand();
    openAi.server.script(answer);
    const stream = streamOf(openAi.createModel(), request);
    const first = stream.next();
    await answer.write('The first half');
    expect(await first).toMatchObject({ value: { text: 'The first half' } });
    const second = stream.next();
    await answer[way]();
    await expect(second).rejects.toMatchObject({
      code: 'cut-off',
      notice: expect.stringMatching(/in the middle/),
    });
    expect(openAi.server.requests).toHaveLength(1);
  });

  test('by an event that is not JSON', async () => {
    openAi.server.script(malformed('The first half'));
    expect(await openAi.fail()).toMatchObject({ shown: 'The first half', error: { code: 'cut-off' } });
  });

  test("by an error of the server's in the stream", async () => {
    const answer = byHand();
    openAi.server.script(answer);
    const failing = openAi.fail();
    await answer.write('The first half');
    await answer.error({ message: 'The server had an error', type: 'server_error', code: null });
    expect(await failing).toMatchObject({ shown: 'The first half', error: { code: 'cut-off' } });
  });

  test('an error in the stream that has a cause of its own keeps it', async () => {
    const answer = byHand();
    openAi.server.script(answer);
    const failing = openAi.fail();
    await answer.write('The first half');
    await answer.error({ message: 'quota', type: 'insufficient_quota', code: 'insufficient_quota' });
    expect(await failing).toMatchObject({ shown: 'The first half', error: { code: 'usage-limit' } });
  });

  test('an answer in one piece', async () => {
    const answers = [byHand(), byHand(), byHand()];
    openAi.server.script(...answers);
    const failing = openAi.createModel().complete(request, forever);
    for (const answer of answers) await answer.destroy();
    await expect(failing).rejects.toMatchObject({ code: 'cut-off' });
  });
});

describe('made again where nothing was shown', () => {
  test.each([
    ['a server fault', failure(500)],
    ['a conflict', failure(409)],
    ['a timeout of the server', failure(408)],
    ['a short rate limit', failure(429, { code: 'rate_limit_exceeded', headers: { 'retry-after-ms': '1' } })],
    ['an event that is not JSON', malformed()],
  ] as const)('%s', async (_name, answer) => {
    openAi.server.script(answer, answer, text('third time lucky'));
    expect(textOf(await collect(openAi.createModel(), request))).toBe('third time lucky');
    openAi.server.script(answer, answer, text('third time lucky'));
    // In one piece the malformed answer is a body that is not JSON.
    expect((await openAi.createModel().complete(request, forever)).text).toBe('third time lucky');
    expect(openAi.server.requests).toHaveLength(6);
  });

  test.each(['end', 'destroy'] as const)('a stream that breaks before the first word (%s)', async (way) => {
    const answer = byHand();
    openAi.server.script(answer, text('here it is'));
    const events = collect(openAi.createModel(), request);
    await answer[way]();
    expect(textOf(await events)).toBe('here it is');
  });

  test('twice at most', async () => {
    openAi.server.script(failure(500), failure(500), failure(500), text('too late'));
    expect((await openAi.fail()).error.code).toBe('model-unavailable');
    expect(openAi.server.requests).toHaveLength(3);
  });

  test('not where the server says that it is no use', async () => {
    openAi.server.script(failure(500, { headers: { 'x-should-retry': 'false' } }));
    await openAi.fail();
    expect(openAi.server.requests).toHaveLength(1);
  });

  test('not where the server wants a long wait: the error says how long', async () => {
    openAi.server.script(failure(429, { code: 'rate_limit_exceeded', headers: { 'retry-after': '21' } }));
    const { error } = await openAi.fail();
    expect(error).toMatchObject({ code: 'rate-limited', retryAfterMs: 21_000 });
    expect(error.notice).toMatch(/in about 21 seconds\.$/);
    expect(openAi.server.requests).toHaveLength(1);
  });

  test('with a line in the log', async () => {
    const lines: [string, LogFields | undefined][] = [];
    const write = (message: string, fields?: LogFields) => void lines.push([message, fields]);
    openAi.server.script(failure(500));
    const logger = { debug: write, info: write, warn: write, error: write };
    await collect(openAi.createModel({ logger }), request);
    expect(lines).toEqual([[expect.any(String), expect.objectContaining({ attempt: 1 })]]);
  });
});
