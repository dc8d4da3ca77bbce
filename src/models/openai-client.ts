import OpenAI from 'openai';
import { ParleyError } from '../core/errors.ts';

const ownBaseUrl = 'https://api.openai.com/v1';

/** Where the model is and how to be let in. */
export interface OpenAiAccess {
  /** May be left out for compatible servers that want none. */
  readonly apiKey?: string;
  /** @default OpenAI's own. User and password in it are sent as basic authorization where there is no key. */
  readonly baseUrl?: string;
  readonly organization?: string;
  readonly project?: string;
}

/** A client, and whose server it talks to. */
export interface OpenAiConnection {
  readonly client: OpenAI;
  /** True for a server of OpenAI's. */
  readonly official: boolean;
}

/**
 * The SDK's client with everything switched off that we do ourselves: it reads nothing from the
 * environment that was not passed in, retries nothing and writes no log.
 * @throws ParleyError `bad-settings` where the base URL is not a web address
 */
export function connectOpenAi(access: OpenAiAccess): OpenAiConnection {
  const url = URL.parse(access.baseUrl ?? ownBaseUrl);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ParleyError(
      'bad-settings',
      'OPENAI_BASE_URL is not a web address: it should look like http://host/v1.',
    );
  }
  const basic = readBasicAuthorization(url);
  const client = new OpenAI({
    // The SDK insists on a key; servers that want none ignore it.
    apiKey: access.apiKey ?? 'no-key',
    adminAPIKey: null,
    webhookSecret: null,
    organization: access.organization ?? null,
    project: access.project ?? null,
    baseURL: url.href,
    maxRetries: 0,
    // The longest that a timer can take: how long to wait is decided by our own deadline.
    timeout: 2_147_483_647,
    logLevel: 'off',
    ...(access.apiKey === undefined && basic !== undefined && { defaultHeaders: { Authorization: basic } }),
  });
  return { client, official: /(^|\.)api\.openai\.com$/.test(url.hostname) };
}

/** Takes user and password out of the URL: `fetch` refuses such a URL, in an error that shows the password. */
function readBasicAuthorization(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
