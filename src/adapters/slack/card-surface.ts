import { setTimeout as wait } from 'node:timers/promises';
import { SurfaceError } from '../../core/errors.ts';
import type { CardFile, CardSurface, CardView } from '../../core/picture-ports.ts';
import { isDirect, type SlackAddress } from './address.ts';
import { type CardBody, type CardPicture, canStandInBlocks, toCardBody } from './card-blocks.ts';
import { createEarlierAttempts, type EarlierAttemptsTools, refusalOf } from './earlier-attempts.ts';
import { toSurfaceError } from './errors.ts';
import type { FileRefusals } from './file-refusals.ts';
import { pageEventType } from './landed.ts';
import type { PostRefusals } from './post-refusals.ts';
import { toPostError } from './posts.ts';
import { createScopes } from './rungs.ts';
import type { TellOnce } from './tell-once.ts';
import { createUploads } from './uploads.ts';

/** What cards share. */
export interface CardTools extends EarlierAttemptsTools {
  readonly postRefusals: PostRefusals;
  readonly fileRefusals: FileRefusals;
  readonly tellOnce: TellOnce;
  /** The only places that files are sent to. */
  readonly uploadOrigins: ReadonlySet<string>;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  /** How long a last view waits for Slack to have its pictures ready, in milliseconds. @default 9.5 seconds, in growing steps */
  readonly waitsMs?: readonly number[];
}

/**
 * Shows a card as a message of blocks. Its pictures are brought first, seen by nobody, and then named by its blocks. What can't
 * stand in blocks (WebP, text) is shared beside it, once all of it is there.
 *
 * Reports differ on when Slack takes a picture in a block: at once, after some seconds, or never unless it was shared. So a
 * last view tries for a while, and then shares its pictures, too, which is remembered; a preview that is refused gives way
 * to what could be shown. Those calls, and the search for a message whose posting had an unknown outcome, are beyond what
 * the scopes name.
 */
