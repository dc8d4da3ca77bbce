import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { ParleyError } from '../../core/errors.ts';
import type {
  ChatModel,
  CommandSpec,
  Counters,
  DirectSurface,
  EmbeddingModel,
  Inbox,
  KeyValue,
  Logger,
  Platform,
  ReadinessReport,
} from '../../core/ports.ts';
import { within } from '../../core/within.ts';
import { createAdmission } from './admission.ts';
import { createApp } from './app.ts';
import { createConversationIndex } from './conversation-index.ts';
import { createEventStreams } from './event-stream.ts';
import { createRateLimit } from './limits.ts';
import { createPictures } from './pictures.ts';
import { Problem, toProblemResponse } from './problems.ts';
import { createQuestions } from './questions.ts';
import { createSessions } from './sessions.ts';
import { createTurns } from './turns.ts';
import { createUploadFiles } from './upload-files.ts';
import { createUploads, fetchUpload } from './uploads.ts';

/** Options of {@link createWeb}. */
export interface WebOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Whoever has it may come in. Absent: whoever reaches the port; only for addresses of this machine. */
  readonly token?: string;
  /** True where a proxy in front tells the truth about who asks. @default false */
  readonly trustProxy?: boolean;
  /** Questions, completions and embeddings that somebody may ask for in a minute. @default 60 */
  readonly requestsPerMinute?: number;
  /** Answers that may run at once for one person. @default 4 for a browser that logged in, else 64 */
  readonly turns?: number;
  /** Where files of people wait until they are read (a directory of its own), and how large one may be. */
  readonly uploads: { readonly directory: string; readonly mostBytes: number };
  /** Where pictures that were made are kept, for as long as they may be looked at. */
  readonly pictures: { readonly directory: string };
  /** For lists of conversations and personas. */
  readonly store: KeyValue;
  /** For OpenAI's interface. */
  readonly completions: Pick<ChatModel, 'id' | 'stream' | 'complete'>;
  readonly embeddings: EmbeddingModel;
  /** True where a demo model answers. */
  readonly demo: boolean;
  /** Of Parley. */
  readonly version: string;
  /** Never rejects. */
  readiness(): Promise<ReadinessReport>;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Parley in the browser and over HTTP. */
export interface Web extends Platform<DirectSurface> {
  /** Where it listens; absent before it does. */
  readonly url: string | undefined;
}

