/** HTTP mode: signed posts to the app's request URL. */
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { Carrier, DeliveryDesk, OpenDelivery, Outcome } from './delivery.ts';
import type { Ground } from './ground.ts';
import type { Attempt, Parcel } from './parcel.ts';

export type Signature = 'right' | 'wrong' | 'none' | 'old';

export interface SignedPosts extends Carrier {
  /** Where the app listens. */
  url: string | undefined;
  post(body: string, options: PostOptions): Promise<Answer>;
  close(): void;
}

interface PostOptions {
  readonly signature?: Signature;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** Slack refuses nothing itself, but apps must refuse what is older than this. */
const OLD_SECONDS = 6 * 60;

export function createSignedPosts(
  ground: Ground,
  signingSecret: string,
  desk: () => DeliveryDesk,
): SignedPosts {
  const agent = new Agent({ keepAlive: true });

  function post(body: string, options: PostOptions): Promise<Answer> {
    const { url } = posts;
    if (url === undefined) throw new Error('Nobody said where to deliver to: call deliverTo(url) first.');
    const headers = {
      'content-type': options.contentType ?? 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      ...sign(signingSecret, body, options.signature ?? 'right'),
      ...options.headers,
    };
    return new Promise((resolve, reject) => {
      const { signal } = options;
      const call = request(url, { method: 'POST', agent, headers, ...(signal && { signal }) }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(parts).toString(),
            headers: response.headers,
          }),
        );
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  async function deliver(attempt: Attempt): Promise<Outcome> {
    const deadline = new AbortController();
    const timer = ground.timers.after(ground.limits.acknowledgeMs, () => deadline.abort());
    try {
      const { body, contentType } = toBody(attempt.parcel);
      const headers = toRetryHeaders(attempt);
      return toOutcome(await post(body, { contentType, headers, signal: deadline.signal }));
    } catch {
      // Whatever it was, Slack knows only that no answer came.
      return { kind: 'failed', reason: deadline.signal.aborted ? 'http_timeout' : 'connection_failed' };
    } finally {
      ground.timers.cancel(timer);
    }
  }

  const posts: SignedPosts = {
    transport: 'http',
    url: undefined,
    post,
    carry(attempt: Attempt, record: OpenDelivery) {
      void deliver(attempt).then((outcome) => desk().settle(attempt, record, outcome));
    },
    close() {
      posts.url = undefined;
      agent.destroy();
    },
  };
  return posts;
}

function sign(secret: string, body: string, signature: Signature): Record<string, string> {
  if (signature === 'none') return {};
  const age = signature === 'old' ? OLD_SECONDS : 0;
  // Signatures are checked against the real clock.
  const timestamp = String(Math.floor(Date.now() / 1000) - age);
  const key = signature === 'wrong' ? `${secret}-not` : secret;
  const digest = createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}` };
}

function toBody({ kind, payload }: Parcel): { body: string; contentType: string } {
  if (kind === 'events_api') return { body: JSON.stringify(payload), contentType: 'application/json' };
  const fields =
    kind === 'interactive' ? { payload: JSON.stringify(payload) } : (payload as Record<string, string>);
  return {
    body: new URLSearchParams(fields).toString(),
    contentType: 'application/x-www-form-urlencoded',
  };
}

function toRetryHeaders({ number, reason }: Attempt): Record<string, string> {
  if (number === 0) return {};
  return { 'x-slack-retry-num': String(number), 'x-slack-retry-reason': reason ?? 'unknown_error' };
}

function toOutcome({ status, body, headers }: Answer): Outcome {
  if (status >= 200 && status < 300) return { kind: 'acknowledged', body: parse(body), status };
  return { kind: 'failed', reason: 'http_error', status, final: headers['x-slack-no-retry'] === '1' };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // An acknowledgement may be plain text.
    return body;
  }
}
