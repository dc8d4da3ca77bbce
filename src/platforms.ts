import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Web } from './adapters/web/web.ts';
import type { Config } from './config.ts';
import { createCompletions } from './core/completions.ts';
import type { ParleyError } from './core/errors.ts';
import type { Counters, KeyValue, Logger, Platform, ReadinessReport } from './core/ports.ts';
import type { Models } from './models.ts';

/** What the platforms are given by the house. */
export interface Instruments {
  /** A part of the store, by name. */
  keyValue(namespace: string): KeyValue;
  readonly models: Models;
  readonly logger: Logger;
  readonly counters: Counters;
  /** To be told by a platform that it is lost for good. */
  onLost(error: ParleyError): void;
  readiness(): Promise<ReadinessReport>;
}

/** The platforms that the settings name. */
export interface Platforms {
  readonly all: readonly Platform[];
  /** Absent where it is off. */
  readonly web: Web | undefined;
}

/** Creates the platforms. Their SDKs are large: each is loaded only where it is used. */
export async function createPlatforms(config: Config, instruments: Instruments): Promise<Platforms> {
  const { keyValue, logger, counters, onLost } = instruments;
  const common = { store: keyValue('adapters'), logger, counters, onLost };
  const all: Platform[] = [];
  if (config.discord !== undefined) {
    const { createDiscord } = await import('./adapters/discord/discord.ts');
    all.push(createDiscord({ ...config.discord, ...common }));
  }
  if (config.slack !== undefined) {
    const { createSlack } = await import('./adapters/slack/slack.ts');
    const { mode, ...slack } = config.slack;
    const http = mode === 'http' ? { http: { host: config.host, port: config.port } } : {};
    all.push(createSlack({ ...slack, ...http, ...common }));
  }
  const web = await createOwnWeb(config, instruments);
  if (web !== undefined) all.push(web);
  return { all, web };
}

async function createOwnWeb(config: Config, instruments: Instruments): Promise<Web | undefined> {
  if (config.web === undefined) return undefined;
  const { createWeb } = await import('./adapters/web/web.ts');
  const { keyValue, models, logger, counters, readiness } = instruments;
  const { chat, embeddings } = models;
  return createWeb({
    ...config.web,
    store: keyValue('web'),
    uploads: { directory: join(config.dataDir, 'uploads'), mostBytes: config.files.mostBytes },
    pictures: { directory: join(config.dataDir, 'pictures') },
    completions: createCompletions({ model: chat, persona: config.systemPrompt, logger, counters }),
    embeddings,
    demo: config.model.kind === 'demo',
    version: readVersion(),
    readiness,
    logger,
    counters,
  });
}

/** One line for each place where Parley is not, and how to change that. */
export function describeOff({ discord, slack, web }: Config): readonly string[] {
  return [
    ...(discord === undefined ? ['Discord: off (set DISCORD_TOKEN)'] : []),
    ...(slack === undefined ? ['Slack: off (set SLACK_BOT_TOKEN and SLACK_APP_TOKEN)'] : []),
    ...(web === undefined ? ['Web: off (set WEB=on)'] : []),
    'Terminal: off (npm run chat)',
  ];
}

function readVersion(): string {
  const content: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String((content as { readonly version?: unknown }).version ?? 'unknown');
}
