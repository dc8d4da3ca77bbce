import { create } from './dom.js';

/** From so many lines or characters on a block of code is a file in itself. */
const fewestLines = 80;
const fewestCharacters = 4_000;

/**
 * @param {string} code
 * @returns {boolean} whether it is too long to be read in a chat
 */
export function isLong(code) {
  return code.length >= fewestCharacters || code.split('\n').length >= fewestLines;
}

/**
 * What a block of code is called as a file: as its first line (a comment) or the words before it say, else by its language.
 * @param {string} language
 * @param {string} code
 * @param {readonly string[]} [said] names that stand before it, the nearest last
 */
export function toFileName(language, code, said = []) {
  const first = code.split('\n', 1)[0] ?? '';
  const commented = /^\s*(?:#|\/\/|--|;|<!--|\/\*)\s*(\S+)\s*(?:-->|\*\/)?\s*$/.exec(first)?.[1] ?? '';
  for (const candidate of [commented, ...said.toReversed()]) {
    const name = /^(?:[\w./-]*\/)?([\w-][\w.-]*\.[a-z]\w{0,5})$/i.exec(candidate)?.[1];
    if (name !== undefined && name.length <= longestName) return name;
  }
  const known = language.toLowerCase();
  return `answer.${extensions[known] ?? (/^[a-z]{1,5}$/.test(known) ? known : 'txt')}`;
}

/**
 * Has the browser save a text.
 * @param {string} name
 * @param {string} text
 */
export function saveText(name, text) {
  const href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'text/plain;charset=utf-8' }));
  create('a', { href, download: name }).click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** @type {Readonly<Record<string, string | undefined>>} */
const extensions = {
  python: 'py',
  typescript: 'ts',
  javascript: 'js',
  markdown: 'md',
  shell: 'sh',
  bash: 'sh',
  console: 'txt',
  text: 'txt',
  plaintext: 'txt',
  ruby: 'rb',
  rust: 'rs',
  kotlin: 'kt',
  'c++': 'cpp',
  'c#': 'cs',
  csharp: 'cs',
  golang: 'go',
  perl: 'pl',
  haskell: 'hs',
};
const longestName = 60;
