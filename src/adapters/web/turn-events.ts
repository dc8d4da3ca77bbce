import type { Ending, Usage } from '../../core/ports.ts';
import type { LiveCardData } from './card-shapes.ts';
import { toSeconds } from './problems.ts';

/** The first event of a turn: whoever sees it shows the answer from empty. */
export function toTurnEvent(turn: string, conversation: string): string {
  return toEvent(turn, 0, 'turn', { turn, conversation });
}

/** More text. JSON keeps every kind of line break inside one line. @param position UTF-16 units up to its end */
export function toDeltaEvent(turn: string, position: number, text: string): string {
  return `id: ${turn}.${position}\nevent: delta\ndata: {"text":${JSON.stringify(text)}}\n\n`;
}

/** The newest view of a card. It has no position of its own: whoever comes back gets the cards again. @param length as below */
export function toCardEvent(turn: string, length: number, card: LiveCardData): string {
  return toEvent(turn, length, 'card', card);
}

/** What comes after the last of the text, one string for each event. @param length UTF-16 units of the text */
export function toTailEvents(turn: string, length: number, ending: Ending): readonly string[] {
  if (ending.end === 'failed') return [toEvent(turn, length + 1, 'error', toFailureData(ending))];
  const { end, notice, usage } = ending;
  const done = { end, ...(usage && { usage: toUsage(usage) }) };
  if (notice === undefined) return [toEvent(turn, length + 1, 'done', done)];
  return [toEvent(turn, length + 1, 'notice', { text: notice }), toEvent(turn, length + 2, 'done', done)];
}

/** What the error event says, as plain data. */
export function toFailureData({ code, notice, retryAfterMs }: Ending): {
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
} {
  return {
    code: code ?? 'interrupted',
    message: notice ?? 'The answer broke off: please ask again.',
    ...(retryAfterMs !== undefined && { retryAfterSeconds: toSeconds(retryAfterMs) }),
  };
}

/** Usage as the API tells it, and nothing that a model may have hung on it. */
export function toUsage({ inputTokens, outputTokens, cachedTokens }: Usage): Usage {
  return { inputTokens, outputTokens, cachedTokens };
}

/** Turn and position of an event's id; `undefined` for anything else. */
export function readEventId(value: string | undefined): { turn: string; position: number } | undefined {
  const [, turn, position] = /^([\w-]{1,100})\.(\d{1,15})$/.exec(value ?? '') ?? [];
  return turn === undefined ? undefined : { turn, position: Number(position) };
}

function toEvent(turn: string, position: number, event: string, data: unknown): string {
  return `id: ${turn}.${position}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
