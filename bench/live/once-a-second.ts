import type { Message, SendableChannels } from 'discord.js';
import OpenAI from 'openai';

/**
 * A beginner's bot, for comparison: posts the first token, edits the message once a second while the model speaks,
 * and once more at the end. It leaves limits to the SDKs, whose queues and retries are as they come. One call of
 * a reply at a time; what doesn't fit into a message goes on in the next.
 */
export async function startOnceASecond(environment: Readonly<Record<string, string | undefined>>) {
  const { OPENAI_API_KEY, OPENAI_BASE_URL } = environment;
  const model = new OpenAI({ apiKey: OPENAI_API_KEY ?? '', baseURL: OPENAI_BASE_URL ?? null });
  if (environment.SLACK_BOT_TOKEN !== undefined) await startOnSlack(environment, model);
  if (environment.DISCORD_TOKEN !== undefined) await startOnDiscord(environment, model);
}

/** A place where messages can be written. */
interface Page {
  /** Longest message. */
  readonly limit: number;
  /** Posts a message; what it resolves to edits it. */
  post(text: string): Promise<(text: string) => Promise<unknown>>;
}

async function answer(model: OpenAI, question: string, page: Page): Promise<void> {
  const stream = await model.chat.completions.create({
    model: 'any',
    messages: [{ role: 'user', content: question }],
    stream: true,
  });
  let text = '';
  let edit: ((text: string) => Promise<unknown>) | undefined;
  /** The call that is under way. Reading the model's words never waits for it. */
  let showing: Promise<void> | undefined;
  const show = async () => {
    for (;;) {
      const shown = text.slice(0, page.limit);
      if (edit === undefined) edit = await page.post(shown);
      else await edit(shown);
      if (shown.length < page.limit || text.length === page.limit) return;
      text = text.slice(page.limit);
      edit = undefined;
    }
  };
  const showUnlessBusy = () => {
    showing ??= show().finally(() => {
      showing = undefined;
    });
  };
  let ticker: NodeJS.Timeout | undefined;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    if (text === '' || ticker !== undefined) continue;
    showUnlessBusy();
    ticker = setInterval(showUnlessBusy, 1_000);
  }
  clearInterval(ticker);
  await showing;
  await show();
}

async function startOnSlack(environment: Readonly<Record<string, string | undefined>>, model: OpenAI) {
  const { App } = await import('@slack/bolt');
  const app = new App({
    token: environment.SLACK_BOT_TOKEN ?? '',
    appToken: environment.SLACK_APP_TOKEN ?? '',
    socketMode: true,
    clientOptions: { slackApiUrl: environment.SLACK_API_URL ?? '' },
  });
  const pageIn = (channel: string, thread?: string): Page => ({
    limit: 4_000,
    async post(text) {
      const { ts = '' } = await app.client.chat.postMessage({
        channel,
        text,
        ...(thread === undefined ? {} : { thread_ts: thread }),
      });
      return (newer) => app.client.chat.update({ channel, ts, text: newer });
    },
  });
  app.event('app_mention', ({ event }) => answer(model, event.text, pageIn(event.channel, event.ts)));
  app.message(async ({ message }) => {
    if (message.channel_type !== 'im' || message.subtype !== undefined || message.bot_id !== undefined)
      return;
    await answer(model, message.text ?? '', pageIn(message.channel));
  });
  await app.start();
}

async function startOnDiscord(environment: Readonly<Record<string, string | undefined>>, model: OpenAI) {
  const { Client, Events, GatewayIntentBits, Partials } = await import('discord.js');
  const client = new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
    partials: [Partials.Channel],
    rest: { api: environment.DISCORD_API_URL ?? '' },
  });
  const pageIn = (channel: SendableChannels): Page => ({
    limit: 2_000,
    async post(text) {
      const message = await channel.send(text);
      return (newer) => message.edit(newer);
    },
  });
  async function reply(message: Message): Promise<void> {
    if (message.author.bot) return;
    const { channel } = message;
    if (message.inGuild() && message.mentions.has(client.user?.id ?? '')) {
      await answer(model, message.content, pageIn(await message.startThread({ name: 'An answer' })));
    } else if (channel.isDMBased() && channel.isSendable()) {
      await answer(model, message.content, pageIn(channel));
    }
  }
  client.on(Events.MessageCreate, (message) => {
    reply(message).catch((error: unknown) => process.stderr.write(`${error}\n`));
  });
  const ready = new Promise<void>((resolve) => {
    client.once(Events.ClientReady, () => resolve());
  });
  await client.login(environment.DISCORD_TOKEN);
  await ready;
}
