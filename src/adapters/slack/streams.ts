import { SurfaceError } from '../../core/errors.ts';
import type { Page, PageView } from '../../core/ports.ts';
import type { SlackAddress } from './address.ts';
import type { Clients } from './clients.ts';
import { toSurfaceError } from './errors.ts';
import { escapeMarkdown } from './escape.ts';
import type { Scopes } from './rungs.ts';

/** Pages that are Slack's own streams: text is appended, and what is there can't be changed. */
export interface Streams {
  open(view: PageView): Promise<Page>;
  append(page: Page, view: PageView): Promise<void>;
  /** Ends the stream with the rest of the text. */
  close(page: Page, view: PageView): Promise<void>;
}

/** Creates {@link Streams} in a thread. */
export function createStreams(
  { write }: Clients,
  { channel, user, userTeam }: SlackAddress,
  threadTs: string,
  scopes: Scopes,
): Streams {
  return {
    async open(view) {
      try {
        const { ts } = await write.chat.startStream({
          channel,
          thread_ts: threadTs,
          markdown_text: escapeMarkdown(view.text),
          ...(user === undefined ? {} : { recipient_user_id: user }),
          ...(userTeam === undefined ? {} : { recipient_team_id: userTeam }),
        });
        if (ts === undefined) throw new SurfaceError('unknown', 'chat.startStream told no timestamp');
        return { id: ts, rung: 'stream' };
      } catch (error) {
        throw toSurfaceError(error, { method: 'chat.startStream', scope: scopes.startStream.id });
      }
    },

    async append(page, view) {
      const rest = restOf(view);
      if (rest === '') return;
      try {
        await write.chat.appendStream({ channel, ts: page.id, markdown_text: rest });
      } catch (error) {
        throw toSurfaceError(error, { method: 'chat.appendStream', scope: scopes.appendStream.id });
      }
    },

    async close(page, view) {
      const rest = restOf(view);
      try {
        await write.chat.stopStream({
          channel,
          ts: page.id,
          ...(rest === '' ? {} : { markdown_text: rest }),
        });
      } catch (error) {
        throw toSurfaceError(error, { method: 'chat.stopStream', scope: scopes.stopStream.id });
      }
    },
  };
}

/** What is still to be sent. @throws SurfaceError `page-closed` where that is no mere addition. */
function restOf({ text, shown }: PageView): string {
  if (!text.startsWith(shown))
    throw new SurfaceError('page-closed', 'a stream can not take back what it shows');
  return escapeMarkdown(text.slice(shown.length), shown);
}
