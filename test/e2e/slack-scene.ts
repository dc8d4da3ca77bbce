import type { Parley } from '../../src/main.ts';
import type { ChatBody, TextAnswer } from '../servers/openai/answers.ts';
import { type OpenAiServer, text, wordsOf } from '../servers/openai.ts';
import type { SeenMessage } from '../servers/slack/records.ts';
import type { StandInChannel, StandInSlack, StandInUser, WaitOptions } from '../servers/slack/types.ts';
import { startWorld, type World, type WorldOptions } from './harness.ts';

/** The two ways in which Slack's events come in. */
export const modes = ['socket', 'http'] as const;

/** One of {@link modes}. */
export type Mode = (typeof modes)[number];

/** A message, as a place: the thread that it is in or heads. */
export type Place = Pick<SeenMessage, 'channel' | 'ts' | 'threadTs'>;

/** A Slack with Parley in it, and two people. */
export interface SlackScene {
  readonly world: World;
  readonly slack: StandInSlack;
  readonly openai: OpenAiServer;
  /** As it was started first. */
  readonly parley: Parley;
  readonly maria: StandInUser;
  readonly omar: StandInUser;
  /** A channel that Parley is in. */
  readonly general: StandInChannel;
  /** Parley's messages in that thread, oldest first. */
  replies(place: Place): readonly SeenMessage[];
  /**
   * Resolves to Parley's messages in that thread once none of them grows any more and these are their texts.
   */
  untilReplies(place: Place, texts: readonly string[], wait?: WaitOptions): Promise<readonly SeenMessage[]>;
  /** What the model got with the request of this number (from 0), without the persona: `user: maria: hello`. */
  prompt(index: number): Promise<readonly string[]>;
  /** Resolves once Parley has these events: what is sent after that comes later. */
  untilAcknowledged(eventIds: readonly string[]): Promise<void>;
  /** Resolves once Parley has counted so many of these. */
  untilCounted(name: string, least?: number): Promise<void>;
}

/** Options of {@link startScene}. */
export type SceneOptions = Omit<WorldOptions, 'platforms' | 'slackMode'>;

/**
 * An answer that comes in two or three pieces within some hundredths of a second, so that in a thread it is a
 * stream: of whole answers, which are posted, Slack takes one a second in a channel.
 */
export function spoken(words: string): TextAnswer {
  return text(words, { chunkSize: Math.ceil(words.length / 3), tokensPerSecond: 30 });
}

/** Starts a local Slack and Parley, which end with the test. What the model is not told to say is an echo. */
export async function startScene(mode: Mode, options: SceneOptions = {}): Promise<SlackScene> {
  const openaiOptions = { answer: echo, ...options.openai };
  const world = await startWorld({
    ...options,
    platforms: ['slack'],
    slackMode: mode,
    openai: openaiOptions,
  });
  const { slack, openai } = world;
  const parley = await world.parley();
  const replies = ({ channel, threadTs, ts }: Place) => slack.replies(channel, threadTs ?? ts);

  return {
    ...{ world, slack, openai, parley, replies },
    maria: slack.user('maria'),
    omar: slack.user('omar'),
    general: slack.channel({ name: 'general' }),
    async untilReplies(place, texts, wait) {
      const wanted = JSON.stringify(texts);
      const isSo = () =>
        JSON.stringify(replies(place).map(({ text }) => text)) === wanted &&
        replies(place).every(({ streaming }) => !streaming);
      await slack.until(isSo, wait);
      return replies(place);
    },
    async prompt(index) {
      const { body } = await openai.request(index);
      const told = body.messages.filter(({ role }) => role !== 'system');
      return told.map((message) => `${message.role}: ${wordsOf(message)}`);
    },
    async untilAcknowledged(eventIds) {
      const isIn = (id: string) => slack.deliveries.some((one) => one.id === id && one.inTime === true);
      await slack.until(() => eventIds.every(isIn));
    },
    untilCounted: (name, least = 1) => slack.until(() => (parley.counters.snapshot()[name] ?? 0) >= least),
  };
}

function echo({ messages }: ChatBody): TextAnswer {
  const last = messages.at(-1);
  return spoken(`echo: ${last === undefined ? '' : wordsOf(last)}`);
}
