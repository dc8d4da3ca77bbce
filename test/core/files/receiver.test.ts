import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFileReceiver } from '../../../src/core/files/receiver.ts';
import type {
  Attachment,
  ChatModel,
  FetchOptions,
  FileContent,
  Platform,
  Recording,
} from '../../../src/core/ports.ts';
import { createDirectPlatform } from '../../fakes/direct-platform.ts';
import { createInstruments, createMemoryKeyValue } from '../../fakes/instruments.ts';
import { createFakeModel } from '../../fakes/model.ts';

const megabyte = 1_000_000;
const forever = new AbortController().signal;

/** A receiver for files whose fetching, reading and hearing ends when a test says so. */
function setUp(model: ChatModel = createFakeModel()) {
  const fetched: { readonly name: string; readonly options: FetchOptions; readonly bytes: Uint8Array }[] = [];
  const reading = new Map<string, PromiseWithResolvers<FileContent>>();
  const hearing = new Map<string, PromiseWithResolvers<string>>();
  const heard: Recording[] = [];
  const instruments = createInstruments();
  const platform: Platform = {
    ...createDirectPlatform(),
    async fetchFile({ name, bytes = 1 }, options) {
      const content = new Uint8Array(bytes);
      fetched.push({ name, options, bytes: content });
      return content;
    },
  };
  const receiver = createFileReceiver({
    platformOf: () => platform,
    model,
    files: {
      mostBytes: 20 * megabyte,
      contents: createMemoryKeyValue(),
      reader: {
        read({ name, bytes }) {
          const isRecording = /\.(ogg|bin)$/.test(name);
          const recording = {
            kind: 'recording',
            about: 'sound',
            name,
            mediaType: 'audio/ogg',
            bytes,
          } as const;
          return isRecording ? Promise.resolve(recording) : promiseOf(reading, name);
        },
      },
      transcriber: {
        id: 'fake',
        transcribe(recording) {
          heard.push(recording);
          return promiseOf(hearing, recording.name);
        },
      },
    },
    ...instruments,
    now: Date.now,
  });
  return {
    platform,
    fetched,
    heard,
    instruments,
    names: () => fetched.map(({ name }) => name),
    receive: (attachments: readonly Attachment[], signal = forever) =>
      receiver.receive('direct:1', attachments, signal),
    /** The reader is done with a file. */
    readAs: (name: string, text: string, about = 'text') =>
      resolverOf(reading, name).resolve({ kind: 'text', about, text }),
    hearAs: (name: string, said: string) => resolverOf(hearing, name).resolve(said),
  };
}

function resolverOf<Value>(all: Map<string, PromiseWithResolvers<Value>>, name: string) {
  const known = all.get(name) ?? Promise.withResolvers<Value>();
  all.set(name, known);
  return known;
}

function promiseOf<Value>(all: Map<string, PromiseWithResolvers<Value>>, name: string): Promise<Value> {
  return resolverOf(all, name).promise;
}

function file(name: string, bytes = 1_000, mediaType?: string): Attachment {
  return { name, bytes, source: { id: name }, ...(mediaType !== undefined && { mediaType }) };
}

describe('files of many people', () => {
  it('go on while a recording is heard for minutes', async () => {
    const { receive, heard, readAs, hearAs } = setUp();
    const talks = receive([file('a.ogg', 19 * megabyte), file('b.ogg', 19 * megabyte)]);
    await vi.waitUntil(() => heard.length === 1);
    const other = receive([file('large.txt', 18 * megabyte), file('note.txt')]);
    readAs('large.txt', 'alpha');
    readAs('note.txt', 'beta');
    expect(await other).toMatchObject({ faults: [], received: [{ file: { digest: 'alpha' } }, {}] });
    hearAs('a.ogg', 'one');
    await vi.waitUntil(() => heard.length === 2);
    hearAs('b.ogg', 'two');
    expect((await talks).received.map((one) => one.heard)).toEqual(['one', 'two']);
  });

  it('are in memory one at a time where they are large; small ones wait for none of them', async () => {
    const { receive, names, readAs } = setUp();
    const large = [1, 2, 3].map((number) => receive([file(`${number}.txt`, 15 * megabyte)]));
    const small = receive([file('small.txt', 3 * megabyte)]);
    readAs('small.txt', 'x');
    await small;
    expect(names()).toEqual(['1.txt', 'small.txt']);
    for (const name of ['1.txt', '2.txt', '3.txt']) {
      await vi.waitUntil(() => names().at(-1) === name || name === '1.txt');
      readAs(name, 'x');
    }
    await Promise.all(large);
    expect(names()).toEqual(['1.txt', 'small.txt', '2.txt', '3.txt']);
  });

  it('give their memory back as soon as they are read', async () => {
    const { receive, fetched, readAs } = setUp();
    readAs('a.txt', 'x');
    await receive([file('a.txt', 5 * megabyte)]);
    expect(fetched[0]!.bytes.byteLength).toBe(0);
  });

  it('that turn out to be recordings wait without their bytes, and are fetched again', async () => {
    const { receive, heard, names, hearAs } = setUp();
    const first = receive([file('a.ogg', 15 * megabyte)]);
    await vi.waitUntil(() => heard.length === 1);
    const second = receive([file('b.bin', 15 * megabyte)]);
    await vi.waitUntil(() => names().length === 2);
    hearAs('a.ogg', 'one');
    await first;
    hearAs('b.bin', 'two');
    expect((await second).received[0]!.heard).toBe('two');
    expect(names()).toEqual(['a.ogg', 'b.bin', 'b.bin']);
    expect(heard.map(({ name, bytes }) => [name, bytes.byteLength])).toEqual([
      ['a.ogg', 15 * megabyte],
      ['b.bin', 15 * megabyte],
    ]);
  });

  it('that only a browser takes for films wait for no recording', async () => {
    const { receive, heard, hearAs, readAs } = setUp();
    const talk = receive([file('a.ogg', 20 * megabyte)]);
    await vi.waitUntil(() => heard.length === 1);
    readAs('main.ts', 'x');
    await receive([file('main.ts', 1_000, 'video/mp2t')]);
    hearAs('a.ogg', 'one');
    await talk;
  });
});

