import type { StandInSlack } from './types.ts';
import type { Workspace } from './workspace.ts';

/** Most characters of one text, and most lines of one list. */
const TEXT = 200;
const LINES = 40;

/** What a test that waited in vain wants to know. */
export function dump(slack: StandInSlack, workspaces: readonly Workspace[]): string {
  return [
    `connections: ${slack.connections}`,
    list('messages', workspaces.flatMap(toMessageLines)),
    list(
      'ephemerals',
      workspaces.flatMap(({ ephemerals }) => ephemerals.map((entry) => clip(entry))),
    ),
    list(
      'deliveries',
      slack.deliveries.map((delivery) => clip(delivery)),
    ),
    list(
      'calls',
      slack.calls.map(
        (call) => `${call.method} ${call.ok ? 'ok' : (call.error ?? 'open')} ${clip(call.args)}`,
      ),
    ),
  ].join('\n');
}

function toMessageLines(workspace: Workspace): readonly string[] {
  return workspace.messages().map((message) => {
    const state = [message.streaming && 'streaming', message.deleted && 'deleted'].filter(Boolean);
    const place = [message.channel, message.threadTs, message.ts].filter(Boolean).join(' ');
    const files = message.versions.at(-1)?.files.map(({ name }) => name) ?? [];
    const shown = files.length === 0 ? '' : ` ${clip(files)}`;
    return `${place} ${message.author} ${state.join(' ')} ${clip(message.text)}${shown}`;
  });
}

function list(title: string, lines: readonly string[]): string {
  const skipped = lines.length > LINES ? `\n  … ${lines.length - LINES} before` : '';
  const shown = lines.slice(-LINES).map((line) => `\n  ${line}`);
  return `${title} (${lines.length}):${skipped}${shown.join('')}`;
}

function clip(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > TEXT ? `${text.slice(0, TEXT)}…` : text;
}
