import { Marked } from '/vendor/marked.js';
import DOMPurify from '/vendor/purify.js';
import { create } from './dom.js';

/**
 * The model's Markdown as elements that are safe to show: no markup of its own, no request to anybody, no link but to
 * the web and to mail. Two walls: HTML in the text stays text, and what is made of the rest is sanitised.
 *
 * @typedef {import('/vendor/marked.js').Token} Token
 */

/** The headings of an answer are below those of the page. */
const headingOffset = 2;

const marked = new Marked({
  gfm: true,
  renderer: {
    html: ({ text, block }) => (block ? `<p>${escapeHtml(text.trim())}</p>\n` : escapeUnlessHarmless(text)),
    heading({ tokens, depth }) {
      const level = Math.min(6, depth + headingOffset);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    image: ({ href, text }) => toLink(href, `${escapeHtml(text || 'image')} (image)`),
    link({ href, tokens }) {
      return toLink(href, this.parser.parseInline(tokens));
    },
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
});

/**
 * The blocks of a text.
 * @param {string} text
 * @returns {Token[]}
 */
export function readBlocks(text) {
  return [...marked.lexer(text)];
}

/**
 * Elements for blocks. Code is plain: `<pre><code class="language-…">`.
 * @param {readonly Token[]} blocks
 * @returns {Element[]}
 */
export function renderBlocks(blocks) {
  return blocks.flatMap((block) => {
    // Code is most of a long answer: no need to write it as HTML and to read that again.
    if (block.type === 'code') {
      return [
        create('pre', {}, create('code', { class: `language-${block.lang ?? ''}` }, `${block.text}\n`)),
      ];
    }
    return [...toFragment(marked.parser([block])).children];
  });
}

/** @param {string} html */
function toFragment(html) {
  const fragment = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: ['href', 'title', 'class', 'start', 'align'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const link of fragment.querySelectorAll('a')) {
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
  }
  for (const table of fragment.querySelectorAll('table')) {
    // What scrolls can be reached with the keyboard.
    const frame = create('div', { class: 'table', tabindex: '0', role: 'group', 'aria-label': 'Table' });
    table.replaceWith(frame);
    frame.append(table);
  }
  return fragment;
}

/**
 * @param {string} href
 * @param {string} content HTML
 */
function toLink(href, content) {
  return /^(https?:\/\/|mailto:)/i.test(href) ? `<a href="${escapeHtml(href)}">${content}</a>` : content;
}

/**
 * Models write these in tables and formulas; they can't carry anything.
 * @param {string} tag
 */
function escapeUnlessHarmless(tag) {
  return /^<(br\s*\/?|\/?(sub|sup|kbd|mark|u))>$/i.test(tag) ? tag : escapeHtml(tag);
}

/** @param {string} text */
function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const allowedTags = [
  ...['p', 'br', 'hr', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'li', 'pre', 'code'],
  ...['strong', 'em', 'del', 'sub', 'sup', 'kbd', 'mark', 'u', 'a'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
];
