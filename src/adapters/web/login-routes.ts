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
  /** Wrong tokens in the form, per address. */
  readonly logInAttempts: RateLimit;
  /** Right ones, per address: each may begin a person, with limits of their own. */
  readonly logIns: RateLimit;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** `POST /login` and `POST /logout`: a form is led on to a page, a program gets a status. */
export function addLoginRoutes(app: WebApp, options: LoginRoutesOptions): void {
  const { sessions, logInAttempts, logIns, logger, counters } = options;

  app.post('/login', async (context) => {
    const address = context.get('address');
    const isForm = wantsPage(context);
    const refuse = (problem: Problem) => {
      if (isForm) return context.redirect('/login?error=too-many', 303);
      throw problem;
    };
    const body = await readText(context.env.incoming, formType, mostBytes);
    // From here to the end in one go: many that come together are counted one by one.
    const waitMs = logInAttempts.wait(address);
    if (waitMs > 0) return refuse(tooManyWrong(waitMs));
    const token = new URLSearchParams(body).get('token') ?? '';
    const cookies = sessions.logIn(token, credentialsOf(context));
    if (cookies === undefined) {
      logInAttempts.take(address);
      counters.add('web.refused.token');
      logger.warn('somebody tried to log in with a wrong token', { address });
      if (isForm) return context.redirect('/login?error=wrong', 303);
      throw new Problem(401, 'This is not the token: it is the value of WEB_TOKEN.');
    }
    const restMs = logIns.take(address);
    if (restMs > 0) return refuse(tooManyLogIns(restMs));
    return finish(context, cookies, '/');
  });

  app.post('/logout', (context) => finish(context, sessions.logOut(credentialsOf(context)), '/login'));
}

/** @returns the problem of somebody who tried too many tokens */
export function tooManyWrong(waitMs: number): Problem {
  return new Problem(429, 'Too many wrong tokens: wait a moment before you try again.', {
    retryAfterSeconds: toSeconds(waitMs),
  });
}

function tooManyLogIns(waitMs: number): Problem {
  return new Problem(429, 'Too many people log in from here: wait a moment before you try again.', {
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
/** Who sends it is not known yet: a token is short. */
const mostBytes = 4_096;
