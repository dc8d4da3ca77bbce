import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ParleyError } from '../../src/core/errors.ts';
import type { ImageEvent, ImageRequest } from '../../src/core/picture-ports.ts';
import { createOpenAiImages, type OpenAiImagesOptions } from '../../src/models/openai-images.ts';
import { collectImages, describeImageModel, picturesOf, plain } from '../contracts/image-model.ts';
import { createRecordingLogger } from '../fakes/instruments.ts';
import {
  failure,
  image,
  imageByHand,
  type OpenAiOptions,
  type OpenAiServer,
  startOpenAi,
} from '../servers/openai.ts';

const forever = new AbortController().signal;
const request: ImageRequest = { prompt: 'a sea otter', count: 1 };

function createModel(server: OpenAiServer, options: Partial<OpenAiImagesOptions> = {}) {
  const access = { apiKey: 'sk-test', baseUrl: server.url };
  return createOpenAiImages({ model: 'gpt-image-2', ...access, retryDelayMs: 1, ...options });
}

describeImageModel('openai', async () => {
  const server = await startOpenAi();
  return {
    model: createModel(server),
    close: () => server.close(),
  };
});

let server: OpenAiServer;
async function start(options: OpenAiOptions): Promise<void> {
  await server.close();
  server = await startOpenAi(options);
}
beforeEach(async () => {
  server = await startOpenAi();
});
afterEach(() => server.close());

function draw(change: Partial<ImageRequest> = {}, options: Partial<OpenAiImagesOptions> = {}) {
  return collectImages(createModel(server, options).draw({ ...request, ...change }, forever));
}

async function fail(change: Partial<ImageRequest> = {}): Promise<ParleyError> {
  return draw(change).then(
    (events) => Promise.reject(new Error(`It did not fail: ${events.map(({ type }) => type)}`)),
    (error: ParleyError) => error,
  );
}

function typesOf(events: readonly ImageEvent[]) {
  return events.map(({ type }) => type);
}

describe('what is asked', () => {
  test('what was given, and a stream of one picture with previews', async () => {
    await draw({ count: 2, endUser: 'a1b2' });
    const [first, second] = server.requests;
    expect(first).toMatchObject({
      path: '/v1/images/generations',
      headers: { authorization: 'Bearer sk-test' },
    });
    expect(first?.body).toEqual({
      ...{ model: 'gpt-image-2', prompt: 'a sea otter', n: 1, stream: true, partial_images: 2 },
    });
    expect(second?.body).toEqual(first?.body);
    expect(server.requests).toHaveLength(2);

    await draw({ size: '1024x1536', quality: 'high', background: 'opaque', format: 'webp' });
    expect(server.requests[2]?.body).toMatchObject({
      ...{ size: '1024x1536', quality: 'high', background: 'opaque', output_format: 'webp' },
    });
  });

  test('pictures and mask go as files, under names that tell their kind', async () => {
    const [red, blue, mask] = [await plain('red'), await plain('blue'), await plain('black')];
    await draw({ inputs: [red, { ...blue, mediaType: 'image/jpeg' }], mask, size: '1024x1024' });
    const { path, form } = server.requests[0]!;
    expect(path).toBe('/v1/images/edits');
    expect(form?.fields).toEqual({
      ...{ model: 'gpt-image-2', prompt: 'a sea otter', size: '1024x1024' },
      ...{ n: '1', stream: 'true', partial_images: '2' },
    });
    const files = (form?.files ?? []).toSorted((one, other) => one.name.localeCompare(other.name));
    expect(files).toEqual([
      { field: 'mask', name: 'mask.png', type: 'image/png', bytes: mask.bytes },
      { field: 'image[]', name: 'picture-1.png', type: 'image/png', bytes: red.bytes },
      { field: 'image[]', name: 'picture-2.jpg', type: 'image/jpeg', bytes: blue.bytes },
    ]);

    await draw({ inputs: [red] });
    expect(server.requests[1]?.form?.files?.map(({ field }) => field)).toEqual(['image']);
  });

  test('at most four at once', async () => {
    const hands = Array.from({ length: 5 }, () => imageByHand());
    server.scriptImages(...hands);
    const drawing = draw({ count: 5 });
    await Promise.all(hands.slice(0, 4).map(({ asked }) => asked));
    expect(server.requests).toHaveLength(4);
    await hands[2]!.completed();
    await hands[4]!.asked;
    for (const index of [0, 1, 3, 4]) await hands[index]!.completed();
    expect(typesOf(await drawing)).toEqual([...Array.from({ length: 5 }, () => 'picture'), 'finish']);
  });

  test.each([
    ['gpt-image-2', true],
    ['openai/gpt-image-2.5-flare', true],
    ['gpt-image-1.5', false],
    ['gpt-image-1-mini', false],
    ['stable-diffusion-xl', false],
  ])('%s takes any size: %s', (model, anySize) => {
    expect(createModel(server, { model }).anySize).toBe(anySize);
  });
});

