import { setTimeout as wait } from 'node:timers/promises';
import {
  type Client,
  DiscordjsError,
  DiscordjsErrorCodes,
  Events,
  GatewayCloseCodes,
  Status,
} from 'discord.js';
import { ParleyError } from '../../core/errors.ts';
import type { Counters, Logger } from '../../core/ports.ts';
import { createClient } from './client.ts';
import type { Refusals } from './refusals.ts';

/** The connection to Discord's gateway, kept up. */
export interface Gateway {
  /**
   * Connects, and resolves once events come in. Network trouble is waited out for as long as it takes.
   * @throws ParleyError `platform-failed` where trying again won't help
   */
  start(): Promise<Client<true>>;
  /** The newest client that was connected. */
  readonly client: Client<true> | undefined;
  /** True while events come in. */
  readonly ready: boolean;
  /** False where Discord refused the Message Content Intent. */
  readonly withContent: boolean;
  close(): Promise<void>;
}

/** Options of {@link createGateway}. */
export interface GatewayOptions {
  readonly token: string;
  readonly apiUrl: string;
  readonly logger: Logger;
  readonly counters: Counters;
  readonly refusals: Refusals;
  /** Told when, once it was started, trying again no longer helps. */
  onLost(error: ParleyError): void;
  /** Called with every new client before it connects. */
  attach(client: Client): void;
}

/** Said where the intent is not turned on. */
export const contentIntentHint =
  'replies in threads without a mention are not seen; turn on Message Content Intent in the developer portal';

/** Said where Discord does not take the token. */
export const badTokenNotice =
  'Discord does not accept DISCORD_TOKEN: make a new one on the Bot page of your application at ' +
  'https://discord.com/developers/applications (Reset Token) and set it.';

/** Makes it; nothing is connected yet. */
export function createGateway(options: GatewayOptions): Gateway {
  const { token, logger } = options;
  const closing = new AbortController();
  let withContent = true;
  let client: Client | undefined;
  let connected: Client<true> | undefined;

  async function start(): Promise<Client<true>> {
    for (let failures = 0; ; ) {
      const outcome = await connect();
      if ('ready' in outcome) return outcome.ready;
      if (closing.signal.aborted) throw failed('Discord was closed before it was connected.', outcome.error);
      const { code, error } = outcome;
      if (code === GatewayCloseCodes.DisallowedIntents && withContent) {
        withContent = false;
        logger.warn(`Discord: Message Content Intent is off: ${contentIntentHint}`);
        continue;
      }
      const notice = noticeOf(code, error);
      if (notice !== undefined) throw failed(notice, error);
      failures += 1;
      const retryMs = Math.min(60_000, 1000 * 2 ** Math.min(failures - 1, 6));
      logger.warn('Discord: could not connect, trying again', { error, retryMs });
      // An abort ends the wait; the loop sees it.
      await wait(retryMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) throw failed('Discord was closed before it was connected.', error);
    }
  }

  type Outcome = { ready: Client<true> } | { code: number | undefined; error: unknown };

  async function connect(): Promise<Outcome> {
    const next = createClient({ ...options, withContent });
    client = next;
    let code: number | undefined;
    let isReady = false;
    const ended = new Promise<never>((_, reject) => {
      next.on(Events.ShardDisconnect, (event) => {
        code = event.code;
        if (isReady && next === client) reconnect(event.code);
        else reject(new Error(`Discord ended the connection with code ${event.code}`));
      });
    });
    next.on(Events.ShardReconnecting, (shard) => {
      if (!closing.signal.aborted) logger.info('Discord: connection lost, reconnecting', { shard });
    });
    options.attach(next);
    const ready = new Promise<Client<true>>((resolve) => next.once(Events.ClientReady, resolve));
    const closed = new Promise<never>((_, reject) =>
      closing.signal.addEventListener('abort', () => reject(closing.signal.reason), { once: true }),
    );
    try {
      // A client that is destroyed while it logs in never says so.
      await Promise.race([next.login(token), closed, ended]);
      // Nor does one whose connection is ended between its login and the first word about its servers.
      const readyClient = await Promise.race([ready, closed, ended]);
      isReady = true;
      connected = readyClient;
      return { ready: readyClient };
    } catch (error) {
      void destroy(next);
      return { code, error };
    }
  }

  /** The SDK resumes and reconnects by itself, except after close codes that it takes for final. */
  function reconnect(code: number): void {
    if (closing.signal.aborted) return;
    logger.error('Discord: the connection was ended by Discord', { code });
    const old = client;
    start()
      .catch((error: unknown) => {
        if (closing.signal.aborted) return;
        options.onLost(
          error instanceof ParleyError
            ? error
            : failed('Discord can not be reached: start Parley again.', error),
        );
      })
      .finally(() => destroy(old));
  }

  /** Never rejects. */
  async function destroy(old: Client | undefined): Promise<void> {
    try {
      await old?.destroy();
    } catch (error) {
      logger.warn('Discord: could not close an old connection', { error });
    }
  }

  return {
    start,
    get client() {
      return connected;
    },
    get ready() {
      const shards = client?.ws.shards;
      return shards !== undefined && shards.size > 0 && shards.every(({ status }) => status === Status.Ready);
    },
    get withContent() {
      return withContent;
    },
    async close() {
      closing.abort();
      await client?.destroy();
    },
  };
}

function failed(notice: string, cause: unknown): ParleyError {
  return new ParleyError('platform-failed', notice, { cause });
}

/** What to do, where trying again won't help. */
function noticeOf(code: number | undefined, error: unknown): string | undefined {
  const isInvalid = error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid;
  if (isInvalid || code === GatewayCloseCodes.AuthenticationFailed) {
    return badTokenNotice;
  }
  if (code === GatewayCloseCodes.DisallowedIntents || code === GatewayCloseCodes.InvalidIntents) {
    return 'Discord refuses the events Parley asks for: look at the Bot page of your application at https://discord.com/developers/applications.';
  }
  if (code === GatewayCloseCodes.InvalidAPIVersion) {
    return 'Discord no longer speaks the version of its API that Parley uses: update Parley.';
  }
  return undefined;
}
