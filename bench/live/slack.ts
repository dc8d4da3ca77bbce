import { createScopes, messageRung, streamRung } from '../../src/adapters/slack/rungs.ts';
import type { Scope } from '../../src/core/ports.ts';
import type { SimulatedPlatform } from './simulation.ts';
import type { Spread } from './workload.ts';

/** Slack as documented, with bursts of a share of a minute's worth. */
export function simulatedSlack(spread: Spread, burst: number): SimulatedPlatform {
  return {
    rungs({ channel }) {
      const address =
        spread === 'threads'
          ? { team: 'T', channel: 'C', threadTs: `1.${channel}` }
          : spread === 'channels'
            ? { team: 'T', channel: `C${channel}`, threadTs: `1.${channel}` }
            : { team: 'T', channel: `D${channel}` };
      const scopes = createScopes(address);
      return address.threadTs === undefined
        ? [messageRung(scopes)]
        : [streamRung(scopes), messageRung(scopes)];
    },
    tells: () => false,
    limitOf: ({ calls, perMs, shape }: Scope) =>
      shape === 'window'
        ? { calls, perMs, shape }
        : { calls: Math.max(1, calls * burst), perMs: Math.max(1, calls * burst) / (calls / perMs), shape },
  };
}
