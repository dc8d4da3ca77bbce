import { SurfaceError } from '../../core/errors.ts';
import type { Page, PageView } from '../../core/ports.ts';
import type { SlackAddress } from './address.ts';
import type { Clients } from './clients.ts';
import { errorNameOf, toSurfaceError } from './errors.ts';
import { escapeMarkdown } from './escape.ts';
import { pageEventType } from './landed.ts';
import type { PostRefusals } from './post-refusals.ts';
import type { Scopes } from './rungs.ts';

/** Pages that are messages, replaced as a whole with each edit. */
export interface Posts {
  /** Posts a page; `key` marks it so that it can be found again. */
  open(view: PageView, key: string): Promise<Page>;
  /** Gives a page a new text. */
  replace(page: Page, view: PageView): Promise<void>;
}

/** Creates {@link Posts} at an address. */
export function createPosts(
  { write }: Clients,
  { channel, threadTs }: SlackAddress,
  scopes: Scopes,
  postRefusals: PostRefusals,
): Posts {
  async function update(ts: string, text: string): Promise<void> {
    await write.chat.update({ channel, ts, markdown_text: escapeMarkdown(text) });
  }

  return {
    async open(view, key) {
      try {
        const { ts } = await write.chat.postMessage({
          channel,
          markdown_text: escapeMarkdown(view.text),
          unfurl_links: false,
          unfurl_media: false,
          metadata: { event_type: pageEventType, event_payload: { key } },
          ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
        });
        if (ts === undefined) throw new SurfaceError('unknown', 'chat.postMessage told no timestamp');
        return { id: ts, rung: 'message' };
      } catch (error) {
        throw toPostError(error, channel, scopes, postRefusals);
      }
    },

    async replace(page, view) {
      try {
        await update(page.id, view.text).catch(async (error: unknown) => {
          // A stream that was believed to be over is still open: Slack edits it only once it is stopped.
          if (errorNameOf(error) !== 'streaming_state_conflict') throw error;
          await write.chat.stopStream({ channel, ts: page.id });
          await update(page.id, view.text);
        });
      } catch (error) {
        throw toSurfaceError(error, { method: 'chat.update', scope: scopes.update.id });
      }
    },
  };
}

/** Translates what `chat.postMessage` threw; a refusal is blamed on one of its two limits. */
export function toPostError(
  error: unknown,
  channel: string,
  scopes: Scopes,
  postRefusals: PostRefusals,
): SurfaceError {
  const refused = toSurfaceError(error, { method: 'chat.postMessage', scope: scopes.postInChannel.id });
  if (refused.fault !== 'rate-limited' || postRefusals.blame(channel) === 'channel') return refused;
  return toSurfaceError(error, { method: 'chat.postMessage', scope: scopes.post.id });
}
