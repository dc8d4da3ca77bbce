/** A call that the stand-in's model makes. */
export interface ScriptedCall {
  readonly name: string;
  /** JSON, or anything else. */
  readonly arguments: string;
  /** @default `call_` and its number */
  readonly id?: string;
}

/** How {@link toolCalls} are written. */
export interface ToolCallOptions {
  /** Said before. @default nothing */
  readonly text?: string;
  /** Characters of the arguments in a chunk; `Infinity`: the whole call in one. @default 5 */
  readonly pieceSize?: number;
  /** False: chunks do not tell which call they belong to. @default true */
  readonly numbered?: boolean;
  /** @default 'tool_calls' */
  readonly finishReason?: string;
}

/** An answer that calls tools. */
export interface ToolCallsAnswer extends ToolCallOptions {
  readonly kind: 'tool-calls';
  readonly calls: readonly ScriptedCall[];
}

/** An answer that calls tools, streamed in pieces. */
export function toolCalls(calls: readonly ScriptedCall[], options: ToolCallOptions = {}): ToolCallsAnswer {
  return { kind: 'tool-calls', calls, ...options };
}

/** The deltas of such an answer, in the order in which they go out. */
export function* toDeltas({ calls, pieceSize = 5, numbered = true }: ToolCallsAnswer): Generator<unknown> {
  for (const [index, { id = `call_${index}`, name, arguments: json }] of calls.entries()) {
    const number = numbered ? { index } : {};
    const whole = pieceSize >= json.length;
    yield [{ ...number, id, type: 'function', function: { name, arguments: whole ? json : '' } }];
    for (let at = 0; !whole && at < json.length; at += pieceSize)
      yield [{ ...number, function: { arguments: json.slice(at, at + pieceSize) } }];
  }
}
