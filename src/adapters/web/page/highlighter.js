/**
 * Colours for code. The highlighter is large: it is loaded when the first code is shown.
 *
 * @typedef {typeof import('/vendor/highlight.js').default} Highlighter
 */

/** @type {Highlighter | undefined} */
let highlighter;
/** @type {Promise<void> | undefined} */
let loading;

/**
 * Gives code in colours: at once, or as soon as the highlighter is there. Never calls where there are no colours.
 * @param {string} language as a fence names it
 * @param {string} code
 * @param {(coloured: DocumentFragment) => void} done
 */
export function highlight(language, code, done) {
  if (highlighter === undefined) {
    loading ??= load();
    loading.then(
      () => highlight(language, code, done),
      // Code without colours is still code; the next block tries again.
      () => {
        loading = undefined;
      },
    );
  } else if (highlighter.getLanguage(language) !== undefined) {
    done(toFragment(highlighter.highlight(code, { language, ignoreIllegals: true }).value));
  }
}

async function load() {
  ({ default: highlighter } = await import('/vendor/highlight.js'));
}

/**
 * The highlighter's markup as elements: of it only text and classes are taken over.
 * @param {string} html
 */
function toFragment(html) {
  // The parser drops one line break at the start of a <pre>.
  const parsed = new DOMParser().parseFromString(`<pre>\n${html}</pre>`, 'text/html');
  const fragment = document.createDocumentFragment();
  copyColours(parsed.body.firstChild ?? fragment, fragment);
  return fragment;
}

/**
 * @param {Node} from
 * @param {Node} to
 */
function copyColours(from, to) {
  for (const node of from.childNodes) {
    if (node instanceof Element) {
      const span = document.createElement('span');
      span.className = node.className;
      copyColours(node, span);
      to.appendChild(span);
    } else to.appendChild(document.createTextNode(node.textContent ?? ''));
  }
}
