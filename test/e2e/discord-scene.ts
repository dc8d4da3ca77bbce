import type { Parley } from '../../src/main.ts';
import type {
  DiscordChannel,
  DiscordUser,
  SayOptions,
  SeenMessage,
  StandInDiscord,
} from '../servers/discord/types.ts';
import { type OpenAiServer, wordsOf } from '../servers/openai.ts';
import { startWorld, type World, type WorldOptions } from './harness.ts';

/** A server with one channel and two people in it. */
export interface Scene {
  readonly world: World;
  readonly discord: StandInDiscord;
  readonly openai: OpenAiServer;
  readonly maria: DiscordUser;
  readonly tom: DiscordUser;
  readonly channel: DiscordChannel;
  /** Maria mentions Parley in the channel. */
  mention(text: string, options?: SayOptions): SeenMessage;
  /** What Parley wrote in a channel or thread, oldest first; without what was deleted. */
  answers(place: { readonly id: string }): readonly SeenMessage[];
  /** What they show. */
  texts(place: { readonly id: string }): readonly string[];
  /** The answers of a place as soon as the newest of them shows this. */
  untilShown(
    place: { readonly id: string },
    shown: string | RegExp,
    timeoutMs?: number,
  ): Promise<readonly SeenMessage[]>;
  /** What the model was asked at its n-th call (from 0), without the persona: `user: maria: hello`. */
  prompt(index: number): Promise<readonly string[]>;
}

/** Builds the scene and starts Parley in it. `before` is called first. */
export async function setScene(
  options: Partial<WorldOptions> = {},
  before: (discord: StandInDiscord) => void = () => undefined,
): Promise<Scene & { readonly parley: Parley }> {
  const scene = await buildScene(options);
  before(scene.discord);
  return { ...scene, parley: await scene.world.parley() };
}

/** Builds the scene; Parley does not run yet. */
export async function buildScene(options: Partial<WorldOptions> = {}): Promise<Scene> {
  const world = await startWorld({ platforms: ['discord'], ...options });
  const { discord, openai } = world;
  const channel = discord.channel();
  const maria = discord.user('maria');
  const tom = discord.user('tom');
  const directChannels = new Set([maria, tom].map((person) => discord.dm(person).id));

  function answers({ id }: { readonly id: string }): readonly SeenMessage[] {
    // A thread has the id of the message that it was opened from, so asking before it is there is fine.
    const isThere = [channel, ...discord.threads].some((place) => place.id === id) || directChannels.has(id);
    if (!isThere) return [];
    return discord.messages(id).filter(({ author, deleted }) => author.id === discord.bot.id && !deleted);
  }
  return {
    ...{ world, discord, openai, maria, tom, channel, answers },
    texts: (place) => answers(place).map(({ content }) => content),
    mention: (text, say) => discord.say(maria, channel.id, text, { mentions: 'bot', ...say }),
    untilShown(place, shown, timeoutMs) {
      return discord.until(() => {
        const there = answers(place);
        const newest = there.at(-1)?.content ?? '';
        return (typeof shown === 'string' ? newest === shown : shown.test(newest)) && there;
      }, timeoutMs);
    },
    async prompt(index) {
      const { body } = await openai.request(index);
      return body.messages.slice(1).map((message) => `${message.role}: ${wordsOf(message)}`);
    },
  };
}