describe('time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('counts from when the turn of a file comes, not from when it was sent', async () => {
    const { receive, names, readAs } = setUp();
    const first = receive([file('first.txt', 20 * megabyte)]);
    const second = receive([file('second.txt', 20 * megabyte)]);
    await vi.waitUntil(() => names().length === 1);
    await vi.advanceTimersByTimeAsync(100_000);
    readAs('first.txt', 'x');
    await first;
    readAs('second.txt', 'y');
    expect(await second).toMatchObject({ faults: [], received: [{ file: { digest: 'y' } }] });
  });

  it('of a fetch that hangs ends after half a minute', async () => {
    const { platform, receive } = setUp();
    const hanging = Promise.withResolvers<AbortSignal>();
    platform.fetchFile = async (_, { signal }) => {
      hanging.resolve(signal);
      return new Promise(() => undefined);
    };
    const receipt = receive([file('slow.txt')]);
    const signal = await hanging.promise;
    await vi.advanceTimersByTimeAsync(29_900);
    expect(signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect((await receipt).faults).toEqual([
      'I could not read “slow.txt”: it took too long. Please send it again, or a smaller part of it.',
    ]);
    expect(signal.aborted).toBe(true);
  });

  it('that others take is no fault of the file: it is to be sent again in a minute', async () => {
    const { receive, names, readAs, instruments } = setUp();
    const first = receive([file('first.txt', 20 * megabyte)]);
    await vi.waitUntil(() => names().length === 1);
    const second = receive([file('second.txt', 20 * megabyte), file('third.txt', 20 * megabyte)]);
    await vi.advanceTimersByTimeAsync(100_000);
    readAs('first.txt', 'x');
    await first;
    await vi.waitUntil(() => names().length === 2);
    await vi.advanceTimersByTimeAsync(81_000);
    const { faults, received } = await second;
    const sentence = (name: string) =>
      `I could not get to “${name}”: I am busy with other files. Please send it again in a minute.`;
    expect(faults).toEqual([sentence('second.txt'), sentence('third.txt')]);
    expect(received.map((one) => one.file.pending?.name)).toEqual(['second.txt', 'third.txt']);
    expect(instruments.counters.snapshot()).toMatchObject({ 'files.failed.busy': 2 });
  });
});

it('counts the tokens of a long text in steps, with room for others between them', async () => {
  const counted: string[] = [];
  const model = {
    ...createFakeModel({ contextTokens: 100_000 }),
    countTokens(text: string) {
      counted.push(text);
      return text.length;
    },
  };
  const { receive, readAs } = setUp(model);
  const text = '😀'.repeat(20_000);
  let turns = 0;
  let others: NodeJS.Immediate;
  const beOther = () => {
    turns++;
    others = setImmediate(beOther);
  };
  beOther();
  readAs('long.txt', text);
  const { received } = await receive([file('long.txt')]);
  clearImmediate(others!);
  expect(Math.max(...counted.map(({ length }) => length))).toBeLessThanOrEqual(8_001);
  expect(counted.every((piece) => piece.isWellFormed())).toBe(true);
  expect(counted.join('')).toBe(text);
  expect(received[0]!.file.tokens).toBe(text.length);
  expect(turns).toBeGreaterThanOrEqual(counted.length);
});

it('says how much of a document was read, where that is not all of it', async () => {
  const { receive, readAs } = setUp();
  readAs('book.pdf', 'x', 'PDF, first 340 of 10,000 pages');
  readAs('novel.docx', 'x', 'DOCX, first 175,854 words');
  readAs('notes.pdf', 'x', 'PDF, 3 pages');
  const { received, faults } = await receive(
    ['book.pdf', 'novel.docx', 'notes.pdf'].map((name) => file(name)),
  );
  expect(faults).toEqual([
    'I read the first 340 of 10,000 pages of “book.pdf”: send the part that matters as a file of its own.',
    'I read the first 175,854 words of “novel.docx”: send the part that matters as a file of its own.',
  ]);
  expect(received.map((one) => one.file.kind)).toEqual(['text', 'text', 'text']);
});

describe('what was not read', () => {
  it('is pending where it was stopped, and where the fault passes', async () => {
    const { platform, receive, names } = setUp();
    const stop = new AbortController();
    const stopped = receive([file('a.txt'), file('b.txt'), file('c.txt')], stop.signal);
    await vi.waitUntil(() => names().length === 2);
    stop.abort(new Error('stopped'));
    const { received, faults } = await stopped;
    expect(received.map((one) => one.file)).toEqual(
      ['a.txt', 'b.txt', 'c.txt'].map((name) => ({ name, about: '', tokens: 0, pending: file(name) })),
    );
    expect(faults).toEqual([]);
    platform.fetchFile = async () => {
      throw new Error('no connection');
    };
    expect((await receive([file('a.txt')])).received[0]!.file.pending).toEqual(file('a.txt'));
  });
});
