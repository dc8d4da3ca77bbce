import { SurfaceError } from '../../core/errors.ts';
import type { Indicator, OpenOptions, Page, PageView, ReplySurface, Rung } from '../../core/ports.ts';
import type { SlackAddress } from './address.ts';
import type { Clients } from './clients.ts';
import { createEarlierAttempts, type EarlierAttemptsTools, refusalOf } from './earlier-attempts.ts';
import type { PostRefusals } from './post-refusals.ts';
import { createPosts } from './posts.ts';
import type { Refusals } from './refusals.ts';
import { createScopes, messageRung, type Scopes, streamRung } from './rungs.ts';
import { createStreams } from './streams.ts';
import type { TellOnce } from './tell-once.ts';

/** What surfaces share. */
export interface SurfaceTools extends EarlierAttemptsTools {
  readonly refusals: Refusals;
  readonly postRefusals: PostRefusals;
  readonly tellOnce: TellOnce;
}

/**
 * Writes a reply into a thread, by stream or by message, or into a direct message outside of threads, where
 * there are messages only. Beyond the calls that its scopes name it makes some in three rare cases: it looks
 * for a page whose first attempt had an unknown outcome, brings a page that it found so up to date, and stops
 * a stream that would not take an edit.
 */
export function createSurface(address: SlackAddress, tools: SurfaceTools): ReplySurface {
  const { clients, refusals } = tools;
  const { channel, threadTs } = address;
  const scopes = createScopes(address);
  const posts = createPosts(clients, address, scopes, tools.postRefusals);
  const streams = threadTs === undefined ? undefined : createStreams(clients, address, threadTs, scopes);
  const attempts = createEarlierAttempts(address, tools);
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

  async function open(rung: Rung, view: PageView, options: OpenOptions): Promise<Page> {
    const { key, attempt } = options;
    const bring = (ts: string) => posts.replace({ id: ts, rung: message.name }, view);
    const earlier = attempt > 1 ? await attempts.takeOver(key, bring, sent.get(key)) : undefined;
    if (earlier !== undefined) return { id: earlier, rung: message.name };
    const page = await post(rung, view, options);
    await attempts.own(key, page.id);
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
