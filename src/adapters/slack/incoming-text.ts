/** What {@link fromSlackText} has to know. */
export interface TextReading {
  /** Its mentions are left out. */
  readonly botUserId: string;
  /** Names of people by id; an id without a name stays as it is. */
  readonly names: ReadonlyMap<string, string>;
}

/** Ids of all people that a text in Slack's encoding mentions, in order, each once. */
export function mentionedIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/<@([UW][A-Z0-9]*)(?:\|[^>]*)?>/g)].map((match) => match[1] ?? ''))];
}

/**
 * A text in Slack's encoding as people read it: mentions by name, links with their address, entities as
 * characters; the mention of Parley removed.
 */
export function fromSlackText(text: string, { botUserId, names }: TextReading): string {
  const mention = `<@${botUserId}(?:\\|[^>]*)?>`;
  return text
    .replaceAll('\r\n', '\n')
    .replace(new RegExp(`^\\s*${mention}[:,]*\\s*`), '')
    .replace(new RegExp(`[ \\t]*${mention}`, 'g'), '')
    .replace(token, (whole, content: string) => readToken(content, names) ?? whole)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}

const token = /<((?:[@#!]|[a-z][a-z0-9+.-]*:)[^>]*)>/gi;

function readToken(content: string, names: ReadonlyMap<string, string>): string | undefined {
  const bar = content.indexOf('|');
  const target = bar < 0 ? content : content.slice(0, bar);
  const label = bar < 0 ? undefined : content.slice(bar + 1);
  if (target.startsWith('@')) return `@${names.get(target.slice(1)) ?? label ?? target.slice(1)}`;
  if (target.startsWith('#')) return `#${label || target.slice(1)}`;
  if (target.startsWith('!date^')) return label ?? '';
  if (target.startsWith('!subteam^')) return label ?? '@group';
  if (target.startsWith('!')) return `@${target.slice(1)}`;
  const address = target.replace(/^(?:mailto|tel):/, '');
  if (label === undefined || address === label || address.endsWith(`//${label}`)) return address;
  return `${label} (${address})`;
}
