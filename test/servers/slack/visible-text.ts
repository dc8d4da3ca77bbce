/** What people see of a text that an app sent, and whom it would have called. */

/** Characters as people read them. Slack decodes these three entities and no others. */
export function toVisible(source: string): string {
  if (!source.includes('&')) return source;
  return source.replace(/&(lt|gt|amp);/g, (_, name: keyof typeof ENTITIES) => ENTITIES[name]);
}

/**
 * Mentions that notify, in mrkdwn and Markdown alike, also inside code: Slack reads its tokens before any
 * formatting. Entities (`&lt;!here&gt;`) are no tokens.
 */
export function findPings(source: string): readonly string[] {
  if (!source.includes('<')) return [];
  return Array.from(source.matchAll(PINGS), ([token]) => token);
}

/**
 * All text in blocks that Slack shows and parses, in order; people and groups in rich text as tokens. Buttons and pictures are
 * no text.
 */
export function toBlocksText(blocks: unknown): string {
  const found: string[] = [];
  collect(blocks, found);
  return found.join('\n');
}

const ENTITIES = { lt: '<', gt: '>', amp: '&' };
const PINGS = /<(?:!(?:channel|here|everyone|group)|@[UWB][A-Z0-9]+|!subteam\^[A-Z0-9]+)(?:\|[^<>]*)?>/g;

function collect(node: unknown, found: string[]): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, found);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const element = node as Record<string, unknown>;
  if (element.type === 'actions') return;
  if (element.type === 'user') found.push(`<@${element.user_id}>`);
  else if (element.type === 'broadcast') found.push(`<!${element.range}>`);
  else if (element.type === 'usergroup') found.push(`<!subteam^${element.usergroup_id}>`);
  else if (typeof element.text === 'string') {
    // Tokens in plain text are shown as they are and call nobody.
    found.push(element.type === 'plain_text' ? element.text.replaceAll('<', '&lt;') : element.text);
  } else for (const value of Object.values(element)) collect(value, found);
}
