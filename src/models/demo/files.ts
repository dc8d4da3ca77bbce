import type { Picture } from '../../core/ports.ts';
import { type Saying, toQuotation } from './conversation.ts';

/** What came with something said, as far as the demo model sees it; `undefined` where nothing did. */
export function describeFiles({
  files = [],
  pictures = [],
}: Pick<Saying, 'files' | 'pictures'> = {}): string | undefined {
  if (files.length === 0) return undefined;
  const seen = pictures.values();
  const lines = files.map(({ kind, name, about, text }) => {
    const picture = kind === 'Picture' ? seen.next().value : undefined;
    return `- **${name}**: ${[about.replace(/; what is said .*$/, ''), ...toSize(picture), ...toBeginning(text)].join('; ')}`;
  });
  const count = files.length === 1 ? 'a file' : `${files.length} files`;
  return `I received ${count}:\n\n${lines.join('\n')}\n\nA demo can only count and copy; a real model would look at what is in it.`;
}

function toSize(picture: Picture | undefined): readonly string[] {
  if (picture === undefined) return [];
  return [
    `${Math.max(1, Math.round(picture.bytes.byteLength / 1_000))} kB of ${picture.mediaType} in front of me`,
  ];
}

function toBeginning(text: string): readonly string[] {
  return text.trim() === ''
    ? []
    : [`${text.length} characters in front of me, beginning with "${toQuotation(text, 80)}"`];
}
