import type { SettingReader } from './config-reader.ts';

/** How to reach Discord. */
export interface DiscordConfig {
  readonly token: string;
  /** Without slash at the end. */
  readonly apiUrl: string;
  /** Where a mention in a channel is answered. */
  readonly replies: 'thread' | 'channel';
}

/** How to reach Slack: over its socket, or as a web server that Slack calls. */
export type SlackConfig =
  | { readonly mode: 'socket'; readonly botToken: string; readonly appToken: string; readonly apiUrl: string }
  | {
      readonly mode: 'http';
      readonly botToken: string;
      readonly signingSecret: string;
      readonly apiUrl: string;
    };

/** Discord's settings, checked; `undefined` where there is no token. */
export function readDiscord(reader: SettingReader): DiscordConfig | undefined {
  const token = reader.token('DISCORD_TOKEN');
  const apiUrl = reader.url('DISCORD_API_URL', ['http:', 'https:']) ?? 'https://discord.com/api';
  const replies = reader.choice('DISCORD_REPLIES', ['thread', 'channel']) ?? 'thread';
  return token === undefined ? undefined : { token, apiUrl: apiUrl.replace(/\/+$/, ''), replies };
}

/** Slack's settings, checked; `undefined` where there is no bot token. */
export function readSlack(reader: SettingReader): SlackConfig | undefined {
  const botToken = reader.token('SLACK_BOT_TOKEN');
  const appToken = reader.token('SLACK_APP_TOKEN');
  const signingSecret = reader.token('SLACK_SIGNING_SECRET');
  const url = reader.url('SLACK_API_URL', ['http:', 'https:']) ?? 'https://slack.com/api/';
  const apiUrl = `${url.replace(/\/+$/, '')}/`;
  if (botToken?.startsWith('xapp-')) {
    reader.fault(
      'SLACK_BOT_TOKEN holds an app-level token (xapp-…): put the bot token there, it begins with xoxb-.',
    );
  } else if (botToken?.startsWith('xoxp-')) {
    reader.fault(
      'SLACK_BOT_TOKEN holds a user token (xoxp-…): put the bot token there, it begins with xoxb-.',
    );
  }
  if (appToken?.startsWith('xox')) {
    reader.fault(
      'SLACK_APP_TOKEN holds a bot or user token (xox…): put the app-level token there, it begins with xapp-.',
    );
  }
  if (botToken === undefined) {
    const lonely = ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'] as const;
    for (const name of lonely.filter((candidate) => reader.text(candidate) !== undefined)) {
      reader.fault(
        `${name} needs SLACK_BOT_TOKEN too: copy the bot token (xoxb-…) from the app's OAuth page.`,
      );
    }
    return undefined;
  }
  if (appToken !== undefined) {
    if (signingSecret !== undefined) {
      reader.warn(
        'SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: Socket Mode is used, the secret is not.',
      );
    }
    return { mode: 'socket', botToken, appToken, apiUrl };
  }
  if (signingSecret !== undefined) return { mode: 'http', botToken, signingSecret, apiUrl };
  reader.fault(
    'SLACK_BOT_TOKEN needs a partner: set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP.',
  );
  return undefined;
}
