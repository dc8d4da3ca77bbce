import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type App,
  HTTPResponseAck,
  HTTPModuleFunctions as http,
  isRawBodyError,
  type Receiver,
} from '@slack/bolt';
import type { Counters, Logger } from '../../core/ports.ts';
import { toBoltBody } from './envelope.ts';
import { toSlackLogger } from './logger.ts';
import { asPayload } from './payload.ts';

/** Options of {@link createHttpReceiver}. */
export interface HttpReceiverOptions {
  readonly signingSecret: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Takes Slack's signed requests. */
export interface HttpReceiver extends Receiver {
  /** Resolves to the base URL that it listens at. */
  start(): Promise<string>;
  /** Takes nothing more: Slack is told to come again later. The server stays up. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Bolt's HTTP mode at `POST /slack/events`, from Bolt's own parts. Its receiver as a whole dies of a signed
 * body that is no object, leaves what it does not know unanswered for three seconds, and can't be told to
 * send Slack away while replies drain. `GET /healthz` answers 200.
 */
export function createHttpReceiver(options: HttpReceiverOptions): HttpReceiver {
  const { signingSecret, host, port, logger, counters } = options;
  const slackLogger = toSlackLogger(logger);
  let app: App | undefined;
  let server: Server | undefined;
  let taking = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0];
    if (path === '/healthz' && request.method === 'GET') return answer(response, 200, 'ok\n');
    if (path !== '/slack/events' || request.method !== 'POST') return answer(response, 404);
    if (!taking) return answer(response, 503);
    await take(request, response);
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body: unknown;
    try {
      const verified = await http.parseAndVerifyHTTPRequest(
        { signingSecret, logger: slackLogger, bodyLimit },
        request,
      );
      body = parse(verified);
    } catch (error) {
      const status = isRawBodyError(error) ? error.statusCode : 401;
      counters.add('refused.unsigned');
      logger.warn('a request that claims to be from Slack was refused', { status, error });
      return answer(response, status);
    }
    const payload = asPayload(body);
    if (payload?.ssl_check === '1') return answer(response, 200);
    if (payload?.type === 'url_verification') return http.buildUrlVerificationResponse(response, payload);
    const known = toBoltBody(body);
    if (known === undefined || app === undefined) {
      counters.add('dropped.malformed');
      logger.warn('Slack sent something that can not be read');
      return answer(response, 400);
    }
    const ack = new HTTPResponseAck({
      logger: slackLogger,
      processBeforeResponse: false,
      httpRequest: request,
      httpRequestBody: known,
      httpResponse: response,
    });
    const retryNum = http.extractRetryNumFromHTTPRequest(request);
    const retryReason = http.extractRetryReasonFromHTTPRequest(request);
    await app.processEvent({
      body: known,
      ack: ack.bind(),
      ...(retryNum === undefined ? {} : { retryNum }),
      ...(retryReason === undefined ? {} : { retryReason }),
    });
  }

  return {
    init(given) {
      app = given;
    },
    async start() {
      const listening = createServer((request, response) => {
        handle(request, response).catch((error: unknown) => {
          logger.error('a request of Slack could not be handled', { error });
          answer(response, 500);
        });
      });
      await new Promise<void>((resolve, reject) => {
        listening.once('error', reject);
        listening.listen(port, host, resolve);
      });
      server = listening;
      taking = true;
      const { port: actual } = listening.address() as AddressInfo;
      return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
    },
    async stop() {
      taking = false;
    },
    async close() {
      taking = false;
      const closing = server;
      server = undefined;
      if (closing === undefined) return;
      await new Promise((resolve) => {
        closing.close(resolve);
        closing.closeAllConnections();
      });
    },
  };
}

/** Far more than Slack sends. */
const bodyLimit = 1024 * 1024;

/** `undefined` where the body is not what its content type says. */
function parse(request: IncomingMessage & { rawBody: Buffer }): unknown {
  try {
    return http.parseHTTPRequestBody(request);
  } catch {
    return undefined; // answered with 400, and counted there
  }
}

function answer(response: ServerResponse, status: number, text = ''): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(text);
}
