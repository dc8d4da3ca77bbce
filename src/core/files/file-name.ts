/** Most characters of a name in a sentence. */
const mostShown = 60;

// Also the marks that turn the direction of writing: with them "exe.pdf" can be made of "fdp.exe".
const parting = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

// What is not seen can hold words for a model. Emoji are joined by one such mark, and told from signs by another.
const unseen = /(?![\u200d\ufe0f])[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

const harmless: Readonly<Record<string, string>> = { '@': '＠', '`': '’', '<': '‹', '>': '›' };

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * A file's name as it may stand in a sentence: on one line, at most 60 characters (its ending is kept), and
 * nothing in it that a platform takes for a mention or for code, or that could end the quotation it stands in.
 */
export function toPlainName(name: string): string {
  const plain = name
    .replace(parting, ' ')
    .replace(unseen, '')
    .toWellFormed()
    .replace(/["“”[\]]/g, '')
    .replace(/[@`<>]/g, (character) => harmless[character] ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.replace(/\u200d|\ufe0f/g, '') === '' ? 'unnamed' : shortened(plain);
}

/** Names as a sentence lists them: `“a.png”, “b.pdf”`. */
export function listNames(names: readonly string[]): string {
  return names.map((name) => `“${toPlainName(name)}”`).join(', ');
}

/** What follows the last dot of a name, in lower case; empty where there is nothing of that kind. */
export function extensionOf(name: string): string {
  return /[^./\\]\.([a-z0-9]{1,10})$/i.exec(name.trim())?.[1]?.toLowerCase() ?? '';
}

function shortened(name: string): string {
  if (name.length <= mostShown) return name;
  const extension = extensionOf(name);
  const ending = extension === '' ? '…' : `….${extension}`;
  let start = '';
  // A single grapheme may be as long as a name: what is looked at is bounded all the same.
  for (const { segment } of segmenter.segment(name.slice(0, mostShown + 20))) {
    if (start.length + segment.length + ending.length > mostShown) break;
    start += segment;
  }
  return start.trimEnd() + ending;
}
