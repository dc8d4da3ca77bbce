import { expect, onTestFinished } from 'vitest';
import { createWeb, type Web, type WebOptions } from '../../../src/adapters/web/web.ts';
import type {
  DirectSurface,
  Inbox,
  IncomingMessage,
  KeyValue,
  ReplyAddress,
  ThreadKey,
} from '../../../src/core/ports.ts';
import { createDemoEmbeddings } from '../../../src/models/demo/embeddings.ts';
import { createCounters } from '../../../src/ops/counters.ts';
import { commands } from '../../contracts/platform-local.ts';
import { createFakeConversations, type FakeConversations } from '../../fakes/conversations.ts';
import { createMemoryKeyValue, createRecordingLogger, type LogLine } from '../../fakes/instruments.ts';
import { createFakeModel, type FakeModel } from '../../fakes/model.ts';
import { createRecordingInbox, type RecordingInbox } from '../../fakes/recording-inbox.ts';
import { type ReadEvent, readAll } from './events.ts';
import { createScratch, createUploadRoom } from './scratch.ts';

/** A web server on a free port, in front of an inbox that answers nothing by itself. */
export interface Site {
  readonly web: Web;
  readonly url: string;
  readonly inbox: RecordingInbox;
  readonly conversations: FakeConversations;
  /** Threads that the engine was told to stop. */
  readonly stopped: readonly ThreadKey[];
  readonly model: FakeModel;
  readonly lines: readonly LogLine[];
  readonly counts: () => Readonly<Record<string, number>>;
  /** A call of its API; JSON where there is a body. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  /** The body of a GET, which the caller says the shape of. */
  read<Body>(path: string): Promise<Body>;
  /** Asks for a stream, and takes the place of the engine. */
  ask(id: string, text: string, options?: CallOptions): Promise<Asked>;
  /** Reads a stream from a place on. */
  stream(id: string, lastEventId?: string, options?: CallOptions): Promise<Response>;
}

/** Options of a call. */
export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A question that was asked over HTTP. */
export interface Asked {
  readonly response: Response;
  readonly message: IncomingMessage;
  /** Writes the answer. */
  readonly surface: DirectSurface;
  /** Every event, once the stream has ended. */
  all(): Promise<readonly ReadEvent[]>;
}

/** Options of {@link startSite}, besides those of the platform. */
export interface SiteOptions extends Partial<WebOptions> {
  /** True: every question is answered at once, by nothing. @default false */
  readonly answering?: boolean;
}

/** For turns that have no pictures. */
export const noPictures = {
  put: () => expect.fail('There is no picture here.'),
  drop: () => undefined,
};

/** Starts a site; closed when the test is finished. */
export async function startSite({ answering = false, ...changes }: SiteOptions = {}): Promise<Site> {
  const conversations = createFakeConversations();
  const recording = createRecordingInbox();
  const inbox: RecordingInbox = { ...recording, conversations };
  const stopped: ThreadKey[] = [];
  const logger = createRecordingLogger();
  const counters = createCounters();
  const model = createFakeModel();
  const store: KeyValue = changes.store ?? createMemoryKeyValue();
  const web = createWeb({
    host: '127.0.0.1',
    port: 0,
    store,
    uploads: createUploadRoom(),
    pictures: { directory: createScratch() },
    completions: model,
    embeddings: createDemoEmbeddings(),
    demo: true,
    version: '1.2.3',
    readiness: async () => ({ ready: true, store: true, platforms: [] }),
    logger,
    counters,
    ...changes,
  });
  const answer = ({ replyTo }: { readonly replyTo: ReplyAddress }) =>
    answering ? web.surface(replyTo).end({ end: 'complete' }) : undefined;
  const engine: Inbox = {
    ...inbox,
    message: async (message) => {
      await inbox.message(message);
      await answer(message);
    },
    command: async (call) => {
      await inbox.command(call);
      await answer(call);
    },
    stop: (thread) => void stopped.push(thread),
  };
  await web.start(engine, commands);
  onTestFinished(() => web.close());
  const { url } = web;
  if (url === undefined) throw new Error('It does not listen.');

  function call(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    const { body, headers, signal } = options;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return fetch(`${url}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      redirect: 'manual',
      ...(body !== undefined && { body: text }),
      ...(signal && { signal }),
    });
  }

  return {
    ...{
      web,
      url,
      inbox,
      conversations,
      stopped,
      model,
      lines: logger.lines,
      counts: counters.snapshot,
      call,
    },
    async read<Body>(path: string) {
      return (await (await call('GET', path)).json()) as Body;
    },
    async ask(id, text, options = {}) {
      const headers = { accept: 'text/event-stream', ...options.headers };
      const before = inbox.messages.length;
      const response = await call('POST', `/api/conversations/${id}/messages`, {
        ...options,
        body: options.body ?? { text },
        headers,
      });
      const message = await inbox.until(() => inbox.messages.slice(before).find((one) => one.text === text));
      const surface = web.surface(JSON.parse(JSON.stringify(message.replyTo)));
      return { response, message, surface, all: () => readAll(response) };
    },
    stream: (id, lastEventId, options = {}) =>
      call('GET', `/api/conversations/${id}/stream`, {
        ...options,
        headers: {
          accept: 'text/event-stream',
          ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
          ...options.headers,
        },
      }),
  };
}
