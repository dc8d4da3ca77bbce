import { copyOnPress } from './copy.js';
import { create, createButton } from './dom.js';
import { highlight } from './highlighter.js';
import { isLong, saveText, toFileName } from './save-file.js';

/**
 * Blocks of code that may still grow: language, copy button, colours. A block is made of pieces of some dozen lines;
 * only the last one is rendered again when it grows, so that a long block costs no more than a short one.
 */

/** @type {WeakMap<Node, { language: string, update(code: string): void }>} */
const blocks = new WeakMap();

/** A piece is cut at the first unindented line after so many lines, or after twice as many wherever that is. */
const pieceLines = 40;

/**
 * The block for a plain `<pre><code class="language-…">`.
 * @param {Element} plain
 * @returns {HTMLElement}
 */
export function createCodeBlock(plain) {
  const language = languageOf(plain);
  const body = create('code');
  const copy = createButton({
    icon: 'copy',
    label: 'Copy code',
    text: 'Copy',
    class: 'quiet small',
    onPress,
  });
  const save = createButton({
    icon: 'download',
    label: 'Save as file',
    text: 'Save as file',
    class: 'quiet small',
    onPress: onSave,
  });
  const tools = create('div', { class: 'code-tools' }, copy);
  const head = create('div', { class: 'code-head' }, create('span', {}, language || 'text'), tools);
  // What scrolls can be reached with the keyboard.
  const frame = create('pre', { tabindex: '0' }, body);
  const block = create('div', { class: 'code' }, head, frame);
  let shown = '';
  let settled = 0;

  function onPress() {
    copyOnPress(copy, shown);
  }

  function onSave() {
    const named = block.previousElementSibling?.querySelectorAll('code, strong, em') ?? [];
    const said = [...named].map(({ textContent }) => textContent ?? '');
    saveText(toFileName(language, shown, said), shown);
  }

  /** @param {string} code */
  function update(code) {
    if (code === shown) return;
    if (!isLong(code)) save.remove();
    else if (save.parentElement === null) tools.prepend(save);
    if (!code.startsWith(shown.slice(0, settled))) {
      settled = 0;
      body.replaceChildren();
    } else if (settled < shown.length) {
      body.lastChild?.remove();
    }
    shown = code;
    while (settled < code.length) {
      const length = lengthOfPiece(code, settled);
      body.append(createPiece(language, code.slice(settled, settled + (length ?? code.length))));
      if (length === undefined) break;
      settled += length;
    }
  }

  update(codeOf(plain));
  blocks.set(block, { language, update });
  return block;
}

/**
 * Makes a block show the code of a plain one, at the cost of what is new in it.
 * @param {Node} block
 * @param {Element} plain
 * @returns {boolean} false where these are not a block and code in the same language: nothing was done
 */
export function growCodeBlock(block, plain) {
  const growing = blocks.get(block);
  if (growing === undefined || plain.tagName !== 'PRE' || growing.language !== languageOf(plain))
    return false;
  growing.update(codeOf(plain));
  return true;
}

/** @param {Element} plain */
function languageOf(plain) {
  return /^language-([^\s{,]+)/.exec(plain.firstElementChild?.className ?? '')?.[1] ?? '';
}

/** @param {Element} plain */
function codeOf(plain) {
  return (plain.textContent ?? '').replace(/\n$/, '');
}

/**
 * @param {string} language
 * @param {string} text
 */
function createPiece(language, text) {
  const piece = create('span', { class: 'piece' }, text);
  if (language !== '') highlight(language, text, (coloured) => piece.replaceChildren(coloured));
  return piece;
}

/**
 * How long the piece from here is; `undefined` while what comes could still belong to it.
 * @param {string} code
 * @param {number} from
 */
function lengthOfPiece(code, from) {
  let lines = 0;
  for (let at = code.indexOf('\n', from); at !== -1; at = code.indexOf('\n', at + 1)) {
    lines += 1;
    if (at + 1 === code.length) return undefined;
    if (lines >= pieceLines * 2 || (lines >= pieceLines && /\w/.test(code.charAt(at + 1)))) {
      return at + 1 - from;
    }
  }
  return undefined;
}
