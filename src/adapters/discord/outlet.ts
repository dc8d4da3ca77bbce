import type { APIMessage } from 'discord.js';
import { SurfaceError } from '../../core/errors.ts';
import type { Logger, Meter, Preparation, Scope } from '../../core/ports.ts';
import { type DiscordAddress, threadKey } from './address.ts';
import { isForbidden } from './faults.ts';
import type { Content } from './message-content.ts';
import { createMessageRoute, type Posting } from './message-route.ts';
import type { PagesPosted } from './pages-posted.ts';
import { createPlace, type Place } from './place.ts';
import type { Call } from './rest.ts';
import { editScope, globalScope, postScope, webhookScope } from './scopes.ts';
import type { TellOnce } from './tell-once.ts';
import { createWebhookRoute, type WebhookRoute } from './webhook-route.ts';

/** What an outlet needs. */
export interface OutletOptions {
  readonly call: Call;
  readonly pagesPosted: PagesPosted;
  readonly tellOnce: TellOnce;
  readonly logger: Logger;
}

/** Writes the messages of an answer, whatever they show. Sends at once; throws SurfaceError. */
export interface Outlet {
  readonly place: Place;
  /** The limits that posting counts against; `beside`: of a card beside a text. */
  opening(beside?: boolean): readonly Scope[];
  /** The limits that an edit counts against, of that message or of those that are yet to be posted. */
  editing(message?: string): readonly Scope[];
  /** Posts a message. Replies to it go on with the conversation; a person whose channel is closed to Parley is told. */
  open(content: Content, posting: Posting): Promise<APIMessage>;
  edit(message: string, content: Content): Promise<APIMessage>;
  /** As of a reply surface. */
  readonly preparation?: Preparation;
}

/**
 * Creates it. While Discord takes an interaction's token its answer is written by that alone, also where the bot may not
 * write itself, and after that as the bot. Only a card beside a text goes the bot's own way from its beginning: a
 * further answer to the interaction would take the place of the words, as long as there are none.
 */
export function createOutlet(address: DiscordAddress, options: OutletOptions, meter?: Meter): Outlet {
  const { data, thread } = address;
  const { call, pagesPosted } = options;
  const place = createPlace(address, options, meter);
  const messages = createMessageRoute(call, place, meter);
  const webhook = data.mode === 'interaction' ? createWebhookRoute(data, call, meter) : undefined;
  const opened = new Map<string, { readonly channel: string; readonly asBot: boolean }>();

  /** The channel a message is in, also where another process opened it. */
  async function channelOf(message: string): Promise<string> {
    const known = opened.get(message);
    if (known !== undefined) return known.channel;
    if (data.mode !== 'open-thread') return data.channel;
    // Only messages outside of their conversation's own thread are remembered.
    return (await pagesPosted.find(message)) === undefined ? data.message : data.channel;
  }

  /** Nothing but the interaction's token can write what the caller alone sees. */
  async function byWebhookElse<Result>(
    first: (route: WebhookRoute) => Promise<Result>,
    second: () => Promise<Result>,
  ): Promise<Result> {
    if (webhook?.usable) {
      try {
        return await first(webhook);
      } catch (error) {
        if (!(error instanceof SurfaceError && error.fault === 'rung-refused')) throw error;
      }
    }
    if (data.visibility === 'caller') throw new SurfaceError('gone', 'the interaction is over');
    return second();
  }

  async function post(content: Content, posting: Posting): Promise<APIMessage> {
    const asBot = async () => {
      const message = await messages.post(content, posting);
      opened.set(message.id, { channel: place.channel, asBot: true });
      return message;
    };
    const asAnswer = () =>
      byWebhookElse(async (route) => {
        const message = await route.open(content, posting);
        opened.set(message.id, { channel: place.channel, asBot: false });
        return message;
      }, asBot);
    const isBeside = posting.kind === 'card' && posting.index > 0;
    if (!isBeside || data.visibility === 'caller') return asAnswer();
    try {
      return await asBot();
    } catch (error) {
      if (webhook?.usable && error instanceof SurfaceError && isForbidden(error.cause)) return asAnswer();
      throw error;
    }
  }

  return {
    place,
    opening(beside = false) {
      if (webhook?.usable && !(beside && data.visibility !== 'caller'))
        return [webhookScope(data.token ?? '')];
      return [...place.opening, postScope(place.channel), globalScope];
    },
    editing(message = '') {
      if (webhook?.usable && !opened.get(message)?.asBot) return [webhookScope(data.token ?? '')];
      return [editScope(place.channel), globalScope];
    },
    async open(content, posting) {
      try {
        const message = await post(content, posting);
        // In a thread or a direct channel the channel itself tells the conversation; and nobody can reply to
        // what the caller alone sees.
        const isToldByChannel = thread === threadKey(place.channel);
        if (!isToldByChannel && data.visibility !== 'caller') await pagesPosted.remember(message.id, thread);
        return message;
      } catch (error) {
        if (error instanceof SurfaceError && error.fault === 'gone' && error.notice !== undefined) {
          await options.tellOnce(data.author, data.channel, error.notice);
        }
        throw error;
      }
    },
    async edit(message, content) {
      const asBot = async () => messages.edit(await channelOf(message), message, content);
      if (opened.get(message)?.asBot) return asBot();
      return byWebhookElse((route) => route.edit(message, content), asBot);
    },
    ...(place.opening.length === 0
      ? {}
      : { preparation: { scopes: [...place.opening, globalScope], run: () => place.ready() } }),
  };
}
