/** Bounds: a log line about an error is of use only while it can be read. */
const deepest = 5;
const longestMessage = 2_000;
const longestStack = 4_000;

/** An error as plain JSON: what a developer needs, within bounds, and nothing that an SDK hung on it. */
export interface ErrorFields {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly status?: number;
  readonly stack?: string;
  readonly cause?: ErrorFields | string;
  /** Of an `AggregateError`: the first few. */
  readonly errors?: readonly (ErrorFields | string)[];
}

/** Plain JSON of whatever was thrown: an error with its chain of causes, or its text. */
export function toErrorFields(error: unknown, depth = 0): ErrorFields | string {
  if (!(error instanceof Error)) return cut(String(error), longestMessage);
  const code = 'code' in error ? error.code : undefined;
  const status = 'status' in error ? error.status : undefined;
  const deeper = (inner: unknown) => toErrorFields(inner, depth + 1);
  return {
    name: error.name,
    message: cut(error.message, longestMessage),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(typeof status === 'number' && { status }),
    ...(error.stack !== undefined && { stack: cut(error.stack, longestStack) }),
    ...(error.cause !== undefined && depth < deepest && { cause: deeper(error.cause) }),
    ...(error instanceof AggregateError &&
      depth < deepest && { errors: error.errors.slice(0, deepest).map(deeper) }),
  };
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`;
}
