import type { Counters, Logger } from '../../core/ports.ts';
import { chooseType } from './accept.ts';
import { readText } from './bodies.ts';
import type { RateLimit } from './limits.ts';
import { Problem, toSeconds } from './problems.ts';
import type { Sessions } from './sessions.ts';
import type { WebApp, WebContext } from './web-env.ts';

/** What {@link addLoginRoutes} needs. */
export interface LoginRoutesOptions {
  readonly sessions: Sessions;
  /** Wrong tokens per address. */
  readonly attempts: RateLimit;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** `POST /login` and `POST /logout`: a form is led on to a page, a program gets a status. */
export function addLoginRoutes(app: WebApp, options: LoginRoutesOptions): void {
  const { sessions, attempts, logger, counters } = options;

  app.post('/login', async (context) => {
    const address = context.get('address');
    const isForm = wantsPage(context);
    const waitMs = attempts.wait(address);
    if (waitMs > 0) {
      if (isForm) return context.redirect('/login?error=too-many', 303);
      throw tooMany(waitMs);
    }
    const token = new URLSearchParams(await readText(context.env.incoming, formType)).get('token') ?? '';
    const cookies = sessions.logIn(token, credentialsOf(context));
    if (cookies === undefined) {
      attempts.take(address);
      counters.add('web.refused.token');
      logger.warn('somebody tried to log in with a wrong token', { address });
      if (isForm) return context.redirect('/login?error=wrong', 303);
      throw new Problem(401, 'This is not the token: it is the value of WEB_TOKEN.');
    }
    return finish(context, cookies, '/');
  });

  app.post('/logout', (context) => finish(context, sessions.logOut(credentialsOf(context)), '/login'));
}

/** @returns the problem of somebody who tried too many tokens */
export function tooMany(waitMs: number): Problem {
  return new Problem(429, 'Too many wrong tokens: wait a moment before you try again.', {
    retryAfterSeconds: toSeconds(waitMs),
  });
}

/** What a request brings to say who it is. */
export function credentialsOf(context: WebContext) {
  return {
    authorization: context.req.header('authorization'),
    cookie: context.req.header('cookie'),
    secure: context.get('secure'),
  };
}

function finish(context: WebContext, cookies: readonly string[], next: string): Response {
  for (const cookie of cookies) context.header('set-cookie', cookie, { append: true });
  context.header('cache-control', 'no-store');
  return wantsPage(context) ? context.redirect(next, 303) : context.body(null, 204);
}

function wantsPage(context: WebContext): boolean {
  return chooseType(context.req.header('accept'), ['application/json', 'text/html']) === 'text/html';
}

const formType = 'application/x-www-form-urlencoded';
