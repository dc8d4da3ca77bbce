import { editScope, globalScope, postScope, typingScope } from '../../src/adapters/discord/scopes.ts';
import type { Rung, Scope } from '../../src/core/ports.ts';
import type { SimulatedPlatform } from './simulation.ts';
import type { Spread } from './workload.ts';

/** Discord as observed; every thread is a channel of its own. */
export function simulatedDiscord(spread: Spread, burst: number): SimulatedPlatform {
  return {
    // Opening a thread counts for the bot alone here: how many threads a channel takes is nobody's topic.
    ...(spread === 'direct' ? {} : { preparation: () => [globalScope] }),
    indicator: ({ channel }) => [typingScope(`${channel}`), globalScope],
    rungs({ channel }) {
      const edits = [editScope(`${channel}`), globalScope];
      const rung: Rung = {
        name: 'message',
        growth: 'replace',
        limit: 2_000,
        width: (text) => text.length,
        scopes: { open: [postScope(`${channel}`), globalScope], grow: edits, close: edits },
      };
      return [rung];
    },
    // Discord’s headers tell of the bucket of the route, not of the bot-wide limit.
    tells: ({ id }) => id !== globalScope.id,
    limitOf: ({ calls, perMs, id }: Scope) => {
      const allowed = id === globalScope.id ? calls : Math.max(1, Math.round(calls * burst));
      // A smaller burst leaves the lasting rate as it is.
      return { calls: allowed, perMs: (perMs * allowed) / calls, shape: 'window' };
    },
  };
}
