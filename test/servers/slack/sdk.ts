/** The real SDK against the local Slack, quiet. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, LogLevel, SocketModeReceiver, webApi } from '@slack/bolt';
import type { StandInSlack } from './types.ts';

export type Mode = 'socket' | 'http';

const silent = {
  ...{ debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, setName() {} },
  getLevel: () => LogLevel.ERROR,
};

/** Starts a Bolt app as an app would be, in either mode. */
export async function startApp(
  slack: StandInSlack,
  mode: Mode,
  configure: (app: App) => void,
): Promise<{ stop(): Promise<void> }> {
  const clientOptions = { slackApiUrl: slack.apiUrl, rejectRateLimitedCalls: true };
  const receiver =
    mode === 'http'
      ? new HTTPReceiver({ signingSecret: slack.signingSecret, logger: silent, port: 0 })
      : new SocketModeReceiver({
          appToken: slack.appToken,
          logger: silent,
          // How long the client waits before it connects again.
          clientPingTimeout: 300,
          installerOptions: { clientOptions },
        });
  const app = new App({ receiver, token: slack.botToken, clientOptions, logger: silent, convoStore: false });
  configure(app);
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  if (mode === 'http') {
    const { port } = (server as Server).address() as AddressInfo;
    slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
  }
  return {
    async stop() {
      await app.stop();
    },
  };
}

/** A Web API client that neither waits nor tries again. */
export function createClient(slack: StandInSlack, token = slack.botToken): webApi.WebClient {
  return new webApi.WebClient(token, {
    slackApiUrl: slack.apiUrl,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    logger: silent,
  });
}
