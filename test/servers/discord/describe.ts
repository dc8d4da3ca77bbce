import { toButtons } from './components.ts';
import type { JournalEntry } from './types.ts';
import type { World } from './world.ts';

/** What there is, for a person who wonders why a wait was in vain. */
export function describeState(world: World, journal: readonly JournalEntry[]): string {
  const lines: string[] = [];
  for (const channel of world.channels.values()) {
    lines.push(`${channel.kind} ${channel.id} "${channel.name}"${channel.deleted ? ' (deleted)' : ''}`);
    for (const message of channel.messages.slice(-10)) {
      const marks = [message.deleted && 'deleted', message.ephemeral && 'ephemeral'].filter(Boolean);
      const versions = message.versions.length;
      const files = message.attachments.map(({ filename }) => ` <${filename}>`);
      const buttons = toButtons(message.components).map(({ label }) => ` [${label}]`);
      lines.push(
        `  ${message.id} ${message.author.username}: ${JSON.stringify(message.content.slice(0, 200))}` +
          `${[...files, ...buttons].join('')} (${[`${versions} versions`, ...marks].join(', ')})`,
      );
    }
  }
  for (const interaction of world.interactions.values()) {
    const answer =
      interaction.answer === undefined ? 'not answered' : `answered by ${interaction.answer.type}`;
    lines.push(`interaction ${interaction.id} /${interaction.name}: ${answer}`);
  }
  lines.push('last calls:');
  for (const { method, path, status } of journal.slice(-20)) lines.push(`  ${method} ${path} -> ${status}`);
  return lines.join('\n');
}
