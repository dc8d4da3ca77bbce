/** One line of the log for people: `12:03:04 warn  store: closing failed  error="…"`. */
export function toHumanLine(entry: Readonly<Record<string, unknown>>): string {
  const { time, level, message, ...fields } = entry;
  const clock = typeof time === 'string' ? time.slice(11, 19) : '';
  const rest = Object.entries(fields).map(([name, value]) => `  ${name}=${toHumanValue(value)}`);
  const line = `${clock} ${String(level).padEnd(5)} ${String(message)}${rest.join('')}`;
  // What people write gets into the log, and must not steer the terminal.
  return line.replace(/\p{Cc}/gu, (character) =>
    JSON.stringify(character)
      .slice(1, -1)
      .replace(/^[\x7f-\x9f]$/, '?'),
  );
}

function toHumanValue(value: unknown): string {
  if (isError(value)) return JSON.stringify(toChain(value));
  if (typeof value === 'string' && /^[\w.:/@-]+$/.test(value)) return value;
  return JSON.stringify(value);
}

interface LoggedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: unknown;
}

function isError(value: unknown): value is LoggedError {
  return (
    typeof value === 'object' && value !== null && 'stack' in value && 'message' in value && 'name' in value
  );
}

function toChain(error: LoggedError): string {
  const own = `${error.name}: ${error.message}`;
  if (isError(error.cause)) return `${own} < ${toChain(error.cause)}`;
  return typeof error.cause === 'string' ? `${own} < ${error.cause}` : own;
}
