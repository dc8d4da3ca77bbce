import type { Receiver } from '@slack/bolt';
import { ParleyError } from '../../core/errors.ts';
import type { Counters, Logger } from '../../core/ports.ts';
import { createHttpReceiver } from './http.ts';
import { createSocketReceiver } from './socket.ts';

/** Where Slack's events come from: the one thing that differs between the modes. */
export interface Source {
  /** For Bolt's app. */
  readonly receiver: Receiver;
  /** Begins to take events. Resolves to a few words on where. @throws ParleyError `platform-failed` */
  start(): Promise<string>;
  /** True while events can come in. */
  ready(): boolean;
  /** Takes no more events. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** Options of {@link createSource}. */
export interface SourceOptions {
  readonly appToken?: string;
  readonly signingSecret?: string;
  readonly apiUrl?: string;
  readonly http?: { readonly host: string; readonly port: number };
  readonly logger: Logger;
  readonly counters: Counters;
}

/**
 * Socket Mode where there is an app token, else HTTP.
 * @throws ParleyError `platform-failed` where there is neither an app token nor a signing secret.
 */
export function createSource({
  appToken,
  signingSecret,
  apiUrl,
  http,
  logger,
  counters,
}: SourceOptions): Source {
  if (appToken !== undefined) {
    const api = apiUrl === undefined ? {} : { apiUrl };
    const receiver = createSocketReceiver({ appToken, logger, counters, ...api });
    return {
      receiver,
      async start() {
        await receiver.start();
        return 'Socket Mode';
      },
      ready: () => receiver.ready,
      stop: () => receiver.stop(),
      close: () => receiver.stop(),
    };
  }
  if (signingSecret === undefined) {
    throw new ParleyError(
      'platform-failed',
      'Slack needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP).',
    );
  }
  const place = http ?? { host: '127.0.0.1', port: 3000 };
  const receiver = createHttpReceiver({ signingSecret, ...place, logger, counters });
  return {
    receiver,
    async start() {
      const url = await receiver.start().catch((error: unknown) => {
        const notice = `Slack's events can not be taken at ${place.host}:${place.port}. Is the port free? PORT sets another.`;
        throw new ParleyError('platform-failed', notice, { cause: error });
      });
      return `HTTP, ${url}/slack/events`;
    },
    // Slack comes to us: there is nothing to lose.
    ready: () => true,
    stop: () => receiver.stop(),
    close: () => receiver.close(),
  };
}
