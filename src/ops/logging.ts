import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino, stdTimeFunctions } from 'pino';
import type { LogFields, Logger } from '../core/ports.ts';
import { toErrorFields } from './error-fields.ts';
import { toHumanLine } from './human-line.ts';
import { createScrubber } from './scrubber.ts';

/** Where log lines go; `process.stderr` is one. */
export interface LogStream {
  readonly isTTY?: boolean;
  write(line: string): unknown;
  on?(event: 'error', listener: (error: Error) => void): unknown;
}

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Also written here, as JSON; made with its directory where there is none. */
  readonly file?: string;
  /** @default `process.stderr` */
  readonly stream?: LogStream;
  /** Values that never appear in a line, in no field and no encoding. */
  readonly secrets: readonly string[];
}

/** A log of JSON lines; readable lines where the stream is a terminal. Never throws. */
export function createLogger(options: LoggerOptions): Logger {
  const { level, file, stream = process.stderr, secrets } = options;
  const scrub = createScrubber(secrets);
  const appendToFile = file === undefined ? undefined : createFileSink(file, (line) => stream.write(line));

  // Nobody reads the log any more: no reason to end the conversations, and no place left to say so.
  stream.on?.('error', () => {});

  // The last step before a line leaves: nothing that is added above can go around it.
  function write(line: string): void {
    stream.write(scrub(stream.isTTY === true ? `${toHumanLine(JSON.parse(line))}\n` : line));
    appendToFile?.(scrub(line));
  }

  const log = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: toPlainFields },
    },
    { write },
  );

  function at(levelName: 'debug' | 'info' | 'warn' | 'error') {
    return (message: string, fields: LogFields = {}) => {
      try {
        log[levelName](fields, message);
      } catch (error) {
        // A field that can't be written (a throwing getter) must not take the caller down.
        log.error({ error, about: message }, 'a log line could not be written');
      }
    };
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Names that a line has already; the same name twice would hide one of them. */
const taken: ReadonlySet<string> = new Set(['level', 'time', 'message']);

function toPlainFields(fields: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => [
    taken.has(name) ? `${name}_` : name,
    value instanceof Error ? toErrorFields(value) : value,
  ]);
  return Object.fromEntries(entries);
}

/** Appends lines to a file. Opened anew for each, so that it can be rotated; a fault is told once, until it works again. */
function createFileSink(file: string, complain: (line: string) => void): (line: string) => void {
  let state: 'new' | 'fine' | 'failing' = 'new';
  return (line) => {
    try {
      if (state !== 'fine') mkdirSync(dirname(file), { recursive: true });
      appendFileSync(file, line);
      state = 'fine';
    } catch (error) {
      if (state !== 'failing') complain(`the log file can't be written: ${String(error)}\n`);
      state = 'failing';
    }
  };
}
