import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EmbeddingModel } from '../../src/core/ports.ts';
import { createDemoEmbeddings } from '../../src/models/demo/embeddings.ts';
import { createOpenAiEmbeddings, type OpenAiEmbeddingsOptions } from '../../src/models/openai-embeddings.ts';
import { describeEmbeddingModel } from '../contracts/embedding-model.ts';
import { createRecordingLogger } from '../fakes/instruments.ts';
import {
  byHand,
  failure,
  type OpenAiOptions,
  type OpenAiServer,
  stall,
  startOpenAi,
} from '../servers/openai.ts';

const forever = new AbortController().signal;

describeEmbeddingModel('demo', async () => ({ model: createDemoEmbeddings() }));

for (const base64 of [true, false]) {
  describeEmbeddingModel(`openai, ${base64 ? 'base64' : 'numbers'} on the wire`, async () => {
    const server = await startOpenAi({ embeddings: { base64 } });
    return { model: createModel(server), close: () => server.close() };
  });
}

function createModel(server: OpenAiServer, options: Partial<OpenAiEmbeddingsOptions> = {}): EmbeddingModel {
  const access = { apiKey: 'sk-test', baseUrl: server.url };
  return createOpenAiEmbeddings({ model: 'text-embedding-3-small', ...access, retryDelayMs: 1, ...options });
}

describe('the demo model', () => {
  async function nearness(left: string, right: string): Promise<number> {
    const { vectors } = await createDemoEmbeddings().embed([left, right], forever);
    return vectors[0]!.reduce((sum, number, index) => sum + number * vectors[1]![index]!, 0);
  }

  test('gives 64 numbers, the same in every process', async () => {
    const { vectors } = await createDemoEmbeddings().embed(['teal'], forever);
    expect(vectors[0]).toHaveLength(64);
    const marked = vectors[0]!.flatMap((number, place) =>
      number === 0 ? [] : [`${place}:${number.toFixed(3)}`],
    );
    expect(marked).toMatchInlineSnapshot(`
      [
        "1:-0.354",
        "13:-0.354",
        "37:-0.707",
        "43:0.354",
        "49:-0.354",
      ]
    `);
  });

  test('puts texts near each other that share words, or parts of words', async () => {
    const cat = 'The cat sat on the mat.';
    const other = 'Quarterly revenue grew by nine percent';
    expect(await nearness(cat, 'the CAT sat, on a mat')).toBeGreaterThan(0.7);
    expect(await nearness('invoices', 'invoice')).toBeGreaterThan(0.35);
    expect(Math.abs(await nearness(cat, other))).toBeLessThan(0.3);
    expect(await nearness('½ ﬁne', '1⁄2 fine')).toBeCloseTo(1, 5);
  });
});

describe('openai', () => {
  let server: OpenAiServer;
  async function start(options: OpenAiOptions = {}): Promise<void> {
    server = await startOpenAi(options);
  }
  beforeEach(() => start());
  afterEach(() => server.close());

  test('asks for all texts at once, with key and model, and takes them by their index', async () => {
    const { vectors, inputTokens } = await createModel(server).embed(['12345678', 'b', 'c'], forever);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/embeddings',
      headers: { authorization: 'Bearer sk-test' },
      body: { model: 'text-embedding-3-small', input: ['12345678', 'b', 'c'] },
    });
    expect(inputTokens).toBe(4);
    expect(vectors).toHaveLength(3);
  });

  test('takes vectors in the order they came where a server sends no index, and no usage', async () => {
    const data = [{ embedding: [1, 0] }, { embedding: [0, 1] }];
    server.scriptEmbeddings(failure(200, { body: { data } }));
    expect(await createModel(server).embed(['a', 'b'], forever)).toEqual({
      vectors: [
        [1, 0],
        [0, 1],
      ],
      inputTokens: 0,
    });
  });

  test('tries again where the fault can pass', async () => {
    const logger = createRecordingLogger();
    server.scriptEmbeddings(failure(500), failure(429, { headers: { 'retry-after-ms': '1' } }));
    const { vectors } = await createModel(server, { logger }).embed(['a'], forever);
    expect(vectors).toHaveLength(1);
    expect(server.requests).toHaveLength(3);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
  });

  test.each([
    [failure(401, { code: 'invalid_api_key' }), 'bad-key', /OPENAI_API_KEY/],
    [failure(404, { code: 'model_not_found' }), 'unknown-model', /text-embedding-3-small.*EMBEDDING_MODEL/],
    [
      failure(400, { message: "This model's maximum context length is 8192 tokens" }),
      'context-too-long',
      /text is too long/,
    ],
    [failure(429, { code: 'insufficient_quota' }), 'usage-limit', /usage limit/],
    [failure(404, { body: 'not found' }), 'model-failed', /no embeddings at its address/],
    [
      failure(307, { headers: { location: '/v1/embeddings' } }),
      'model-failed',
      /no embeddings.*OPENAI_BASE_URL/,
    ],
    [failure(400), 'model-failed', /could not make sense/],
    [failure(200, { body: { data: [] } }), 'model-failed', /could not make sense/],
    [failure(200, { body: {} }), 'model-failed', /could not make sense/],
  ])('%j is %s', async (answer, code, notice) => {
    server.scriptEmbeddings(answer);
    await expect(createModel(server).embed(['a'], forever)).rejects.toMatchObject({
      code,
      notice: expect.stringMatching(notice),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('says when to ask again where it is refused for good', async () => {
    const refusal = failure(429, { headers: { 'retry-after': '60' } });
    server.scriptEmbeddings(refusal);
    await expect(createModel(server).embed(['a'], forever)).rejects.toMatchObject({
      code: 'rate-limited',
      retryAfterMs: 60_000,
    });
  });

  test('gives up after three attempts', async () => {
    server.scriptEmbeddings(failure(500), failure(502), failure(503));
    await expect(createModel(server).embed(['a'], forever)).rejects.toMatchObject({
      code: 'model-unavailable',
    });
    expect(server.requests).toHaveLength(3);
  });

  test('survives a connection that breaks in the middle', async () => {
    const broken = byHand();
    server.scriptEmbeddings(broken);
    const embedding = createModel(server).embed(['a'], forever);
    await broken.destroy();
    expect((await embedding).vectors).toHaveLength(1);
    expect(server.requests).toHaveLength(2);
  });

  test('ends with the reason of an abort, and the request with it', async () => {
    server.scriptEmbeddings(stall());
    const controller = new AbortController();
    const reason = new Error('gone');
    const embedding = createModel(server).embed(['a'], controller.signal);
    const { aborted } = await server.request(0);
    controller.abort(reason);
    await expect(embedding).rejects.toBe(reason);
    await aborted;
  });

  test('ends when its patience does', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      server.scriptEmbeddings(stall());
      const failing = expect(createModel(server).embed(['a'], forever)).rejects.toMatchObject({
        code: 'timed-out',
      });
      const { aborted } = await server.request(0);
      await vi.advanceTimersByTimeAsync(60_000);
      await failing;
      await aborted;
    } finally {
      vi.useRealTimers();
    }
  });

  test('is a model of its own that the server has to have', async () => {
    await server.close();
    await start({ models: ['gpt-5-mini'] });
    await expect(createModel(server).embed(['a'], forever)).rejects.toMatchObject({ code: 'unknown-model' });
  });
});
