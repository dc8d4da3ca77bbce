import { SurfaceError } from '../../core/errors.ts';
import type { Indicator, OpenOptions, Page, PageView, ReplySurface, Rung } from '../../core/ports.ts';
import type { SlackAddress } from './address.ts';
import type { Clients } from './clients.ts';
import { errorNameOf } from './errors.ts';
import type { Identity } from './identity.ts';
import { findPage } from './landed.ts';
import type { PagesPosted } from './pages-posted.ts';
import type { PostRefusals } from './post-refusals.ts';
import { createPosts } from './posts.ts';
import type { Refusals } from './refusals.ts';
import { createScopes, messageRung, type Scopes, streamRung } from './rungs.ts';
import { createStreams } from './streams.ts';
import type { TellOnce } from './tell-once.ts';

/** What surfaces share. */
export interface SurfaceTools {
  readonly clients: Clients;
  /** As whom we write. */
  identity(): Promise<Identity>;
  readonly refusals: Refusals;
  readonly postRefusals: PostRefusals;
  readonly pages: PagesPosted;
  readonly tellOnce: TellOnce;
}

/**
 * Writes a reply into a thread, by stream or by message, or into a direct message outside of threads, where
 * there are messages only. Beyond the calls that its scopes name it makes some in three rare cases: it looks
 * for a page whose first attempt had an unknown outcome, brings a page that it found so up to date, and stops
 * a stream that would not take an edit.
 */
export function createSurface(address: SlackAddress, tools: SurfaceTools): ReplySurface {
  const { clients, refusals, pages } = tools;
  const { channel, threadTs } = address;
  const scopes = createScopes(address);
  const posts = createPosts(clients, address, scopes, tools.postRefusals);
  const streams = threadTs === undefined ? undefined : createStreams(clients, address, threadTs, scopes);
  const message = messageRung(scopes);
  const rungs = streams === undefined || refusals.has(address) ? [message] : [streamRung(scopes), message];
  /** By key of a page, the texts of streams for it that may have been opened. */
  const sent = new Map<string, Set<string>>();

  async function post(rung: Rung, view: PageView, { key }: OpenOptions): Promise<Page> {
    if (streams === undefined || rung.growth !== 'append') return posts.open(view, key);
    if (refusals.has(address)) throw new SurfaceError('rung-refused', 'streams were refused a moment ago');
    return streams.open(view).catch((error: unknown) => {
      const fault = error instanceof SurfaceError ? error.fault : 'unknown';
      if (fault === 'rung-refused') refusals.add(address, refusalOf(error));
      if (fault === 'unknown') sent.set(key, new Set(sent.get(key)).add(view.text));
      throw error;
    });
  }

  /**
   * The page that an earlier attempt posted, with the newest view in place of what it showed; `undefined` where
   * there is none, or none that could be changed.
   */
  async function takeOver(key: string, view: PageView): Promise<Page | undefined> {
    const ts = (await pages.find(key)) ?? (await lookFor(key));
    if (ts === undefined || !pages.claim(key, channel, ts)) return undefined;
    await pages.remember(key, ts);
    const page: Page = { id: ts, rung: message.name };
    try {
      await posts.replace(page, view);
      return page;
    } catch (error) {
      if (unchangeable.has(refusalOf(error) ?? '')) return undefined;
      if (!(error instanceof SurfaceError && error.fault === 'rate-limited')) throw error;
      // Not the limit of an opening that is closed: it would be asked for again at once.
      throw new SurfaceError('unknown', 'a page could not be brought up to date', { cause: error });
    }
  }

  async function lookFor(key: string): Promise<string | undefined> {
    const by = await tools.identity().catch((error: unknown) => {
      throw new SurfaceError('unknown', 'auth.test was not answered', { cause: error });
    });
    const texts = sent.get(key) ?? [];
    const isTaken = (ts: string) => pages.isTaken(key, channel, ts);
    return findPage(clients.read, address, { by, key, texts, isTaken });
  }

  async function open(rung: Rung, view: PageView, options: OpenOptions): Promise<Page> {
    const { key, attempt } = options;
    const earlier = attempt > 1 ? await takeOver(key, view) : undefined;
    if (earlier !== undefined) return earlier;
    const page = await post(rung, view, options);
    if (!pages.claim(key, channel, page.id))
      throw new SurfaceError('unknown', 'another reply with the same words took this page for its own');
    await pages.remember(key, page.id);
    return page;
  }

  return {
    rungs,
    async open(rung, view, options) {
      try {
        return await open(rung, view, options);
      } catch (error) {
        const notice = error instanceof SurfaceError && error.fault === 'gone' ? error.notice : undefined;
        if (notice !== undefined && address.user !== undefined) {
          await tools.tellOnce(address.user, channel, notice);
        }
        throw error;
      }
    },
    async grow(page, view) {
      if (page.rung === message.name || streams === undefined) await posts.replace(page, view);
      else await streams.append(page, view);
    },
    async close(page, view) {
      if (page.rung === message.name || streams === undefined) await posts.replace(page, view);
      else await streams.close(page, view);
    },
    ...(threadTs === undefined ? {} : { indicator: createIndicator(clients, address, threadTs, scopes) }),
  };
}

/** Of a page that stays as it is: its workspace lets messages be edited for a while only, or it is no longer ours. */
const unchangeable = new Set(['edit_window_closed', 'cant_update_message']);

/** Slack's own name for why it refused a call. */
function refusalOf(error: unknown): string | undefined {
  return error instanceof SurfaceError ? errorNameOf(error.cause) : undefined;
}

/** "… is thinking…" under a thread. Slack forgets it after two minutes, and when a message comes. */
function createIndicator(
  { read }: Clients,
  { channel }: SlackAddress,
  threadTs: string,
  scopes: Scopes,
): Indicator {
  async function show(status: string): Promise<void> {
    await read.assistant.threads.setStatus({ channel_id: channel, thread_ts: threadTs, status });
  }
  return {
    renewMs: 90_000,
    scopes: [scopes.status],
    show: () => show('is thinking…'),
    clear: () => show(''),
  };
}
