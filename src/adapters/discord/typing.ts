import { Routes } from 'discord.js';
import type { Call } from './rest.ts';

/** Shows "is typing" in a channel for about 10 seconds, or until Parley posts there. Rejects as a call does. */
export type Typing = (channel: string) => Promise<void>;

/** Shown in a channel within so many milliseconds, it is not shown again: 5 calls in 5 seconds are seen to be allowed. */
const enoughMs = 1000;

/** Replies that begin in the same channel at the same time share one call: people see no difference, Discord refuses less. */
export function createTyping(call: Call): Typing {
  const shownAt = new Map<string, number>();
  return async (channel) => {
    const now = performance.now();
    for (const [known, at] of shownAt) if (now - at >= enoughMs) shownAt.delete(known);
    if (shownAt.has(channel)) return;
    shownAt.set(channel, now);
    await call('POST', Routes.channelTyping(channel));
  };
}
