import type { KeyValue, LogFields, Logger } from '../../src/core/ports.ts';
import { createCounters } from '../../src/ops/counters.ts';

/** A line that was logged. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** A logger that keeps its lines. */
export function createRecordingLogger(): Logger & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const log = (level: LogLine['level']) => (message: string, fields?: LogFields) => {
    lines.push({ level, message, fields });
  };
  return { lines, debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

/** Logger and counters for a test that looks at neither. */
export function createInstruments() {
  return { logger: createRecordingLogger(), counters: createCounters() };
}

/** A key-value store in memory; `fail` makes every call reject until it is given `undefined`. */
export function createMemoryKeyValue(): KeyValue & { fail(error: Error | undefined): void } {
  const values = new Map<string, string>();
  let failure: Error | undefined;
  const check = () => {
    if (failure !== undefined) throw failure;
  };
  return {
    fail(error) {
      failure = error;
    },
    async get(key) {
      check();
      const value = values.get(key);
      return value === undefined ? undefined : JSON.parse(value);
    },
    async set(key, value) {
      check();
      values.set(key, JSON.stringify(value));
    },
    async delete(key) {
      check();
      values.delete(key);
    },
    async *entries() {
      check();
      for (const [key, value] of values) yield [key, JSON.parse(value)] as const;
    },
  };
}
