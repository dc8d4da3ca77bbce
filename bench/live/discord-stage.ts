import { startDiscord } from '../../test/servers/discord/discord.ts';
import type { SeenMessage } from '../../test/servers/discord/types.ts';
import { type Asked, latency, type Stage, type StageOptions } from './stage.ts';

/**
 * A local Discord with the limits that are observed; as many threads may be opened as anybody likes. Smaller bursts
 * concern those limits that nobody documents: the bot as a whole always has its 50 calls in a second.
 */
export async function startDiscordStage({ burst }: StageOptions): Promise<Stage> {
  const thread = { calls: 100_000, perMs: 300_000 };
  const global = { calls: 50 / burst, perMs: 1_000 / burst };
  const discord = await startDiscord({ limits: { burst, thread, global }, latency });
  discord.guild('Acme');
  const hall = discord.channel({ name: 'everybody' });

  return {
    environment: { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.url },
    invite(job, spread) {
      const person = discord.user(`person-${job.channel}`);
      const channel =
        spread === 'direct' ? discord.dm(person) : spread === 'threads' ? hall : discord.channel();
      return (question): Asked => {
        const mentions = spread === 'direct' ? {} : { mentions: 'bot' as const };
        const { id, at } = discord.say(person, channel.id, question, mentions);
        /** A thread has the id of the message that it was opened from. */
        let hasThread = false;
        const isReply = (message: SeenMessage) =>
          message.author.id === discord.bot.id &&
          !message.deleted &&
          (spread === 'direct' || message.channelId === id || message.reference?.messageId === id);
        return {
          at,
          shown() {
            hasThread ||= discord.threads.some((thread) => thread.id === id);
            const messages = [...(hasThread ? discord.messages(id) : []), ...discord.messages(channel.id)];
            return messages
              .filter(isReply)
              .map(({ versions }) => versions.map((version) => ({ at: version.at, text: version.content })));
          },
        };
      };
    },
    calls: () => discord.requests.filter(({ route }) => isWork(route)).length,
    refusals: () =>
      discord.requests
        .filter(({ status }) => status === 429)
        .map(({ at, method, route }) => ({ at, call: `${method} ${route}` })),
    close: () => discord.close(),
  };
}

/** What belongs to the bot's work, not to its start. */
function isWork(route: string): boolean {
  return route.startsWith('/channels/');
}