describe('what comes', () => {
  test('previews as they come, each of its own picture', async () => {
    const [one, two] = [imageByHand(), imageByHand()];
    server.scriptImages(one, two);
    const drawing = createModel(server)
      .draw({ ...request, count: 2 }, forever)
      [Symbol.asyncIterator]();
    const first = drawing.next();
    await Promise.all([one.asked, two.asked]);
    await two.partial(0);
    const { value } = await first;
    expect(value).toMatchObject({ type: 'preview' });
    await one.completed({ input_tokens: 5, output_tokens: 50 });
    const picture = (await drawing.next()).value;
    expect(picture).toMatchObject({ type: 'picture' });
    expect((picture as { index: number }).index).not.toBe((value as { index: number }).index);
    await two.completed({ input_tokens: 7, output_tokens: 70 });
    expect((await drawing.next()).value).toMatchObject({ type: 'picture' });
    expect((await drawing.next()).value).toEqual({
      type: 'finish',
      usage: { inputTokens: 12, outputTokens: 120 },
    });
  });

  test('a picture in one piece from a server that does not stream', async () => {
    await start({ images: { streams: false } });
    const events = await draw({ count: 2 });
    expect(typesOf(events)).toEqual(['picture', 'picture', 'finish']);
    expect(events.at(-1)).toEqual({ type: 'finish', usage: { inputTokens: 20, outputTokens: 200 } });
    expect(server.requests).toHaveLength(2);
  });

  test('no usage where the server tells none', async () => {
    await start({ images: { usage: null } });
    expect((await draw()).at(-1)).toEqual({ type: 'finish' });
  });

  test('a picture as a data URL; a preview that is none is left out', async () => {
    const { bytes } = await plain('red');
    const url = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
    const hand = imageByHand();
    server.scriptImages(failure(200, { body: { data: [{ url }] } }), hand);
    expect(picturesOf(await draw())).toEqual([{ mediaType: 'image/png', bytes }]);
    const drawing = draw();
    await hand.raw('data: {"type":"image_generation.partial_image","b64_json":"bm90aGluZw=="}\n\n');
    await hand.completed();
    expect(typesOf(await drawing)).toEqual(['picture', 'finish']);
  });

  test('one that fails does not keep the others from being made', async () => {
    server.scriptImages(failure(400, { code: 'moderation_blocked' }), image());
    const events = await draw({ count: 2 });
    expect(typesOf(events).toSorted()).toEqual(['failed', 'finish', 'picture', 'preview', 'preview']);
    expect(events.find(({ type }) => type === 'failed')).toMatchObject({ error: { code: 'refused' } });
    expect(typesOf(events).at(-1)).toBe('finish');
  });

  test('what failed for good is not begun again for the rest', async () => {
    server.scriptImages(...Array.from({ length: 10 }, () => failure(401, { code: 'invalid_api_key' })));
    expect((await fail({ count: 10 })).code).toBe('bad-key');
    expect(server.requests.length).toBeLessThanOrEqual(4);
  });
});

