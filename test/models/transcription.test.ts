import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Recording } from '../../src/core/ports.ts';
import { createDemoTranscriber } from '../../src/models/demo/transcription.ts';
import {
  createOpenAiTranscriber,
  type OpenAiTranscriberOptions,
} from '../../src/models/openai-transcription.ts';
import { describeTranscriptionModel } from '../contracts/transcription-model.ts';
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
const recording: Recording = {
  name: 'Ada’s secret plan.OGG',
  mediaType: 'audio/ogg',
  bytes: Buffer.from([0, 255, 13, 10, 45, 45]),
};

describeTranscriptionModel('demo', async () => ({ model: createDemoTranscriber() }));

describeTranscriptionModel('openai', async () => {
  const server = await startOpenAi({ transcript: ({ file }) => `  I said ${file!.bytes.length} things.\n` });
  return { model: createModel(server), close: () => server.close() };
});

function createModel(server: OpenAiServer, options: Partial<OpenAiTranscriberOptions> = {}) {
  const access = { apiKey: 'sk-test', baseUrl: server.url };
  return createOpenAiTranscriber({ model: 'gpt-4o-mini-transcribe', ...access, retryDelayMs: 1, ...options });
}

describe('the demo model', () => {
  const hear = (bytes: Buffer, mediaType = 'audio/ogg') =>
    createDemoTranscriber().transcribe({ ...recording, mediaType, bytes }, forever);

  test('tells how long a voice message is', async () => {
    const page = Buffer.alloc(28);
    page.write('OggS');
    page.writeBigInt64LE(48_000n * 12n, 6);
    const bytes = Buffer.concat([
      Buffer.from('OggS'),
      Buffer.alloc(24),
      Buffer.from('OpusHead'),
      Buffer.alloc(8_000),
      page,
    ]);
    expect(await hear(bytes)).toBe(
      '(The demo model can’t hear. This is a recording of 12 s, 8 kB of audio/ogg.)',
    );
    const cut = bytes.subarray(0, -20);
    expect(await hear(cut)).toContain('8 kB of audio/ogg');
  });

  test('and a WAV file; of others how large they are', async () => {
    const wav = Buffer.alloc(44 + 64_000);
    wav.write('RIFF');
    wav.writeUInt32LE(32_000, 28);
    expect(await hear(wav, 'audio/wav')).toContain('of 2 s, 64 kB of audio/wav');
    expect(await hear(Buffer.alloc(2_500), 'audio/mpeg')).toContain('of 3 kB of audio/mpeg');
  });
});

describe('openai', () => {
  let server: OpenAiServer;
  async function start(options: OpenAiOptions = {}): Promise<void> {
    server = await startOpenAi(options);
  }
  beforeEach(() => start());
  afterEach(() => server.close());

  test('uploads the recording as it is, with key and model, and without the name that it has', async () => {
    expect(await createModel(server).transcribe(recording, forever)).toBe('heard 6 bytes');
    const { path, headers, form } = server.requests[0]!;
    expect({ path, authorization: headers.authorization, form }).toEqual({
      path: '/v1/audio/transcriptions',
      authorization: 'Bearer sk-test',
      form: {
        fields: { model: 'gpt-4o-mini-transcribe' },
        file: { name: 'recording.ogg', type: 'audio/ogg', bytes: recording.bytes },
      },
    });
  });

  test.each([
    ['audio/mp4', 'x', 'recording.m4a'],
    ['audio/ogg; codecs=opus', 'x', 'recording.ogg'],
    ['audio/unheard', 'a.b.WAV', 'recording.wav'],
    ['audio/unheard', 'none', 'recording.ogg'],
  ])('%s called %s goes as %s', async (mediaType, name, sent) => {
    await createModel(server).transcribe({ ...recording, mediaType, name }, forever);
    expect(server.requests[0]!.form!.file!.name).toBe(sent);
  });

  test('tries again where the fault can pass', async () => {
    const logger = createRecordingLogger();
    const broken = byHand();
    server.scriptTranscriptions(failure(500), broken);
    const hearing = createModel(server, { logger }).transcribe(recording, forever);
    await broken.destroy();
    expect(await hearing).toBe('heard 6 bytes');
    expect(server.requests).toHaveLength(3);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
  });

  test('sends the same again: it is written down once', async () => {
    server.scriptTranscriptions(failure(500), failure(500));
    await createModel(server).transcribe(recording, forever);
    const sent = server.requests.map(({ headers, form }) => [headers['content-type'], form!.file!.bytes]);
    expect(sent).toEqual([sent[0], sent[0], sent[0]]);
    expect(sent[0]![1]).toEqual(recording.bytes);
  });

  test.each([
    [failure(401, { code: 'invalid_api_key' }), 'bad-key', /OPENAI_API_KEY/],
    [failure(404, { code: 'model_not_found' }), 'unknown-model', /gpt-4o-mini-transcribe.*TRANSCRIBE_MODEL/],
    [failure(404, { body: 'not found' }), 'model-failed', /no transcription at its address/],
    [failure(307, { headers: { location: 'http://127.0.0.1:9/' } }), 'model-failed', /no transcription/],
    [failure(413), 'context-too-long', /recording is too long/],
    [failure(429, { code: 'insufficient_quota' }), 'usage-limit', /usage limit/],
    [failure(400), 'model-failed', /could not make sense/],
    [failure(200, { body: {} }), 'model-failed', /could not make sense/],
  ])('%j is %s', async (answer, code, notice) => {
    server.scriptTranscriptions(answer);
    await expect(createModel(server).transcribe(recording, forever)).rejects.toMatchObject({
      code,
      notice: expect.stringMatching(notice),
    });
    expect(server.requests).toHaveLength(1);
  });

  test('ends with the reason of an abort, and the request with it', async () => {
    server.scriptTranscriptions(stall());
    const controller = new AbortController();
    const reason = new Error('gone');
    const hearing = createModel(server).transcribe(recording, controller.signal);
    const { aborted } = await server.request(0);
    controller.abort(reason);
    await expect(hearing).rejects.toBe(reason);
    await aborted;
  });

  test('ends when its patience does', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      server.scriptTranscriptions(stall());
      const failing = expect(createModel(server).transcribe(recording, forever)).rejects.toMatchObject({
        code: 'timed-out',
      });
      const { aborted } = await server.request(0);
      await vi.advanceTimersByTimeAsync(120_000);
      await failing;
      await aborted;
    } finally {
      vi.useRealTimers();
    }
  });
});