/** Creates the platform `web`. Nothing listens before `start`. */
export function createWeb(options: WebOptions): Web {
  const { host, port, token, trustProxy = false, requestsPerMinute = 60, logger, counters } = options;
  const sessions = createSessions(token);
  const closing = new AbortController();
  const streams = createEventStreams({ counters });
  const index = createConversationIndex(options);
  const uploads = createUploads({
    ...{ files: createUploadFiles(options.uploads.directory), logger },
    mostBytes: options.uploads.mostBytes,
  });
  const pictures = createPictures({ files: createUploadFiles(options.pictures.directory), logger });
  let inbox: Inbox | undefined;
  let server: Server | undefined;
  let url: string | undefined;
  let stoppedAt: number | undefined;

  const turns = createTurns({
    pictures,
    onStop: (thread) => inbox?.stop(thread),
    onUnanswered: ({ thread }) => logger.error('a question was never answered', { thread }),
  });
  const admission = createAdmission({
    mostOf: (person) => options.turns ?? (person === 'local' || person === 'program' ? 64 : 4),
    turnsOf: turns.countOf,
  });

  function createListener(engine: Inbox, commands: readonly CommandSpec[]) {
    const app = createApp({
      ...{
        sessions,
        turns,
        streams,
        index,
        uploads,
        pictures,
        admission,
        trustProxy,
        host,
        commands,
        logger,
        counters,
      },
      ...{ inbox: engine, closing: closing.signal, guarded: sessions.required },
      ...{ completions: options.completions, embeddings: options.embeddings },
      ...{ model: options.completions.id, demo: options.demo, version: options.version },
      mostUploadBytes: options.uploads.mostBytes,
      readiness: () => options.readiness(),
      questions: createQuestions({ inbox: engine, turns, index, admit: admission.check, logger }),
      work: createRateLimit(requestsPerMinute),
      calls: createRateLimit(requestsPerMinute * 10),
      attempts: createRateLimit(attemptsPerMinute),
      logInAttempts: createRateLimit(attemptsPerMinute),
      logIns: createRateLimit(attemptsPerMinute),
    });
    const listen = getRequestListener(app.fetch, {
      // Other parts of this process keep the Request and Response that they know.
      overrideGlobalObjects: false,
      errorHandler: () =>
        toProblemResponse(new Problem(400, 'Send a request with a valid address and Host.')),
    });
    return (incoming: IncomingMessage, outgoing: ServerResponse) => {
      for (const [name, value] of safetyHeaders) outgoing.setHeader(name, value);
      void listen(incoming, outgoing);
    };
  }

  /** @returns when it was stopped first */
  function stop(): number {
    admission.stop();
    stoppedAt ??= Date.now();
    return stoppedAt;
  }

  return {
    name: 'web',
    get url() {
      return url;
    },

    async start(engine, commands) {
      inbox = engine;
      await Promise.all([uploads.open(), pictures.open()]);
      const listening = createServer(patience, createListener(engine, commands));
      await new Promise<void>((resolve, reject) => {
        listening.once('error', (error) => reject(toStartError(error, host, port)));
        listening.listen(port, host, resolve);
      });
      listening.on('error', (error) => logger.error('the web server has a fault', { error }));
      server = listening;
      url = toUrl(host, listening.address() as AddressInfo);
      return `Web: ${url}${token === undefined ? '' : ' (log in with WEB_TOKEN)'}`;
    },

    surface: (address) => turns.claim(address),
    fetchFile: (attachment, limits) => fetchUpload(uploads, attachment, limits),
    ready: () => server?.listening === true,

    async stop() {
      stop();
    },

    async close() {
      await within(admission.settled(), stop() + graceMs - Date.now());
      closing.abort();
      admission.abort();
      // Half an answer must not look whole: what was aborted says so first.
      await within(admission.settled(), lastWordsMs);
      turns.close();
      uploads.close();
      await pictures.close();
      streams.close();
      const ending = server;
      if (ending === undefined) return;
      await new Promise<void>((resolve) => {
        ending.close(() => resolve());
        ending.closeIdleConnections();
        // What was just answered gets a moment to arrive.
        setTimeout(() => ending.closeAllConnections(), lingerMs).unref();
      });
    },
  };
}

/** The page runs its own modules and nothing else, talks to nobody but this server, and stands in no other page. */
const safetyHeaders: readonly (readonly [string, string])[] = [
  [
    'content-security-policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
      "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  ],
  ['x-content-type-options', 'nosniff'],
  // Without a referrer a form would not say which site it is on, and would be refused.
  ['referrer-policy', 'same-origin'],
  ['x-frame-options', 'DENY'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
];

function toUrl(host: string, { port }: AddressInfo): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function toStartError(error: NodeJS.ErrnoException, host: string, port: number): ParleyError {
  const place = `${host}:${port}`;
  const notices: Readonly<Record<string, string>> = {
    EADDRINUSE: `The web page can't listen on ${place}: another program does. End it, or set WEB_PORT (or PORT) to another port.`,
    EACCES: `The web page may not listen on ${place}: set WEB_PORT (or PORT) to a port above 1023.`,
    EADDRNOTAVAIL: `The web page can't listen on ${place}: this machine has no such address. Correct HOST.`,
    ENOTFOUND: `The web page can't listen on ${place}: nobody knows this name. Correct HOST.`,
  };
  const notice = notices[error.code ?? ''] ?? `The web page can't listen on ${place}: check HOST and PORT.`;
  return new ParleyError('platform-failed', notice, { cause: error });
}

const attemptsPerMinute = 10;
/** For bodies those who read them have a patience of their own: a file may take longer. */
const patience = { headersTimeout: 30_000, connectionsCheckingInterval: 5_000 };
/** What runs for callers that wait gets so long from the stop to end by itself, as answers of the engine do. */
const graceMs = 10_000;
/** Time to say that it was broken off. */
const lastWordsMs = 500;
const lingerMs = 500;
