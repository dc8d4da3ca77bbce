import { LogLevel, type Logger as SlackLogger } from '@slack/bolt';
import type { Logger } from '../../core/ports.ts';

/**
 * Routes what Slack's libraries log into ours. Their debug lines are left out: they hold whole messages of
 * people and addresses that open a connection.
 */
export function toSlackLogger(logger: Logger): SlackLogger {
  return {
    debug: () => {},
    info: (...parts: unknown[]) => logger.debug(toLine(parts)),
    warn: (...parts: unknown[]) => logger.warn(toLine(parts)),
    error: (...parts: unknown[]) => logger.error(toLine(parts)),
    getLevel: () => LogLevel.INFO,
    setLevel: () => {},
    setName: () => {},
  };
}

function toLine(parts: readonly unknown[]): string {
  return `Slack: ${parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ')}`;
}
