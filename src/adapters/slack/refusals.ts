import type { SlackAddress } from './address.ts';

/** Remembers where streams are refused, so that replies do not ask again and again. */
export interface Refusals {
  /** @param errorName as Slack gave it: one that is about the app counts for its whole workspace, any other for the channel. */
  add(address: SlackAddress, errorName: string | undefined): void;
  has(address: SlackAddress): boolean;
}

/** Creates {@link Refusals} that are forgotten after a while: scopes are added, plans change. */
export function createRefusals(lifetimeMs = 10 * 60_000): Refusals {
  const until = new Map<string, number>();
  const isClosed = (place: string) => (until.get(place) ?? 0) > Date.now();
  return {
    add({ team, channel }, errorName) {
      for (const place of until.keys()) if (!isClosed(place)) until.delete(place);
      const place = aboutTheApp.has(errorName ?? '') ? team : `${team}:${channel}`;
      until.set(place, Date.now() + lifetimeMs);
    },
    has: ({ team, channel }) => isClosed(team) || isClosed(`${team}:${channel}`),
  };
}

const aboutTheApp = new Set([
  'unknown_method',
  'missing_scope',
  'not_allowed_token_type',
  'feature_not_enabled',
]);
