import { createHash } from 'node:crypto';
import type { Scope } from '../../core/ports.ts';

// Discord publishes the bot-wide figure alone; the others are widely observed, and corrected by what it answers.

/** Requests of the bot over all routes but those of interactions. */
export const globalScope: Scope = { id: 'discord:global', calls: 50, perMs: 1000, shape: 'window' };

/** Posts in a channel or thread. */
export function postScope(channel: string): Scope {
  return { id: `discord:channel:${channel}:create`, calls: 5, perMs: 5000, shape: 'window' };
}

/** Edits of messages in a channel or thread; seen to be counted apart from posts. */
export function editScope(channel: string): Scope {
  return { id: `discord:channel:${channel}:edit`, calls: 5, perMs: 5000, shape: 'window' };
}

/** "Is typing" in a channel or thread. */
export function typingScope(channel: string): Scope {
  return { id: `discord:channel:${channel}:typing`, calls: 5, perMs: 5000, shape: 'window' };
}

/** Threads opened in a channel. */
export function threadScope(channel: string): Scope {
  return { id: `discord:channel:${channel}:threads`, calls: 50, perMs: 300_000, shape: 'window' };
}

/** All writes with the token of one interaction. */
export function webhookScope(token: string): Scope {
  const hash = createHash('sha256').update(token).digest('hex').slice(0, 16);
  return { id: `discord:webhook:${hash}`, calls: 5, perMs: 5000, shape: 'window' };
}
