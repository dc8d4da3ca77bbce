import { SurfaceError } from '../../core/errors.ts';
import type { SlackAddress } from './address.ts';
import type { Clients } from './clients.ts';
import { errorNameOf } from './errors.ts';
import type { Identity } from './identity.ts';
import { findPage } from './landed.ts';
import type { PagesPosted } from './pages-posted.ts';

/** Messages of a reply that an earlier attempt may have posted, with an unknown outcome. */
export interface EarlierAttempts {
  /**
   * Brings the message of an earlier attempt up to date.
   * @param bring shows on it what it is to show now
   * @param texts words by which it can be known where it carries no key
   * @returns its timestamp, or `undefined` where there is none, or none that could be changed
   * @throws SurfaceError
   */
  takeOver(
    key: string,
    bring: (ts: string) => Promise<void>,
    texts?: Iterable<string>,
  ): Promise<string | undefined>;
  /** A message was posted. @throws SurfaceError `unknown` where another reply took it for its own */
  own(key: string, ts: string): Promise<void>;
}

/** What {@link createEarlierAttempts} needs. */
export interface EarlierAttemptsTools {
  readonly clients: Clients;
  /** As whom we write. */
  identity(): Promise<Identity>;
  readonly pages: PagesPosted;
}

/** Creates {@link EarlierAttempts} at an address. */
export function createEarlierAttempts(
  address: SlackAddress,
  { clients, identity, pages }: EarlierAttemptsTools,
): EarlierAttempts {
  const { channel } = address;

  async function lookFor(key: string, texts: Iterable<string>): Promise<string | undefined> {
    const by = await identity().catch((error: unknown) => {
      throw new SurfaceError('unknown', 'auth.test was not answered', { cause: error });
    });
    const isTaken = (ts: string) => pages.isTaken(key, channel, ts);
    return findPage(clients.read, address, { by, key, texts, isTaken });
  }

  return {
    async takeOver(key, bring, texts = []) {
      const ts = (await pages.find(key)) ?? (await lookFor(key, texts));
      if (ts === undefined || !pages.claim(key, channel, ts)) return undefined;
      await pages.remember(key, ts);
      try {
        await bring(ts);
        return ts;
      } catch (error) {
        if (unchangeable.has(refusalOf(error) ?? '')) return undefined;
        if (!(error instanceof SurfaceError && error.fault === 'rate-limited')) throw error;
        // Not the limit of an opening that is closed: it would be asked for again at once.
        throw new SurfaceError('unknown', 'a page could not be brought up to date', { cause: error });
      }
    },
    async own(key, ts) {
      if (!pages.claim(key, channel, ts))
        throw new SurfaceError('unknown', 'another reply with the same words took this page for its own');
      await pages.remember(key, ts);
    },
  };
}

/** Slack's own name for why it refused a call. */
export function refusalOf(error: unknown): string | undefined {
  return error instanceof SurfaceError ? errorNameOf(error.cause) : undefined;
}

/** Of a page that stays as it is: its workspace lets messages be edited for a while only, or it is no longer ours. */
const unchangeable = new Set(['edit_window_closed', 'cant_update_message']);