describe('a server that does not know a field', () => {
  test.each([[['stream', 'partial_images']], [['partial_images']], [['n', 'stream']]])(
    'is asked without %j, once and for all',
    async (refuses) => {
      await start({ images: { refuses } });
      const model = createModel(server);
      expect(typesOf(await collectImages(model.draw(request, forever)))).toEqual(['picture', 'finish']);
      const before = server.requests.length;
      expect(before).toBe(
        1 + new Set(refuses.map((field) => field.replace('partial_images', 'stream'))).size,
      );
      for (const field of refuses) expect(server.requests.at(-1)?.body).not.toHaveProperty(field);
      await collectImages(model.draw(request, forever));
      await collectImages(model.draw({ ...request, inputs: [await plain('red')] }, forever));
      expect(server.requests).toHaveLength(before + 2);
    },
  );

  test.each([
    'Unrecognized request argument supplied: stream',
    'Streaming is not supported for image generation',
    "Unsupported parameter: 'stream' is not supported with this model.",
    '{"detail":[{"type":"extra_forbidden","loc":["body","stream"],"msg":"Extra inputs are not permitted"}]}',
  ])('in other words: %s', async (message) => {
    server.scriptImages(failure(422, { message }));
    expect(typesOf(await draw())).toEqual(['picture', 'finish']);
    expect(server.requests[1]?.body).not.toHaveProperty('stream');
  });

  test('several at once are all asked again', async () => {
    await start({ images: { refuses: ['stream', 'partial_images'] } });
    expect(typesOf(await draw({ count: 3 }))).toEqual(['picture', 'picture', 'picture', 'finish']);
  });

  test.each([
    [{ size: '1024x1024' }, 'size', /the size “1024x1024”/],
    [{ quality: 'high' }, 'quality', /the quality “high”/],
    [{ background: 'transparent' }, 'background', /the background “transparent”/],
    [{ format: 'webp' }, 'output_format', /the format “webp”/],
  ] as const)('says so where %j was asked for', async (change, field, notice) => {
    await start({ images: { refuses: [field] } });
    expect(await fail(change)).toMatchObject({ code: 'model-failed', notice: expect.stringMatching(notice) });
    expect(server.requests).toHaveLength(1);
  });

  test('and of pictures and masks', async () => {
    const [picture, mask] = [await plain('red'), await plain('blue')];
    const refusing = (param: string) =>
      failure(400, {
        body: { error: { message: 'Bad image', type: 'invalid_request_error', param, code: null } },
      });
    server.scriptImages(refusing('image[0]'), refusing('mask'));
    expect((await fail({ inputs: [picture] })).notice).toMatch(/PNG, JPEG or WebP/);
    expect((await fail({ inputs: [picture], mask })).notice).toMatch(/mask: it must be a PNG/);
  });
});

describe('a server that sends links', () => {
  test('is asked for the picture itself, once and for all', async () => {
    await start({ images: { streams: false, links: true } });
    const model = createModel(server);
    expect(typesOf(await collectImages(model.draw(request, forever)))).toEqual(['picture', 'finish']);
    await collectImages(model.draw(request, forever));
    expect(server.requests.map(({ body }) => body.response_format)).toEqual([
      undefined,
      'b64_json',
      'b64_json',
    ]);
  });

  test.each([{ links: 'always' }, { links: true, refuses: ['response_format'] }] as const)(
    'and refused where it goes on: %j',
    async (images) => {
      await start({ images: { streams: false, ...images } });
      expect(await fail()).toMatchObject({
        code: 'model-failed',
        notice: expect.stringMatching(/link.*not followed.*IMAGE_MODEL/),
      });
    },
  );
});

