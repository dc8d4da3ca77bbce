import { webApi } from '@slack/bolt';
import { fetchWhole } from '../../core/http-fetch.ts';
import type { Logger } from '../../core/ports.ts';
import { toSlackLogger } from './logger.ts';

/** Slack's Web API in two tempers. */
export interface Clients {
  /**
   * For replies: sends at once, never waits, never retries. The library's own queue would stop all methods
   * after one refusal, and its retries would post twice.
   */
  readonly write: webApi.WebClient;
  /** For looking things up: a few quick retries, and no waiting for a rate limit. */
  readonly read: webApi.WebClient;
}

/** Options of {@link createClients}. */
export interface ClientsOptions {
  readonly botToken: string;
  /** @default 'https://slack.com/api/' */
  readonly apiUrl?: string;
  readonly logger: Logger;
}

/** Creates both clients; no call is made. */
export function createClients({ botToken, apiUrl, logger }: ClientsOptions): Clients {
  const common = { ...clientOptions(apiUrl), logger: toSlackLogger(logger) };
  return {
    write: new webApi.WebClient(botToken, { ...common, timeout: 15_000, retryConfig: { retries: 0 } }),
    read: new webApi.WebClient(botToken, {
      ...common,
      timeout: 10_000,
      retryConfig: { retries: 2, minTimeout: 200, maxTimeout: 1_000 },
    }),
  };
}

/** What every client of ours has in common. */
export function clientOptions(apiUrl: string | undefined): webApi.WebClientOptions {
  return {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    fetch: fetchWhole,
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    maxRequestConcurrency: Number.POSITIVE_INFINITY,
  };
}
