import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import type { Identity } from './sessions.ts';

/** What handlers find in their context. */
export interface WebEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Who asks; always there under `/api` and `/v1`, elsewhere where somebody is logged in. */
    identity: Identity | undefined;
    /** The network address that the request came from. */
    address: string;
    /** True where the browser came by https. */
    secure: boolean;
  };
}

/** The application, and a context of it. */
export type WebApp = Hono<WebEnv>;
export type WebContext = Context<WebEnv>;

/** Who asks, on a route that is not open to all. */
export function personOf(context: WebContext): string {
  const identity = context.get('identity');
  if (identity === undefined) throw new Error('this route is open to all');
  return identity.person;
}