describe('a fault becomes one sentence', () => {
  test.each([
    ['refused', failure(400, { code: 'moderation_blocked' }), 'refused', /won't draw that.*something else/],
    ['refused, by another name', failure(400, { code: 'content_policy_violation' }), 'refused', /won't draw/],
    [
      'refused, by a third',
      failure(400, { code: 'image_content_policy_violation' }),
      'refused',
      /won't draw/,
    ],
    [
      'refused, in words',
      failure(400, { message: 'Your request was rejected by the safety system.' }),
      'refused',
      /won't draw/,
    ],
    ['bad key', failure(401, { code: 'invalid_api_key' }), 'bad-key', /OPENAI_API_KEY/],
    [
      'not verified',
      failure(403, { message: 'Your organization must be verified to use the model `gpt-image-2`.' }),
      'bad-key',
      /gpt-image-2 to verified organizations.*platform\.openai\.com/,
    ],
    [
      'unknown model',
      failure(404, { code: 'model_not_found' }),
      'unknown-model',
      /gpt-image-2 .*IMAGE_MODEL/,
    ],
    [
      'no pictures here',
      failure(404, { body: 'not found' }),
      'model-failed',
      /can't make pictures.*IMAGE_MODEL/,
    ],
    ['nor by this method', failure(405), 'model-failed', /can't make pictures/],
    ['elsewhere', failure(307, { headers: { location: '/v2' } }), 'model-failed', /can't make pictures/],
    ['quota', failure(429, { code: 'insufficient_quota' }), 'usage-limit', /usage limit/],
    ['budget', failure(400, { code: 'billing_hard_limit_reached' }), 'usage-limit', /usage limit/],
    [
      'rate limit',
      failure(429, { code: 'rate_limit_exceeded', headers: { 'retry-after': '120' } }),
      'rate-limited',
      /in about 2 minutes\.$/,
    ],
    [
      'too long a prompt',
      failure(400, { code: 'string_above_max_length', message: "Invalid 'prompt': string too long." }),
      'context-too-long',
      /fewer words/,
    ],
    ['too large', failure(413), 'context-too-long', /fewer words/],
    ['something else', failure(400), 'model-failed', /could not make sense/],
    ['no picture', failure(200, { body: { data: [] } }), 'model-failed', /something that is no picture/],
    ['garbage', image({ base64: 'bm90aGluZyBhdCBhbGw=' }), 'model-failed', /something that is no picture/],
    [
      'garbage in one piece',
      image({ base64: '%%%', streams: false }),
      'model-failed',
      /something that is no picture/,
    ],
  ] as const)('%s', async (_name, answer, code, notice) => {
    server.scriptImages(answer);
    const error = await fail();
    expect(error).toMatchObject({ name: 'ParleyError', code, notice: expect.stringMatching(notice) });
    expect(error.notice).not.toMatch(/sk-test|127\.0\.0\.1|stand-in/);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [{ code: 'moderation_blocked', type: 'image_generation_user_error' }, 'refused', 1],
    [{ code: null, type: 'image_generation_user_error' }, 'model-failed', 1],
    [{ code: 'insufficient_quota', type: 'insufficient_quota' }, 'usage-limit', 1],
    [{ code: 'server_error', type: 'server_error' }, 'model-unavailable', 3],
  ] as const)('also in mid-stream: %j', async (parts, code, times) => {
    const hands = Array.from({ length: times }, () => imageByHand());
    server.scriptImages(...hands);
    const failing = fail();
    for (const hand of hands) {
      await hand.partial();
      await hand.error({ message: 'It went wrong', param: null, ...parts });
    }
    expect((await failing).code).toBe(code);
    expect(server.requests).toHaveLength(times);
  });

  test('an event that never ends', async () => {
    const hand = imageByHand();
    server.scriptImages(hand);
    const failing = fail();
    const piece = 'A'.repeat(1_000_000);
    await hand.raw('data: {"type":"image_generation.completed","b64_json":"');
    for (let count = 0; count < 52; count += 1) await hand.raw(piece);
    expect(await failing).toMatchObject({ code: 'model-failed' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('tried again', () => {
  test.each([
    ['a server fault', failure(500)],
    ['a short rate limit', failure(429, { code: 'rate_limit_exceeded', headers: { 'retry-after-ms': '1' } })],
  ] as const)('%s', async (_name, answer) => {
    const logger = createRecordingLogger();
    server.scriptImages(answer, answer);
    expect(typesOf(await draw({}, { logger }))).toEqual(['preview', 'preview', 'picture', 'finish']);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
  });

  test.each(['end', 'destroy'] as const)('a stream that breaks after a preview (%s)', async (way) => {
    const hand = imageByHand();
    server.scriptImages(hand);
    const drawing = draw();
    await hand.partial();
    await hand[way]();
    expect(typesOf(await drawing).slice(-4)).toEqual(['preview', 'preview', 'picture', 'finish']);
    expect(server.requests).toHaveLength(2);
  });

  test('twice at most', async () => {
    const hands = [imageByHand(), imageByHand(), imageByHand()];
    server.scriptImages(...hands);
    const failing = fail();
    for (const hand of hands) await hand.end();
    expect(await failing).toMatchObject({
      code: 'cut-off',
      notice: expect.stringMatching(/broke.*try again/),
    });
    expect(server.requests).toHaveLength(3);
  });
});

describe('an end', () => {
  test('by an abort ends all calls at once', async () => {
    server.scriptImages(imageByHand(), imageByHand(), imageByHand());
    const controller = new AbortController();
    const reason = new Error('gone');
    const drawing = collectImages(createModel(server).draw({ ...request, count: 3 }, controller.signal));
    const requests = await Promise.all([0, 1, 2].map((index) => server.request(index)));
    controller.abort(reason);
    await expect(drawing).rejects.toBe(reason);
    await Promise.all(requests.map(({ aborted }) => aborted));
  });

  test('by a reader who goes ends all calls, too', async () => {
    const [one, two] = [imageByHand(), imageByHand()];
    server.scriptImages(one, two);
    const reading = (async () => {
      for await (const event of createModel(server).draw({ ...request, count: 2 }, forever))
        return event.type;
    })();
    await two.asked;
    await one.partial();
    expect(await reading).toBe('preview');
    await Promise.all(server.requests.map(({ aborted }) => aborted));
  });

  test('by patience', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      server.scriptImages(imageByHand());
      const failing = fail();
      const { aborted } = await server.request(0);
      await vi.advanceTimersByTimeAsync(180_000);
      expect(await failing).toMatchObject({
        code: 'timed-out',
        notice: 'The image model sent nothing for 3 minutes, so the picture was given up: try again.',
      });
      await aborted;
    } finally {
      vi.useRealTimers();
    }
  });
});
