import { expect, it, onTestFinished, vi } from 'vitest';
import { createWeb } from '../../../src/adapters/web/web.ts';
import { createEngine } from '../../../src/core/engine.ts';
import { createHistory } from '../../../src/core/history.ts';
import { createJournal } from '../../../src/core/journal.ts';
import { createLiveReplies } from '../../../src/core/live/replies.ts';
import type { KeyValue } from '../../../src/core/ports.ts';
import { createDemoEmbeddings } from '../../../src/models/demo/embeddings.ts';
import { createInstruments, createMemoryKeyValue } from '../../fakes/instruments.ts';
import { createFakeModel } from '../../fakes/model.ts';
import { readAll } from './events.ts';
import { createScratch, createUploadRoom } from './scratch.ts';

/** The server before a real engine, over stores that a test can hold up. */

const thread = 'web:local:c1';
const place = '/api/conversations/c1';

async function setUp() {
  const instruments = createInstruments();
  const { logger } = instruments;
  const model = createFakeModel();
  model.reply = () => 'answer';
  const [webStore, historyStore] = [createMemoryKeyValue(), createMemoryKeyValue()];
  const [seen, errands] = [createMemoryKeyValue(), createMemoryKeyValue()];
  const web = createWeb({
    uploads: createUploadRoom(),
    pictures: { directory: createScratch() },
    ...{ host: '127.0.0.1', port: 0, store: webStore, demo: true, version: '1.2.3', ...instruments },
    ...{ completions: model, embeddings: createDemoEmbeddings() },
    readiness: async () => ({ ready: true, store: true, platforms: [] }),
  });
  const engine = createEngine({
    ...{ platforms: [web], model, history: createHistory(historyStore), persona: '', ...instruments },
    journal: createJournal({ seen, errands, logger, now: Date.now }),
    replies: createLiveReplies(instruments),
  });
  await web.start(engine, engine.commands);
  onTestFinished(() => web.close());

  function call(method: string, path: string, text?: string, accept = 'application/json'): Promise<Response> {
    const body = text === undefined ? {} : { body: JSON.stringify({ text }) };
    const headers = { accept, ...(text !== undefined && { 'content-type': 'application/json' }) };
    return fetch(`${web.url}${path}`, { method, headers, ...body });
  }

  return {
    ...{ model, engine, call, webStore, historyStore, errands },
    /** Asks, and gives the answer once it has ended. */
    async ask(text: string): Promise<Record<string, unknown>> {
      return (await (await call('POST', `${place}/messages`, text)).json()) as Record<string, unknown>;
    },
    /** Asks for a stream: once it is there the turn has begun. */
    stream: (text: string) => call('POST', `${place}/messages`, text, 'text/event-stream'),
    said: async () => (await engine.conversations.read(thread)).map(({ text }) => text),
    async listed() {
      const { conversations } = (await (await call('GET', '/api/conversations')).json()) as {
        conversations: readonly { readonly id: string }[];
      };
      return conversations.map(({ id }) => id);
    },
  };
}

/** Holds calls of one kind up, from the next one on, until they are released. */
function hold(store: KeyValue, kind: 'get' | 'delete') {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const { get, delete: remove } = store;
  const wait = () => {
    reached.resolve();
    return released.promise;
  };
  if (kind === 'get') store.get = async <Value>(key: string) => wait().then(() => get<Value>(key));
  else store.delete = async (key) => wait().then(() => remove(key));
  const release = () => {
    Object.assign(store, { get, delete: remove });
    released.resolve();
  };
  return { reached: reached.promise, release };
}

it.each([
  ['deleted', 'DELETE', place, 404],
  ['cleared', 'POST', `${place}/clear`, 200],
] as const)(
  'a conversation that is %s stays so, whatever was about to be asked',
  async (_how, method, path, status) => {
    const { call, ask, said, webStore } = await setUp();
    await ask('old');
    const persona = hold(webStore, 'get');
    const asking = ask('secret');
    await persona.reached;
    const forgetting = call(method, path);
    await vi.waitFor(async () => expect(await said()).toEqual([]));
    persona.release();
    expect((await forgetting).status).toBe(204);
    expect(await asking).toMatchObject({ end: 'stopped' });
    expect(await said()).toEqual([]);
    const shown = await call('GET', place);
    expect(shown.status).toBe(status);
    expect(await shown.text()).not.toContain('secret');
  },
);

it('a question that is asked while another is taken back is answered', async () => {
  const { call, ask, stream, said, historyStore } = await setUp();
  await ask('first');
  const loading = hold(historyStore, 'get');
  const undoing = call('POST', `${place}/undo`);
  await loading.reached;
  const response = await stream('second');
  loading.release();
  expect(await (await undoing).json()).toEqual({ question: 'first' });
  expect((await readAll(response)).at(-1)?.data).toEqual({ end: 'complete' });
  expect(await said()).toEqual(['second', 'answer']);
});

it('an answer that has just ended can be taken back, once the engine is done with it', async () => {
  const { call, stream, said, errands, engine } = await setUp();
  const striking = hold(errands, 'delete');
  await readAll(await stream('first'));
  await striking.reached;
  const undo = vi.spyOn(engine.conversations, 'undo');
  const undoing = call('POST', `${place}/undo`);
  await vi.waitFor(() => expect(undo).toHaveBeenCalledOnce());
  striking.release();
  expect(await (await undoing).json()).toEqual({ question: 'first' });
  expect(undo).toHaveBeenCalledOnce();
  expect(await said()).toEqual([]);
});

it('a conversation that is begun anew while it is deleted is there', async () => {
  const { call, ask, stream, said, listed, webStore } = await setUp();
  await ask('old');
  const removing = hold(webStore, 'delete');
  const deleting = call('DELETE', place);
  await removing.reached;
  await readAll(await stream('other'));
  removing.release();
  expect((await deleting).status).toBe(204);
  expect(await listed()).toEqual(['c1']);
  expect(await said()).toEqual(['other', 'answer']);
});
