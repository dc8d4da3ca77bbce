import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/core/engine.ts';
import { createHistory } from '../../src/core/history.ts';
import { createJournal } from '../../src/core/journal.ts';
import { createLiveReplies } from '../../src/core/live/replies.ts';
import type { Attachment } from '../../src/core/ports.ts';
import { createFileReader } from '../../src/files/file-reader.ts';
import { createOpenAiModel } from '../../src/models/openai.ts';
import { createOpenAiTranscriber } from '../../src/models/openai-transcription.ts';
import { createDirectPlatform, type DirectPlatform } from '../fakes/direct-platform.ts';
import { createInstruments, createMemoryKeyValue } from '../fakes/instruments.ts';
import { createMessage } from '../fakes/platform.ts';
import { makePdf } from '../files/pdf.ts';
import { recordings } from '../files/recordings.ts';
import { failure, type OpenAiServer, picturesOf, startOpenAi, wordsOf } from '../servers/openai.ts';

/** From the bytes of a file to what reaches the server: reader, core and models as they are put together. */

let server: OpenAiServer;
let engine: Engine;
let platform: DirectPlatform;
let sent: Map<string, Uint8Array>;

beforeEach(async () => {
  server = await startOpenAi({ transcript: () => 'What does the log say?' });
  const access = { apiKey: 'sk-test', baseUrl: server.url, retryDelayMs: 1 };
  const instruments = createInstruments();
  sent = new Map();
  platform = Object.assign(createDirectPlatform(), {
    fetchFile: async ({ name }: Attachment) => sent.get(name)!,
  });
  engine = createEngine({
    platforms: [platform],
    model: createOpenAiModel({ model: 'gpt-5-mini', contextTokens: 40_000, ...access }),
    history: createHistory(createMemoryKeyValue()),
    journal: createJournal({
      ...{ seen: createMemoryKeyValue(), errands: createMemoryKeyValue(), now: Date.now },
      logger: instruments.logger,
    }),
    replies: createLiveReplies(instruments),
    persona: 'You are Parley.',
    files: {
      reader: createFileReader(),
      transcriber: createOpenAiTranscriber({ model: 'ears', ...access }),
      contents: createMemoryKeyValue(),
      mostBytes: 20_000_000,
    },
    ...instruments,
  });
});
afterEach(() => server.close());

async function ask(text: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const attachments = Object.entries(files).map(([name, bytes]): Attachment => {
    sent.set(name, bytes);
    return { name, bytes: bytes.length, source: { name } };
  });
  await engine.message(createMessage(text, { thread: 'direct:1', shared: false, attachments }));
  await engine.settled();
}

function shown(index: number) {
  const { deltas, ending } = platform.replies[index]!;
  return { text: deltas.join(''), notice: ending?.notice };
}

function askedIn(index: number) {
  return server.requests[index]!.body.messages.at(-1)!;
}

it('a screenshot, a log of several MB, a PDF and a voice message are answered together', async () => {
  const screenshot = await sharp({ create: { width: 3_000, height: 1_500, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  const log = Buffer.from(
    Array.from({ length: 100_000 }, (_, line) => `${line} all is well here, too`).join('\n'),
  );
  const plan = makePdf(Array.from({ length: 30 }, (_, page) => `This is what page ${page + 1} says.`));
  await ask('', {
    'screen.png': screenshot,
    'server.log': log,
    'plan.pdf': plan,
    'voice.ogg': recordings.ogg,
  });

  expect(server.requests.map(({ path }) => path)).toEqual([
    '/v1/audio/transcriptions',
    '/v1/chat/completions',
  ]);
  const message = askedIn(1);
  const [picture] = picturesOf(message);
  expect(await sharp(picture!.bytes).metadata()).toMatchObject({ width: 1_568, height: 784 });
  const words = wordsOf(message);
  expect(words).toMatch(/^What does the log say\?\n\n\[Picture “screen\.png”: .*3000 × 1500/);
  expect(words).toMatch(/\[File “plan\.pdf”: PDF, 30 pages\]\n```\n.*page 1 says.*page 30 says/s);
  expect(words).toContain('99999 all is well');
  expect(words).toContain('0 all is well');
  expect(words).toMatch(/left out …\]/);
  // Half of 30,000 tokens, of four characters each.
  expect(words.length).toBeLessThan(70_000);
  expect(shown(0).text).toMatch(/^> 🎤 What does the log say\?\n\necho: What does the log say\?/);
  expect(shown(0).notice).toBeUndefined();
});

it('what can’t be read is told in a sentence, and the model is not asked', async () => {
  await ask('', { 'cat.png': Buffer.from('MZ\0\0 not a picture at all'), 'empty.txt': Buffer.alloc(0) });
  expect(server.requests).toEqual([]);
  expect(shown(0).text).toBe('');
  expect(shown(0).notice).toMatch(/^⚠️ .*cat\.png.*\n⚠️ .*empty\.txt.*$/);
});

it('a model that refuses pictures answers without them', async () => {
  const picture = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  server.script(
    failure(400, { message: 'Invalid content type. image_url is only supported by certain models.' }),
  );
  await ask('what is it?', { 'dot.png': picture });
  expect(server.requests).toHaveLength(2);
  expect(picturesOf(askedIn(0))).toHaveLength(1);
  expect(askedIn(1).content).toMatch(/^what is it\?\n\n\[Picture “dot\.png”: .*; you can’t see pictures\]$/);
  expect(shown(0)).toMatchObject({
    text: expect.stringMatching(/^echo: what is it\?/),
    notice: '⚠️ This model can’t see pictures: I answered without “dot.png”.',
  });
});
