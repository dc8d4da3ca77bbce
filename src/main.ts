import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { createTerminal } from './adapters/terminal/terminal.ts';
import { readArguments } from './arguments.ts';
import { loadEnvironment, readConfig } from './config.ts';
import { createSettingReader } from './config-reader.ts';
import { createEngine } from './core/engine.ts';
import { ParleyError } from './core/errors.ts';
import { createHistory } from './core/history.ts';
import { createJournal } from './core/journal.ts';
import { createLiveReplies } from './core/live/replies.ts';
import type { Counters, FileReader, Platform } from './core/ports.ts';
import { createModels } from './models.ts';
import { openBrowser } from './open-browser.ts';
import { createCounters } from './ops/counters.ts';
import { startHeartbeat } from './ops/heartbeat.ts';
import { createLogger } from './ops/logging.ts';
import { createReadiness, type Readiness } from './ops/readiness.ts';
import { createScrubber } from './ops/scrubber.ts';
import { createPlatforms, describeOff } from './platforms.ts';
import { openStore } from './stores/open-store.ts';

/** The composition root: the only file that sees every room. */

/** What {@link startParley} needs from the process around it. */
export interface ParleyOptions {
  /** The settings: environment variables by name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** True: the terminal chat, whatever platforms are configured. */
  readonly chat?: boolean;
  /** @default the process's own */
  readonly input?: Readable & { readonly isTTY?: boolean };
  readonly output?: Writable;
  readonly status?: Writable;
  /** Aborted, it stops Parley as {@link Parley.stop} does, also while it still connects: then starting it rejects. */
  readonly signal?: AbortSignal;
}

/** A running Parley. */
export interface Parley {
  /** Lets replies finish (10 s), begins no new ones, ends every connection. Safe to call more than once. */
  stop(): Promise<void>;
  /**
   * Resolves once it has stopped, by {@link stop} or by itself (the end of a terminal chat). Rejects where it stopped
   * because a platform was lost for good, with the ParleyError that says what to do.
   */
  readonly stopped: Promise<void>;
  /** Where the web page is; absent where it is off. */
  readonly url: string | undefined;
  readonly counters: Counters;
}

/**
 * Starts Parley: everything that the settings name, in this process.
 * @throws ParleyError `bad-settings`, `store-failed` or `platform-failed`, with a notice that says what to do.
 */
export async function startParley(options: ParleyOptions): Promise<Parley> {
  const { environment, input = process.stdin, output = process.stdout, status = process.stderr } = options;
  const { signal, chat: chatting = false } = options;
  const config = readConfig(environment, { chat: chatting });
  // In a chat the log is on the same screen.
  const level = chatting && config.log.level === 'info' ? 'warn' : config.log.level;
  const logger = createLogger({ ...config.log, level, stream: status, secrets: config.secrets });
  for (const warning of config.warnings) logger.warn(warning);
  const counters = createCounters();
  const store = await openStore(config.storeUrl, { logger });
  const stopped = Promise.withResolvers<void>();
  const say = (line: string) => status.write(`${line}\n`);

  const models = await createModels(config, logger);
  const { all: platforms, web } = chatting
    ? {
        all: [
          createTerminal({
            ...{ input, output, status, onExit: () => void stop() },
            pictures: join(config.dataDir, 'pictures'),
          }),
        ],
        web: undefined,
      }
    : await createPlatforms(config, {
        ...{ keyValue: store.keyValue, models, logger, counters, onLost },
        readiness: () => readiness.check(),
      });
  const readiness: Readiness = createReadiness({ store: store.keyValue('web'), platforms });
  // A terminal chat ends with its process: nobody waits for an answer after that.
  const errands = chatting ? (await openStore('memory://')).keyValue('errands') : store.keyValue('errands');
  const engine = createEngine({
    platforms,
    model: models.chat,
    history: createHistory(store.keyValue('history'), { logger }),
    journal: createJournal({ seen: store.keyValue('seen'), errands, logger, now: Date.now }),
    replies: createLiveReplies({ logger, counters }),
    persona: config.systemPrompt,
    files: {
      reader: fileReader,
      transcriber: models.transcription,
      contents: store.keyValue('files'),
      ...config.files,
    },
    ...(config.images && {
      images: { ...config.images, model: models.images, store: store.keyValue('images') },
    }),
    logger,
    counters,
  });

  let stopping: Promise<void> | undefined;
  function stop(): Promise<void> {
    stopping ??= shutDown().then(
      () => (lost === undefined ? stopped.resolve() : stopped.reject(lost)),
      stopped.reject,
    );
    return stopping;
  }

  let lost: ParleyError | undefined;
  /** A process without its platform looks healthy and answers nobody: better it ends, and says why. */
  function onLost(error: ParleyError): void {
    logger.error(error.notice, { error });
    lost ??= error;
    void stop();
  }

  /** One platform that fails to stop keeps nothing else from stopping. */
  async function each(all: readonly Platform[], work: (platform: Platform) => Promise<void>): Promise<void> {
    for (const result of await Promise.allSettled(all.map(work))) {
      if (result.status === 'rejected')
        logger.warn('a platform did not stop in order', { error: result.reason });
    }
  }

  async function shutDown(): Promise<void> {
    await each(platforms, (platform) => platform.stop());
    await engine.drain(drainMs);
    await each(platforms, (platform) => platform.close());
    // What still came in until then is noted before the store closes.
    await engine.drain(lateMs);
    heartbeat?.stop();
    await store.close();
    logger.info('stopped', { counters: counters.snapshot() });
  }

  say(config.model.kind === 'demo' ? demoLine : `Model: ${models.chat.id}`);
  say(`Store: ${store.describe}`);
  if (!chatting) describeOff(config).forEach(say);
  let heartbeat: { stop(): void } | undefined;
  // Who doesn't ask how it ended has the notice in the log.
  stopped.promise.catch(() => undefined);
  try {
    // Waiting for a platform is healthy, too.
    if (!chatting) heartbeat = startHeartbeat(config.dataDir, logger);
    signal?.addEventListener('abort', () => void stop(), { once: true });
    signal?.throwIfAborted();
    await Promise.all(
      platforms.map(async (platform) => {
        const line = await platform.start(engine, engine.commands);
        readiness.started(platform.name);
        if (!chatting) say(line);
        await engine.recover(platform.name);
      }),
    );
  } catch (error) {
    await stop();
    throw signal?.aborted ? signal.reason : (lost ?? error);
  }
  return { stop, stopped: stopped.promise, url: web?.url, counters };
}

