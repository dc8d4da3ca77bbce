import { isIPv4 } from 'node:net';
import type { SettingReader } from './config-reader.ts';

/** Where and for whom the web page and the HTTP API are there. */
export interface WebConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Absent: whoever reaches the port may come in, which is only this machine. */
  readonly token?: string;
  /** True where a proxy in front tells the truth about who asks. */
  readonly trustProxy: boolean;
  /** Questions, completions and embeddings that one person may ask for. */
  readonly requestsPerMinute: number;
  /** Answers that may run at once for one person. */
  readonly turns?: number;
}

/** What the web's settings depend on. */
export interface WebSurroundings {
  readonly host: string;
  readonly port: number;
  /** True where nothing else is configured. */
  readonly wanted: boolean;
  /** True where Slack's HTTP mode listens on `port`. */
  readonly portTaken: boolean;
}

/** The web's settings, checked; `undefined` where it is off. */
export function readWeb(reader: SettingReader, surroundings: WebSurroundings): WebConfig | undefined {
  const { host, port, wanted, portTaken } = surroundings;
  const token = reader.token('WEB_TOKEN');
  const choice = reader.choice('WEB', ['on', 'off']);
  const ownPort = reader.number('WEB_PORT', { least: 0, most: 65_535, whole: true });
  const trustProxy = reader.choice('WEB_TRUST_PROXY', ['on', 'off']) === 'on';
  const counts = { least: 1, most: 1_000_000, whole: true };
  const requestsPerMinute = reader.number('WEB_REQUESTS_PER_MINUTE', counts) ?? 60;
  const turns = reader.number('WEB_TURNS', counts);
  const isOn = choice === undefined ? wanted || token !== undefined : choice === 'on';
  if (!isOn) return undefined;
  if (token === undefined && !isLoopback(host)) {
    reader.fault(
      `HOST=${host} lets other machines in, so the web page needs WEB_TOKEN: set it to a long random text, or set WEB=off.`,
    );
  }
  if (token !== undefined && token.length < shortestToken) {
    const sentence = `WEB_TOKEN is short enough to be guessed: use at least ${shortestToken} random characters.`;
    if (isLoopback(host)) reader.warn(sentence);
    else reader.fault(sentence);
  }
  if (portTaken && (ownPort === undefined || (ownPort === port && port !== 0))) {
    reader.fault(
      "Slack's HTTP mode listens on PORT already: set WEB_PORT to another port for the web page, or set WEB=off.",
    );
  }
  return {
    host,
    port: ownPort ?? port,
    ...(token !== undefined && { token }),
    trustProxy,
    requestsPerMinute,
    ...(turns !== undefined && { turns }),
  };
}

/** True for addresses that only this machine can reach. */
function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

const shortestToken = 16;
