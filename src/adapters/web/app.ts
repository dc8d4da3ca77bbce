import { Hono } from 'hono';
import type { Logger } from '../../core/ports.ts';
import { toErrorResponse } from './completion-shapes.ts';
import { addConversationRoutes, type ConversationRoutesOptions } from './conversation-routes.ts';
import { createGate, type GateOptions } from './gate.ts';
import { addLoginRoutes, type LoginRoutesOptions } from './login-routes.ts';
import { addModelRoutes, type ModelRoutesOptions } from './model-routes.ts';
import { addPageRoutes } from './page-files.ts';
import { addPictureRoutes, type PictureRoutesOptions } from './picture-routes.ts';
import { Problem, toProblem, toProblemResponse } from './problems.ts';
import { addStatusRoutes, type StatusRoutesOptions } from './status-routes.ts';
import { addUploadRoutes, type UploadRoutesOptions } from './upload-routes.ts';
import type { WebApp, WebContext, WebEnv } from './web-env.ts';

/** What all routes need, together. */
export type AppOptions = GateOptions &
  LoginRoutesOptions &
  StatusRoutesOptions &
  ConversationRoutesOptions &
  UploadRoutesOptions &
  PictureRoutesOptions &
  ModelRoutesOptions & { readonly logger: Logger };

/** All routes, behind one gate. Whatever goes wrong is answered as a problem, under `/v1` in OpenAI's shape. */
export function createApp(options: AppOptions): WebApp {
  const { logger, sessions } = options;
  const app: WebApp = new Hono<WebEnv>();

  app.use('*', createGate(options));
  addStatusRoutes(app, options);
  if (sessions.required) addLoginRoutes(app, options);
  addConversationRoutes(app, options);
  addUploadRoutes(app, options);
  addPictureRoutes(app, options);
  addModelRoutes(app, options);
  addPageRoutes(app, { login: sessions.required });
  refuseOtherMethods(app);

  app.notFound((context) => respond(context, new Problem(404, 'There is nothing at this address.')));
  app.onError((error, context) => {
    if (toProblem(error) === undefined)
      logger.error('a request failed', { method: context.req.method, path: context.req.path, error });
    return respond(context, error);
  });
  return app;
}

function respond(context: WebContext, error: unknown): Response {
  if (context.req.path.startsWith('/v1/')) return toErrorResponse(error);
  return toProblemResponse(
    toProblem(error) ??
      new Problem(500, 'Something went wrong on our side: try again; if it stays so, look at the log.'),
  );
}

/** Says which methods an address takes, where it takes others. */
function refuseOtherMethods(app: WebApp): void {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of app.routes) {
    if (method !== 'ALL') methods.set(path, (methods.get(path) ?? new Set()).add(method));
  }
  for (const [path, taken] of methods) {
    const allow = [...taken].join(', ');
    app.all(path, () => {
      throw new Problem(405, `Use ${allow} here.`, { headers: { allow } });
    });
  }
}
