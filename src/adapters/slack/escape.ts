/**
 * Markdown of the model, as it is sent in `markdown_text`. Slack finds its tokens (`<!channel>`, `<@U1>`,
 * `<url|label>`) in Markdown too; they need a raw `<`, and an entity is shown as its character without being
 * read again as a token (measured by PostHog, posthog#95054). So each `<` and `>` becomes its entity, one by
 * one, which holds wherever the text is cut. Code is no exception: a token in it would ping as well.
 *
 * Two things stay: `&`, because Slack does not decode `&amp;` inside the address of a link, and `>` at the
 * start of a line, which alone makes a quotation and without a `<` makes no token.
 *
 * @param before What the page shows before `text`: it decides whether `text` begins at the start of a line.
 */
export function escapeMarkdown(text: string, before = ''): string {
  const startsLine = quoteMark.test(before.slice(before.lastIndexOf('\n') + 1));
  return text
    .split('\n')
    .map((line, index) => {
      const mark = index > 0 || startsLine ? (/^[ >]*/.exec(line)?.[0] ?? '') : '';
      return mark + escapeBrackets(line.slice(mark.length));
    })
    .join('\n');
}

/** UTF-8 bytes of {@link escapeMarkdown}; quotation marks are counted as if they were escaped, so that it adds up. */
export function markdownWidth(text: string): number {
  let width = Buffer.byteLength(text);
  for (const character of text) if (character === '<' || character === '>') width += 3;
  return width;
}

/** Plain text as it is sent in `text`, where Slack wants these three characters, and no others, as entities. */
export function escapeText(text: string): string {
  return escapeBrackets(text.replaceAll('&', '&amp;'));
}

/**
 * A name or description where Slack takes plain text: names of files, alternative texts, labels. Whether entities are read there
 * is not documented, so the characters that tokens are made of give way to others that look alike.
 */
export function toPlainText(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›');
}

const quoteMark = /^[ >]*$/;

function escapeBrackets(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
