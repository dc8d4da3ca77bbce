/** How to name what a text mentions; `undefined` where it is not known. */
export interface MentionNames {
  /** The user that Parley is. */
  readonly self: string;
  /** The role that Discord made for Parley: people pick it by mistake, and mean Parley. */
  readonly selfRole?: string | undefined;
  user(id: string): string | undefined;
  role(id: string): string | undefined;
  channel(id: string): string | undefined;
}

/**
 * A message as the model should read it: the mention of Parley taken out wherever it stands, all other
 * mentions and emoji by name, line ends as `\n`.
 */
export function readableText(content: string, names: MentionNames): string {
  return withoutSelf(content, names)
    .replace(/<@!?(\d+)>/g, (_, id: string) => `@${names.user(id) ?? 'someone'}`)
    .replace(/<@&(\d+)>/g, (_, id: string) => `@${names.role(id) ?? 'a role'}`)
    .replace(/<#(\d+)>/g, (_, id: string) => `#${names.channel(id) ?? 'a channel'}`)
    .replace(/<a?(:\w+:)\d+>/g, '$1')
    .replace(/<(\/[^:>]+):\d+>/g, '$1')
    .trim();
}

/**
 * A thread's name from a question: its first line without Markdown and mentions, at most 80 characters, cut
 * at a word.
 */
export function titleOf(content: string, fallback: string): string {
  const lines = content
    .replace(/<[@#][!&]?\d+>|<\/[^>]+:\d+>/g, ' ')
    .replace(/<a?(:\w+:)\d+>/g, '$1')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .split(/\r\n?|\n/)
    .map((line) =>
      line
        .replace(/^\s*```\w*|^\s*(?:#{1,3}|>{1,3}|-#|[-*])\s/, '')
        .replace(/\*\*|__|~~|\|\||`+/g, '')
        .replace(/(^|\s)[*_](\S(?:.*?\S)?)[*_](?=\s|$|[.,:;!?])/g, '$1$2')
        .replace(/\s+/g, ' ')
        .replace(/^[\s,:;]+/, '')
        .trim(),
    );
  const line = lines.find((candidate) => candidate !== '') ?? fallback;
  return cutAtWord(line, 80);
}

function withoutSelf(content: string, { self, selfRole }: MentionNames): string {
  const mention = selfRole === undefined ? `<@!?${self}>` : `<@(?:!?${self}|&${selfRole})>`;
  return content
    .replace(/\r\n?/g, '\n')
    .replace(new RegExp(`^\\s*${mention}[ \\t,:;]*`), '')
    .replace(new RegExp(`[ \\t]*${mention}(?=[,.:;!?])`, 'g'), '')
    .replace(new RegExp(`[ \\t]*${mention}[ \\t]*`, 'g'), ' ');
}

function cutAtWord(text: string, most: number): string {
  const characters = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  if (text.length <= most) return text;
  let cut = '';
  for (const character of characters) {
    if (cut.length + character.length > most - 1) break;
    cut += character;
  }
  const space = cut.lastIndexOf(' ');
  // A language without spaces, or one very long word, is cut where it is full.
  return `${(space > most / 2 ? cut.slice(0, space) : cut).replace(/[\s,:;.-]+$/, '')}…`;
}
