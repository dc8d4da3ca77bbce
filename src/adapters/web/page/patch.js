import { createCodeBlock, growCodeBlock } from './code-block.js';

/**
 * Makes the children of an element, from one on, be as wanted. What is there and the same stays: selections, scrolled
 * tables and pressed buttons survive the growth of a text.
 * @param {Element} parent
 * @param {number} from
 * @param {readonly Node[]} wanted
 */
export function patch(parent, from, wanted) {
  const there = [...parent.childNodes].slice(from);
  for (const [index, node] of wanted.entries()) {
    const old = there[index];
    if (old === undefined) parent.append(dress(node));
    else if (!become(old, node)) old.replaceWith(dress(node));
  }
  for (const old of there.slice(wanted.length)) old.remove();
}

/**
 * @param {Node} old
 * @param {Node} wanted
 * @returns {boolean} false where it can't
 */
function become(old, wanted) {
  if (old instanceof Text && wanted instanceof Text) {
    if (wanted.data.startsWith(old.data)) old.appendData(wanted.data.slice(old.data.length));
    else old.data = wanted.data;
    return true;
  }
  if (!(old instanceof Element && wanted instanceof Element)) return false;
  if (growCodeBlock(old, wanted)) return true;
  if (!old.cloneNode().isEqualNode(wanted.cloneNode())) return false;
  patch(old, 0, [...wanted.childNodes]);
  return true;
}

/**
 * Gives plain code its head and colours.
 * @param {Node} node
 * @returns {Node}
 */
function dress(node) {
  if (!(node instanceof Element)) return node;
  if (node.tagName === 'PRE') return createCodeBlock(node);
  for (const plain of node.querySelectorAll('pre')) plain.replaceWith(createCodeBlock(plain));
  return node;
}
