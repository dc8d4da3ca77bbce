import type { Turn } from './ports.ts';

/** A person's turn of which it is known from which message it came. */
export type AskedTurn = Turn & { readonly messageId: string };

/** The last question of a conversation. */
export interface LastQuestion {
  /** Place of its first turn. */
  readonly start: number;
  /** All that was asked together, at least one. */
  readonly asked: readonly AskedTurn[];
  /** What people said to others since. */
  readonly overheard: readonly Turn[];
}

/** Finds the last question among turns, whether it was answered or not; `undefined` where there is none. */
export function findLastQuestion(turns: readonly Turn[]): LastQuestion | undefined {
  const said = turns.filter(isAsked);
  // Turns of older versions don't tell which question they belong to: then the newest is the question.
  const last = said.findLast(({ question }) => question !== undefined) ?? said.at(-1);
  if (last === undefined) return undefined;
  const isPart = (turn: Turn) =>
    turn === last || (turn.question !== undefined && turn.question === last.question);
  const start = turns.findIndex(isPart);
  const since = turns.slice(start);
  return {
    start,
    asked: since.filter(isAsked).filter(isPart),
    overheard: since.filter((turn) => turn.role === 'user' && !isPart(turn)),
  };
}

function isAsked(turn: Turn): turn is AskedTurn {
  return turn.role === 'user' && turn.messageId !== undefined;
}
