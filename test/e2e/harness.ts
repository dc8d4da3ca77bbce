import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFailed, onTestFinished } from 'vitest';
import { type Parley, startParley } from '../../src/main.ts';
import { startDiscord } from '../servers/discord/discord.ts';
import type { DiscordOptions, StandInDiscord } from '../servers/discord/types.ts';
import { type OpenAiOptions, type OpenAiServer, startOpenAi } from '../servers/openai.ts';
import { startSlack } from '../servers/slack/slack.ts';
import type { SlackOptions, StandInSlack } from '../servers/slack/types.ts';
import { createOutput, type Output } from './output.ts';
import { type SpawnedParley, spawnParley } from './spawn.ts';

/** Settings of Parley by name; `undefined` takes one away. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** What a world is made of. */
export interface WorldOptions {
  readonly platforms: readonly ('discord' | 'slack')[];
  /** How Slack's events come in. @default 'socket' */
  readonly slackMode?: 'socket' | 'http';
  /** On top of {@link World.environment}. */
  readonly environment?: Settings;
  /** How the stand-ins differ from the usual. */
  readonly discord?: DiscordOptions;
  readonly slack?: SlackOptions;
  readonly openai?: OpenAiOptions;
}

/** Local platforms, a local model server and Parley's data, all gone when the test is finished. */
export interface World {
  readonly openai: OpenAiServer;
  /** Throws where the world has no Discord. */
  readonly discord: StandInDiscord;
  /** Throws where the world has no Slack. */
  readonly slack: StandInSlack;
  /** A directory of this world alone; Parley's data are in it. */
  readonly directory: string;
  /** The settings with which Parley comes into this world. */
  readonly environment: Settings;
  /** What every Parley in this process wrote for its operator: status lines and log, at level `debug`. */
  readonly status: Output;
  /** Starts Parley in this process and resolves once it is connected. */
  parley(changes?: Settings): Promise<Parley>;
  /** Stops the Parley of this process, as a signal does, and starts another over the same data. */
  restart(changes?: Settings): Promise<Parley>;
  /** Starts Parley as a process of its own. Resolves once it is connected. */
  spawn(changes?: Settings): Promise<SpawnedParley>;
}

/** Starts a world in which Parley does not run yet. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-'));
  const openai = await startOpenAi(options.openai);
  const discord = options.platforms.includes('discord') ? await startDiscord(options.discord) : undefined;
  const slack = options.platforms.includes('slack') ? await startSlack(options.slack) : undefined;
  const isHttp = options.slackMode === 'http';
  const status = createOutput();
  let running: Parley | undefined;

  const environment: Settings = {
    OPENAI_API_KEY: 'sk-key-of-the-stand-in',
    OPENAI_BASE_URL: openai.url,
    DATA_DIR: join(directory, 'data'),
    LOG_LEVEL: 'debug',
    ...(discord && { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.url }),
    ...(slack && { SLACK_BOT_TOKEN: slack.botToken, SLACK_API_URL: slack.apiUrl }),
    ...(slack && !isHttp && { SLACK_APP_TOKEN: slack.appToken }),
    ...(slack && isHttp && { SLACK_SIGNING_SECRET: slack.signingSecret, HOST: '127.0.0.1', PORT: '0' }),
    ...options.environment,
  };

  onTestFailed(() => void process.stderr.write(`Parley wrote, at the end:\n${status.text.slice(-6_000)}\n`));
  onTestFinished(async () => {
    // Without a model every answer ends at once, and the platforms are still there to take its end.
    await openai.close();
    await running?.stop();
    await Promise.all([discord?.close(), slack?.close()]);
    await rm(directory, { recursive: true, force: true });
  });

  /** In HTTP mode Slack has to be told where Parley listens. */
  function tellSlack(written: string): void {
    if (isHttp) slack?.deliverTo(/^Slack: .*(http:\S+)\)/m.exec(written)?.[1]);
  }

  async function parley(changes: Settings = {}): Promise<Parley> {
    const before = status.text.length;
    running = await startParley({ environment: { ...environment, ...changes }, status: status.stream });
    tellSlack(status.text.slice(before));
    return running;
  }

  return {
    openai,
    get discord() {
      return discord ?? missing('Discord');
    },
    get slack() {
      return slack ?? missing('Slack');
    },
    directory,
    environment,
    status,
    parley,
    async restart(changes) {
      await running?.stop();
      return parley(changes);
    },
    async spawn(changes = {}) {
      const spawned = spawnParley({ environment: { ...environment, ...changes }, directory });
      for (const name of options.platforms) await spawned.stderr.until(connected[name], 20_000);
      tellSlack(spawned.stderr.text);
      return spawned;
    },
  };
}

const connected = { discord: /^Discord: connected/m, slack: /^Slack: connected/m };

function missing(name: string): never {
  throw new Error(`There is no ${name} in this world: name it in its platforms.`);
}
