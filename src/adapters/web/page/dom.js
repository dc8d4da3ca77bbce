/**
 * The one element that a selector means.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type what it has to be
 * @param {ParentNode} [root]
 * @returns {T}
 * @throws Error where the page has no such element
 */
export function find(selector, type, root = document) {
  const element = root.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`The page has no ${selector}`);
  return element;
}

/**
 * A new element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, string>>} [attributes]
 * @param {...(Node | string)} children strings become text, never markup
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function create(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * A button that does one thing.
 * @param {{ icon?: string, label: string, text?: string, class?: string, onPress: () => void }} options
 *   `label` is what it is called; `text`, if given, is what it shows beside its icon.
 * @returns {HTMLButtonElement}
 */
export function createButton({ icon, label, text, class: kind = 'quiet', onPress }) {
  const button = create('button', { type: 'button', class: kind });
  if (text !== label) button.setAttribute('aria-label', label);
  if (text === undefined) button.title = label;
  if (icon !== undefined) button.append(createIcon(icon));
  if (text !== undefined) button.append(create('span', {}, text));
  button.addEventListener('click', onPress);
  return button;
}

/**
 * An icon of the set in index.html. It says nothing to screen readers.
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function createIcon(name) {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(namespace, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}
