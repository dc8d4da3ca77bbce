import { SurfaceError } from '../../core/errors.ts';
import type { Indicator, Logger, Meter, Page, PageView, ReplySurface, Rung } from '../../core/ports.ts';
import { type DiscordAddress, threadKey } from './address.ts';
import { createMessageRoute } from './message-route.ts';
import type { PagesPosted } from './pages-posted.ts';
import { createPlace } from './place.ts';
import type { Call } from './rest.ts';
import { editScope, globalScope, postScope, typingScope, webhookScope } from './scopes.ts';
import { showTables } from './tables.ts';
import type { TellOnce } from './tell-once.ts';
import type { Typing } from './typing.ts';
import { createWebhookRoute, type WebhookRoute } from './webhook-route.ts';

/** What surfaces need. */
export interface SurfaceOptions {
  readonly call: Call;
  readonly pagesPosted: PagesPosted;
  readonly tellOnce: TellOnce;
  readonly typing: Typing;
  readonly logger: Logger;
}

/**
 * Discord allows 2000 characters and does not say whether it counts code points or UTF-16 units. Units are
 * never fewer, so counting them is safe either way.
 */
const shape = { growth: 'replace', limit: 2000, width: (text: string) => text.length } as const;

/**
 * Writes one reply on Discord: as messages, or as the answer to an interaction. The latter has one rung for all of
 * its time: while Discord takes the interaction's token it writes by that alone, also where the bot may not write
 * itself, and after that as the bot.
 */
export function createSurface(address: DiscordAddress, options: SurfaceOptions, meter?: Meter): ReplySurface {
  const { data, thread } = address;
  const { call, pagesPosted } = options;
  const place = createPlace(address, options, meter);
  const messages = createMessageRoute(call, place, meter);
  const webhook = data.mode === 'interaction' ? createWebhookRoute(data, call, meter) : undefined;
  const opened = new Map<string, string>();

  const messageRung: Rung = {
    ...shape,
    name: 'message',
    get scopes() {
      const edits = [editScope(place.channel), globalScope];
      return { open: [...place.opening, postScope(place.channel), globalScope], grow: edits, close: edits };
    },
  };
  /** Its limits are those of the messages once the token has had its time. */
  const interactionRung: Rung = {
    ...shape,
    name: 'interaction',
    get scopes() {
      if (!webhook?.usable) return messageRung.scopes;
      const all = [webhookScope(data.token ?? '')];
      return { open: all, grow: all, close: all };
    },
  };

  /** The channel a page is in, also where another process opened it. */
  async function channelOf(page: Page): Promise<string> {
    const known = opened.get(page.id);
    if (known !== undefined) return known;
    if (data.mode !== 'open-thread') return data.channel;
    // Only pages outside of their conversation's own thread are remembered.
    return (await pagesPosted.find(page.id)) === undefined ? data.message : data.channel;
  }

  async function write(page: Page, view: PageView): Promise<void> {
    const text = showTables(view.text, shape.limit);
    await byWebhookElse(
      (route) => route.edit(page.id, text),
      async () => messages.edit(await channelOf(page), page.id, text),
    );
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

  return {
    rungs: [webhook === undefined ? messageRung : interactionRung],
    async open(rung, view, openOptions) {
      const text = showTables(view.text, shape.limit);
      try {
        const id = await byWebhookElse(
          (route) => route.open(text, openOptions),
          () => messages.post(text, openOptions),
        );
        opened.set(id, place.channel);
        // In a thread or a direct channel the channel itself tells the conversation; and nobody can reply to
        // what the caller alone sees.
        const isToldByChannel = thread === threadKey(place.channel);
        if (!isToldByChannel && data.visibility !== 'caller') await pagesPosted.remember(id, thread);
        return { id, rung: rung.name };
      } catch (error) {
        if (error instanceof SurfaceError && error.fault === 'gone' && error.notice !== undefined) {
          await options.tellOnce(data.author, data.channel, error.notice);
        }
        throw error;
      }
    },
    grow: write,
    close: write,
    ...(place.opening.length === 0
      ? {}
      : { preparation: { scopes: [...place.opening, globalScope], run: () => place.ready() } }),
    ...(webhook === undefined ? { indicator: createIndicator() } : {}),
  };

  function createIndicator(): Indicator {
    return {
      // It fades after 10 seconds.
      renewMs: 8000,
      get scopes() {
        return [typingScope(place.channel), globalScope];
      },
      async show() {
        await place.ready();
        await options.typing(place.channel);
      },
    };
  }
}
