import { setTimeout as wait } from 'node:timers/promises';
import type { webApi } from '@slack/bolt';
import { createSequence } from '../../core/sequence.ts';
import { errorNameOf, retryAfterOf } from './errors.ts';
import { escapeText } from './escape.ts';

/** A question that somebody asked by command, to be repeated for everybody to see. */
export interface Question {
  readonly channel: string;
  readonly asker: string;
  readonly text: string;
}

/** Posts questions. */
export interface Questions {
  /**
   * Posts "*Ann* asked: …", which calls nobody. Waits for its turn: several people may ask in one channel in the
   * same second, and Slack takes one post a second there.
   * @returns the timestamp of the message.
   * @throws where Slack refuses it, where its turn did not come within a minute, and once the signal is aborted.
   */
  post(question: Question): Promise<string>;
}

/** Options of {@link createQuestions}. */
export interface QuestionsOptions {
  /** Sends at once. */
  readonly client: webApi.WebClient;
  readonly signal: AbortSignal;
  /** Milliseconds between two posts in a channel. @default 1000 */
  readonly paceMs?: number;
  /** Milliseconds that a question may wait. @default 60000 */
  readonly patienceMs?: number;
}

/** Creates {@link Questions}; what is asked in one channel is posted in the order of the calls. */
export function createQuestions(options: QuestionsOptions): Questions {
  const { client, signal, paceMs = 1_000, patienceMs = 60_000 } = options;
  const sequence = createSequence();

  async function postBefore(deadline: number, { channel, asker, text }: Question): Promise<string> {
    for (;;) {
      signal.throwIfAborted();
      if (performance.now() > deadline) throw new Error('too many questions wait in this channel');
      try {
        const { ts } = await client.chat.postMessage({
          channel,
          text: `*${escapeText(asker)}* asked: ${escapeText(shorten(text))}`,
          unfurl_links: false,
          unfurl_media: false,
        });
        if (ts === undefined) throw new Error('chat.postMessage told no timestamp');
        return ts;
      } catch (error) {
        const retryAfterMs = retryAfterOf(error);
        if (retryAfterMs === undefined || performance.now() + retryAfterMs > deadline) throw error;
        await pause(retryAfterMs);
      }
    }
  }

  function pause(atLeastMs = 0): Promise<void> {
    return wait(Math.max(atLeastMs, paceMs), undefined, { signal });
  }

  return {
    post(question) {
      const deadline = performance.now() + patienceMs;
      const posted = sequence.run(question.channel, () => postBefore(deadline, question));
      sequence.run(question.channel, () => pause()).catch(() => undefined); // only a stop ends a pause early
      return posted;
    },
  };
}

/** Why a question could not be posted, and what the asker can do. */
export function questionNotice(error: unknown, botName: string): string {
  switch (errorNameOf(error)) {
    case 'not_in_channel':
    case 'channel_not_found':
      return `I am not in this channel. Invite me with /invite @${botName} and ask again, or send me a direct message.`;
    case 'is_archived':
      return 'This channel is archived, so I can not answer here. Send me a direct message instead.';
    case 'missing_scope':
      return 'I am not allowed to write here. An admin has to install me again with the scope chat:write.';
    default:
      return 'I could not answer here just now. Please try again in a minute, or send me a direct message.';
  }
}

/** `text` of a message may have 4,000 characters, entities included. */
const mostShown = 600;

function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= mostShown ? text : `${characters.slice(0, mostShown).join('')}…`;
}
