import type { CommandSpec, ReadinessReport } from '../../core/ports.ts';
import { createDescription } from './openapi.ts';
import type { WebApp } from './web-env.ts';

/** What {@link addStatusRoutes} needs. */
export interface StatusRoutesOptions {
  readonly model: string;
  readonly demo: boolean;
  readonly version: string;
  readonly mostUploadBytes: number;
  readonly commands: readonly CommandSpec[];
  /** True where callers need a token. */
  readonly guarded: boolean;
  /** Never rejects. */
  readiness(): Promise<ReadinessReport>;
}

/** What Parley tells of itself. */
export function addStatusRoutes(app: WebApp, options: StatusRoutesOptions): void {
  const { model, demo, version, mostUploadBytes, commands, guarded, readiness } = options;
  const description = JSON.stringify(createDescription(version, guarded));

  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', async (context) => {
    const state = await readiness();
    return context.json(state, state.ready ? 200 : 503);
  });
  app.get('/openapi.json', (context) =>
    context.body(description, 200, { 'content-type': 'application/json' }),
  );
  app.get('/api/about', (context) =>
    context.json({
      ...{ model, demo, version, mostUploadBytes },
      commands: commands.map((spec) => ({ name: spec.name, description: spec.description })),
      login: context.get('identity')?.by === 'cookie',
    }),
  );
}
