import { once } from 'node:events';
import { Client, type ClientOptions, Events, GatewayIntentBits, Partials } from 'discord.js';
import { onTestFinished } from 'vitest';
import { startDiscord } from './discord.ts';
import type { DiscordOptions, StandInDiscord } from './types.ts';

/** A stand-in that ends with the test. */
export async function startForTest(options?: DiscordOptions): Promise<StandInDiscord> {
  const discord = await startDiscord(options);
  onTestFinished(() => discord.close());
  return discord;
}

/** The real client, not yet logged in; ends with the test. */
export function createClient(discord: StandInDiscord, options: Partial<ClientOptions> = {}): Client {
  const client = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.DirectMessages,
      GatewayIntentBits.MessageContent,
    ],
    partials: [Partials.Channel],
    rest: { api: discord.url },
    allowedMentions: { parse: [], repliedUser: true },
    ...options,
  });
  onTestFinished(() => client.destroy());
  return client;
}

/** The real client, ready. */
export async function login(
  discord: StandInDiscord,
  options?: Partial<ClientOptions>,
): Promise<Client<true>> {
  const client = createClient(discord, options);
  const ready = once(client, Events.ClientReady);
  await client.login(discord.token);
  await ready;
  return client as Client<true>;
}

/** A REST call as any program might make it, without a client's queues and retries. */
export async function call(discord: StandInDiscord, method: string, path: string, body?: unknown) {
  const response = await fetch(`${discord.url}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, code: answer?.code, headers: response.headers, body: answer };
}
