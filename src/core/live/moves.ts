import type { Preparation, Rung, Scope } from '../ports.ts';
import type { OfferedMove } from './contender.ts';
import type { Outlook } from './outlook.ts';

/**
 * What a reply can do with a call: make a place, open a page, show more of it, give it its last text, end its stream early and go on by
 * editing it or in a further page, or leave it as it stands
 * and go on in a further page.
 */
export interface ReplyMove extends OfferedMove {
  readonly kind: 'prepare' | 'open' | 'grow' | 'close' | 'settle' | 'continue';
  /** Absent of `prepare`. */
  readonly rung?: Rung;
}

/** How a place is made for the reply. */
export function preparingMove({ scopes }: Preparation): ReplyMove {
  return { kind: 'prepare', scopes };
}

/** How a page can show more. */
export function growingMoves(rung: Rung): readonly ReplyMove[] {
  const grow = toMove('grow', rung, rung.scopes.grow);
  return rung.continues === true ? [grow, toMove('continue', rung, rung.scopes.open)] : [grow];
}

/**
 * How a page can show its last text. A stream may also show it by growing and be closed later: closing is what
 * there are fewest calls for.
 */
export function closingMoves(rung: Rung): readonly ReplyMove[] {
  const close = toMove('close', rung, rung.scopes.close);
  if (rung.continues === true) return [close, toMove('continue', rung, rung.scopes.open)];
  return rung.growth === 'append' ? [close, toMove('grow', rung, rung.scopes.grow)] : [close];
}

/** How a stream can end early, to go on as a message that is edited. */
export function settlingMove(rung: Rung, after: () => Outlook): ReplyMove {
  return { ...toMove('settle', rung, rung.scopes.close), after };
}

/** How a message that is edited can be left as it is, to go on in a stream. */
export function streamingMove(rung: Rung, after: () => Outlook): ReplyMove {
  return { ...toMove('continue', rung, rung.scopes.open), after };
}

/** How a page can be opened. */
export function openingMove(rung: Rung): ReplyMove {
  return toMove('open', rung, rung.scopes.open);
}

function toMove(kind: ReplyMove['kind'], rung: Rung, scopes: readonly Scope[]): ReplyMove {
  return { kind, rung, scopes };
}