/** Loaded with the first file that comes: what reads pictures is large. */
const fileReader: FileReader = {
  async read(file, options) {
    const { createFileReader } = await import('./files/file-reader.ts');
    lastingReader ??= createFileReader();
    return lastingReader.read(file, options);
  },
};
let lastingReader: FileReader | undefined;

/** Runs Parley as a process: signals, exit status, nothing unhandled. */
async function main(): Promise<void> {
  let scrub = (text: string) => text;
  const complain = (text: string) => void process.stderr.write(`${scrub(text)}\n`);
  // No rejection that somebody forgot may end everybody's conversations.
  process.on('unhandledRejection', (reason) => complain(`unhandled rejection: ${describe(reason)}`));
  const stopping = new AbortController();
  // After an exception that nobody caught nothing is certain: end in order, what is unanswered is answered after the restart.
  process.on('uncaughtException', (error) => {
    complain(`uncaught exception: ${describe(error)}`);
    process.exitCode = 1;
    setTimeout(() => process.exit(1), forceMs).unref();
    stopping.abort();
  });
  const onSignal = () => {
    if (stopping.signal.aborted) process.exit(1);
    complain('Stopping: answers on their way get 10 seconds; a second signal ends it at once.');
    setTimeout(() => process.exit(1), forceMs).unref();
    stopping.abort();
  };
  // Nobody reads the status any more (`… | head`): no reason to stop.
  process.stderr.on('error', () => undefined);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    const environment = loadEnvironment(process.cwd(), process.env);
    scrub = createScrubber(createSettingReader(environment).secrets);
    const { chat, open } = readArguments(process.argv.slice(2));
    const parley = await startParley({ environment, chat, signal: stopping.signal });
    if (open) void showPage(parley.url, complain);
    await parley.stopped;
    process.exit();
  } catch (error) {
    // Stopped while it still connected: that is what was asked for.
    if (error === stopping.signal.reason) process.exit();
    complain(describe(error));
    process.exit(1);
  }
}

/** A page that does not open is no reason not to run. */
async function showPage(url: string | undefined, complain: (text: string) => void): Promise<void> {
  const failure =
    url === undefined
      ? 'The web page is off, so there is nothing to open: set WEB=on.'
      : await openBrowser(url);
  if (failure !== undefined) complain(failure);
}

function describe(error: unknown): string {
  if (error instanceof ParleyError) return error.notice;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const demoLine = 'Model: demo (local, canned answers; set OPENAI_API_KEY for a real one)';
/** Replies in flight get so long to finish after a signal; the process ends within `forceMs` in any case. */
const drainMs = 10_000;
const lateMs = 300;
const forceMs = 14_000;

if (import.meta.main) await main();
