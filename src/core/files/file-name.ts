/**
 * A file's name, fit for a sentence or a prompt: on one line, short, and without what could pose as something else
 * (quotation marks, brackets, code, mentions).
 */
export function toPlainName(name: string): string {
  const plain = name
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/[`"“”[\]<>]/g, '')
    .replaceAll('@', '＠')
    .trim();
  const letters = Array.from(plain);
  if (letters.length <= longest) return plain || 'a file';
  // The end tells what kind of file it is.
  return `${letters.slice(0, longest - tail - 1).join('')}…${letters.slice(-tail).join('')}`;
}

/** Names as a sentence lists them: `“a.png”, “b.pdf”`. */
export function listNames(names: readonly string[]): string {
  return names.map((name) => `“${toPlainName(name)}”`).join(', ');
}

const longest = 60;
const tail = 12;
