import type { Page, Rung } from '../ports.ts';
import type { Sheet } from './manuscript.ts';
import { closingMoves, growingMoves, type ReplyMove } from './moves.ts';

/** The page that is open on the platform. */
export interface OpenPage {
  readonly page: Page;
  readonly rung: Rung;
  /** True where it was a stream, which has ended. */
  readonly wasStream?: boolean;
  /** Clock time. */
  readonly openedAt: number;
  /** What it shows; `undefined` where that is not known. */
  sheet: Sheet | undefined;
  /** True where an append's fate is unknown: the stream must end before the page can be set right. */
  inDoubt: boolean;
}

/** Clock time when the platform would close the page. */
export function expiryOf({ rung, openedAt }: OpenPage): number | undefined {
  return rung.lifetimeMs === undefined ? undefined : openedAt + rung.lifetimeMs;
}

/** True where the page's stream has to end, finished or not. */
export function mustEnd(page: OpenPage, now: number): boolean {
  return page.inDoubt || now >= (expiryOf(page) ?? Number.POSITIVE_INFINITY);
}

/** How the page can show more. Only a page that shows a well-cut text can be left as it is. */
export function progressMoves({ rung, sheet }: OpenPage): readonly ReplyMove[] {
  const moves = growingMoves(rung);
  return sheet?.cut === true ? moves : moves.slice(0, 1);
}

/**
 * How the page can show its last text.
 * @param fits whether that is the reply's last text: only then a stream may show it by growing and be closed later
 */
export function lastMoves({ rung, sheet }: OpenPage, fits: boolean): readonly ReplyMove[] {
  const moves = closingMoves(rung);
  if (sheet === undefined || (rung.growth === 'replace' && !sheet.cut)) return moves.slice(0, 1);
  return fits ? moves : moves.filter(({ kind }) => kind !== 'grow');
}

/** The one way to end a page. */
export function endingMoves({ rung }: OpenPage): readonly ReplyMove[] {
  return closingMoves(rung).slice(0, 1);
}
