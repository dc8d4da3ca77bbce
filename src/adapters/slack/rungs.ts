import type { Rung, Scope } from '../../core/ports.ts';
import type { SlackAddress } from './address.ts';
import { markdownWidth } from './escape.ts';

/** The limits that calls of one reply count against. */
export interface Scopes {
  readonly startStream: Scope;
  readonly appendStream: Scope;
  readonly stopStream: Scope;
  readonly update: Scope;
  readonly status: Scope;
  /** One message a second in each channel. */
  readonly postInChannel: Scope;
  /** "Several hundred" messages a minute in a workspace. */
  readonly post: Scope;
  /** An address to bring a file to. */
  readonly uploadUrl: Scope;
  readonly completeUpload: Scope;
}

/** Slack counts per method and workspace (docs.slack.dev/apis/web-api/rate-limits); figures are its published least. */
export function createScopes({ team, channel }: SlackAddress): Scopes {
  const perMinute = (method: string, calls: number): Scope => ({
    id: `slack:${team}:${method}`,
    calls,
    perMs: 60_000,
    shape: 'bucket',
  });
  return {
    startStream: perMinute('chat.startStream', 20),
    appendStream: perMinute('chat.appendStream', 100),
    stopStream: perMinute('chat.stopStream', 20),
    update: perMinute('chat.update', 50),
    status: perMinute('assistant.threads.setStatus', 600),
    postInChannel: {
      id: `slack:${team}:${channel}:chat.postMessage`,
      calls: 1,
      perMs: 1_000,
      shape: 'window',
    },
    post: perMinute('chat.postMessage', 300),
    uploadUrl: perMinute('files.getUploadURLExternal', 100),
    completeUpload: perMinute('files.completeUploadExternal', 100),
  };
}

/** Slack's own stream. It holds about 12,000 characters or 10,600 bytes, and lives for about five minutes. */
export function streamRung(scopes: Scopes): Rung {
  return {
    name: 'stream',
    growth: 'append',
    limit: 10_000,
    width: markdownWidth,
    lifetimeMs: 240_000,
    scopes: { open: [scopes.startStream], grow: [scopes.appendStream], close: [scopes.stopStream] },
  };
}

/** A message that is edited. `markdown_text` takes 12,000 characters. */
export function messageRung(scopes: Scopes): Rung {
  return {
    name: 'message',
    growth: 'replace',
    limit: 11_000,
    width: markdownWidth,
    continues: true,
    scopes: { open: [scopes.postInChannel, scopes.post], grow: [scopes.update], close: [scopes.update] },
  };
}