export function createCardSurface(address: SlackAddress, tools: CardTools): CardSurface {
  const { clients, fileRefusals, signal, waitsMs = usualWaitsMs } = tools;
  const { team, channel, threadTs } = address;
  const scopes = createScopes(address);
  const questionMs = address.postedAt === undefined ? 0 : Number(address.postedAt) + postGapMs - Date.now();
  const uploads = createUploads({ clients, scopes, origins: tools.uploadOrigins, signal });
  const attempts = createEarlierAttempts(address, tools);
  /** By name of a file, the picture of it that people see. */
  let seen = new Map<string, CardPicture>();

  /** Shows a body, and tells the timestamp of the message. */
  type Write = (body: CardBody) => Promise<string>;

  function planOf({ files }: CardView): {
    pictures: readonly CardFile[];
    beside: readonly CardFile[];
    whole: boolean;
  } {
    const whole = files.every(({ final }) => final);
    const isPicture = (file: CardFile) => canStandInBlocks(file) && !fileRefusals.has(team);
    const beside = whole ? files.filter((file) => !isPicture(file)) : [];
    return { pictures: files.filter(isPicture), beside, whole };
  }

  async function present(view: CardView, write: Write): Promise<string> {
    const { pictures, beside, whole } = planOf(view);
    const ready = await bring(pictures, beside, write);
    const ts = await showPictures(view, ready, whole ? waitsMs : [], write);
    if (ts !== undefined) {
      await share(beside, ts);
      return ts;
    }
    if (whole) return shareInstead(view, write);
    const before = pictures.map(({ name }) => seen.get(name)).filter((picture) => picture !== undefined);
    return (await showPictures(view, before, [], write)) ?? (await write(toCardBody(view, [])));
  }

  /** Brings all files, and says so in place of the card where they can't be sent for good. */
  async function bring(
    pictures: readonly CardFile[],
    beside: readonly CardFile[],
    write: Write,
  ): Promise<readonly CardPicture[]> {
    try {
      const ids = await uploads.keep(pictures);
      await uploads.bring(beside);
      return pictures.map((file, index) => ({ file, id: ids[index] ?? '' }));
    } catch (error) {
      const notice = error instanceof SurfaceError && error.fault === 'gone' ? error.notice : undefined;
      // Best effort: what went wrong is thrown either way.
      if (notice !== undefined)
        await write(toCardBody({ text: notice, buttons: [] }, [])).catch(() => undefined);
      throw error;
    }
  }

  /** @returns `undefined` where Slack does not take the pictures */
  async function showPictures(
    view: CardView,
    pictures: readonly CardPicture[],
    waits: readonly number[],
    write: Write,
  ): Promise<string | undefined> {
    for (const waitMs of [0, ...waits]) {
      await pause(waitMs);
      try {
        const ts = await write(toCardBody(view, pictures));
        seen = new Map(pictures.map((picture) => [picture.file.name, picture]));
        return ts;
      } catch (error) {
        if (pictures.length === 0 || refusalOf(error) !== 'invalid_blocks') throw error;
      }
    }
    return undefined;
  }

  async function shareInstead(view: CardView, write: Write): Promise<string> {
    const ts = await write(toCardBody(view, []));
    // Only now it is known that the pictures were what was refused.
    fileRefusals.add(team);
    await share(view.files, ts);
    return ts;
  }

  async function share(files: readonly CardFile[], cardTs: string): Promise<void> {
    const root = threadTs ?? (isDirect(channel) ? undefined : cardTs);
    await uploads.share(files, { channel, ...(root === undefined ? {} : { threadTs: root }) });
  }

  async function pause(ms: number): Promise<void> {
    if (ms === 0) return;
    await wait(ms, undefined, { signal }).catch((error: unknown) => {
      throw new SurfaceError('unknown', 'Slack is being left', { cause: error });
    });
  }

  async function post(body: CardBody, key: string): Promise<string> {
    const { ts } = await clients.write.chat
      .postMessage({
        channel,
        ...body,
        unfurl_links: false,
        unfurl_media: false,
        metadata: { event_type: pageEventType, event_payload: { key } },
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      })
      .catch((error: unknown) => {
        throw toPostError(error, channel, scopes, tools.postRefusals);
      });
    if (ts === undefined) throw new SurfaceError('unknown', 'chat.postMessage told no timestamp');
    await attempts.own(key, ts);
    return ts;
  }

  async function update(body: CardBody, ts: string): Promise<string> {
    await clients.write.chat.update({ channel, ts, ...body }).catch((error: unknown) => {
      throw toSurfaceError(error, { method: 'chat.update', scope: scopes.update.id });
    });
    return ts;
  }

  async function replace(ts: string, view: CardView): Promise<void> {
    await present(view, (body) => update(body, ts));
  }

  async function open(view: CardView, key: string, attempt: number): Promise<string> {
    if (address.responseUrl !== undefined)
      throw new SurfaceError('gone', 'a message that its reader alone sees can not be changed');
    const earlier = attempt > 1 ? await attempts.takeOver(key, (ts) => replace(ts, view)) : undefined;
    if (earlier !== undefined) return earlier;
    // Posts that Slack refuses for their pictures count, too, and a channel takes one a second: first without.
    const ts = await post(toCardBody(view, []), key);
    if (view.files.length === 0) return ts;
    try {
      await replace(ts, view);
    } catch (error) {
      if (!(error instanceof SurfaceError && error.fault === 'rate-limited')) throw error;
      // It is posted: the next attempt finds it.
      throw new SurfaceError('unknown', 'a card could not be given its pictures', { cause: error });
    }
    return ts;
  }

  return {
    scopes(view, posted) {
      const { pictures, beside } = planOf(view);
      const posting = posted === undefined ? [scopes.postInChannel, scopes.post] : [];
      const showing = posted === undefined && view.files.length === 0 ? [] : [scopes.update];
      return [...posting, ...uploads.calls(pictures, beside), ...showing];
    },
    async open(view, { key, attempt }) {
      try {
        return { id: await open(view, key, attempt) };
      } catch (error) {
        const notice = error instanceof SurfaceError && error.fault === 'gone' ? error.notice : undefined;
        if (notice !== undefined && address.user !== undefined)
          await tools.tellOnce(address.user, channel, notice);
        throw error;
      }
    },
    replace: (message, view) => replace(message.id, view),
    // The question was a post, too, and Slack takes one a second in a channel.
    ...(questionMs > 0 && { preparation: { scopes: [], run: () => pause(questionMs) } }),
  };
}

const postGapMs = 1_000;
const usualWaitsMs = [500, 1_000, 2_000, 3_000, 3_000];
