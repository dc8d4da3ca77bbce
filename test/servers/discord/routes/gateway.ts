import type { Route } from '../route.ts';

/** What `GET /gateway/bot` tells. */
export interface GatewayInformation {
  readonly url: string;
  readonly shards: number;
  readonly sessionStarts: number;
  readonly identifies: number;
}

/** Where the gateway is. */
export function gatewayRoutes(information: () => GatewayInformation): Route[] {
  return [
    {
      method: 'GET',
      path: '/gateway/bot',
      handle() {
        const { url, shards, sessionStarts, identifies } = information();
        const remaining = Math.max(0, sessionStarts - identifies);
        return {
          body: {
            url,
            shards,
            session_start_limit: {
              total: Math.max(1000, sessionStarts),
              remaining,
              reset_after: remaining > 0 ? 0 : 86_400_000,
              max_concurrency: 1,
            },
          },
        };
      },
    },
    { method: 'GET', path: '/gateway', handle: () => ({ body: { url: information().url } }) },
  ];
}
