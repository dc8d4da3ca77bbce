import { randomUUID } from 'node:crypto';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { ParleyError } from '../core/errors.ts';
import type { ToolCall } from '../core/ports.ts';

/** A piece of a call, as it comes in a chunk. */
export type ToolCallPiece = ChatCompletionChunk.Choice.Delta.ToolCall;

/** Puts calls together that come in pieces. */
export interface ToolCalls {
  /** @throws ParleyError `model-failed` where it becomes too much */
  add(pieces: readonly ToolCallPiece[]): void;
  /** The whole calls, each with an id and a name. */
  take(): readonly ToolCall[];
}

/**
 * Gathers the calls of one answer. OpenAI's servers number the pieces; of others some send whole calls without a number,
 * or all under the same one, without an id, or with their arguments as an object.
 */
export function gatherToolCalls(): ToolCalls {
  const calls: Gathered[] = [];

  function find({ index, id, function: called }: ToolCallPiece): Gathered {
    const isNew = Boolean(called?.name);
    const known =
      typeof index === 'number'
        ? calls.findLast((call) => call.index === index)
        : isNew
          ? undefined
          : calls.at(-1);
    if (known !== undefined && !(isNew && id && known.id && known.id !== id)) return known;
    if (calls.length >= mostCalls) throw tooMuch();
    const call: Gathered = { index, id: '', name: '', json: '' };
    calls.push(call);
    return call;
  }

  return {
    add(pieces) {
      for (const piece of pieces) {
        const call = find(piece);
        call.id ||= piece.id ?? '';
        call.name ||= piece.function?.name ?? '';
        const json = toJson(piece.function?.arguments);
        if (call.json.length + json.length > mostCharacters) throw tooMuch();
        call.json += json;
      }
    },
    take() {
      // Without a name there is nothing to call.
      return calls
        .filter(({ name }) => name !== '')
        .map(({ id, name, json }) => ({ id: id || `call_${randomUUID()}`, name, arguments: json || '{}' }));
    },
  };
}

interface Gathered {
  readonly index: number | undefined;
  id: string;
  name: string;
  json: string;
}

function toJson(piece: unknown): string {
  if (typeof piece === 'string') return piece;
  return piece === undefined || piece === null ? '' : JSON.stringify(piece);
}

function tooMuch(): ParleyError {
  return new ParleyError(
    'model-failed',
    'The model wanted to do too much at once and was stopped: ask again, or put it differently.',
  );
}

const mostCalls = 16;
const mostCharacters = 100_000;
