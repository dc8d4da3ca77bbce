/**
 * The end of a text that still grows, as it will probably look: half-written emphasis, code and links are closed, and
 * a line that could become anything (`-`, `1.`, `#`, `|`) waits. So nothing jumps when the rest comes.
 * @param {string} text
 */
export function mend(text) {
  const held = text.replace(/(^|\n)[ \t]*(?:[-=*+#>|`~_]+|\d+[.)]?)[ \t]*$/, '$1');
  const paragraph = held.slice(held.lastIndexOf('\n\n') + 1);
  if (/^ {0,3}(```|~~~)/m.test(paragraph)) return held;
  const shown = held.replace(/!?\[([^\]\n]*)\]\([^)\s]*$/, '$1').replace(/!?\[([^\]\n]*)$/, '$1');
  return shown.replace(/[*~`_]+$/, '') + closersOf(shown.slice(shown.lastIndexOf('\n\n') + 1));
}

/** @param {string} paragraph */
function closersOf(paragraph) {
  const bare = paragraph.replace(/[*~`_]+$/, '');
  const code = bare.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
  const tick = /`+/.exec(code)?.[0];
  if (tick !== undefined) return tick;
  const pairs = ['**', '~~'].filter((mark) => (code.split(mark).length - 1) % 2 === 1);
  return pairs.join('');
}
