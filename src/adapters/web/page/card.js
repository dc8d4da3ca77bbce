import { create, createButton, createIcon } from './dom.js';
import { readBlocks, renderBlocks } from './markdown.js';
import { createPicture } from './picture.js';
import { createPressForm } from './press-form.js';
import { openViewer } from './viewer.js';

/**
 * @typedef {import('./api.js').Card} Card
 * @typedef {import('./api.js').CardFile} CardFile
 * @typedef {import('./api.js').CardButton} CardButton
 *
 * What a card can be asked to do.
 * @typedef {{ onRender(): void, onPress(button: CardButton, text?: string): void }} CardHandlers
 */

const shownTypes = new Set(['image/png', 'image/jpeg', 'image/webp']);

/**
 * What stands beside the text of an answer: pictures, what is said of them, and buttons. It shows the newest view that
 * it is given; what has not changed stays.
 * @param {CardHandlers} handlers
 */
export function createCard({ onRender, onPress }) {
  const grid = create('div', { class: 'pictures' });
  const others = create('ul', { class: 'chips' });
  const caption = create('div', { class: 'caption' });
  const buttons = create('div', { class: 'card-buttons', role: 'group', 'aria-label': 'What next' });
  const element = create('div', { class: 'card' }, grid, others, caption, buttons);
  /** By their places: the names of previews may change with their kind. @type {ReturnType<typeof createPicture>[]} */
  let pictures = [];
  /** @type {readonly CardFile[]} */
  let shown = [];
  let words = '';
  let buttonIds = '';

  /** @param {number} index */
  function open(index) {
    const kept = shown.filter(({ url }) => url !== undefined);
    const file = shown[index];
    if (file?.url !== undefined) openViewer(kept, kept.indexOf(file));
  }

  /** @param {number} count */
  function setPlaces(count) {
    for (const picture of pictures.slice(count)) picture.element.remove();
    pictures = pictures.slice(0, count);
    while (pictures.length < count) {
      const index = pictures.length;
      const picture = createPicture({ onOpen: () => open(index), onRender });
      pictures.push(picture);
      grid.append(picture.element);
    }
    grid.dataset.count = String(count);
    grid.hidden = count === 0;
  }

  /** @param {string} text */
  function setCaption(text) {
    if (text === words) return;
    words = text;
    caption.hidden = text === '';
    // Each of its lines is one of its own.
    const lines = text.replace(/^\p{Extended_Pictographic}\uFE0F? */u, '').replaceAll('\n', '\n\n');
    caption.replaceChildren(...renderBlocks(readBlocks(lines)));
  }

  /** @param {readonly CardButton[]} offered */
  function setButtons(offered) {
    const ids = offered.map(({ id }) => id).join('\n');
    if (ids === buttonIds) return;
    buttonIds = ids;
    buttons.hidden = offered.length === 0;
    buttons.replaceChildren(...offered.map(createPress));
  }

  /** @param {CardButton} button */
  function createPress(button) {
    const { label, asks } = button;
    const press = createButton({ label, text: label, class: 'outlined small', onPress: go });
    if (asks !== undefined) press.setAttribute('aria-expanded', 'false');
    function go() {
      if (asks === undefined) {
        onPress(button);
        return;
      }
      const isOpen = press.getAttribute('aria-expanded') === 'true';
      for (const other of buttons.querySelectorAll('[aria-expanded=true]'))
        other.setAttribute('aria-expanded', 'false');
      element.querySelector('.press-form')?.remove();
      if (isOpen) return;
      const form = createPressForm(asks, {
        onSend: (text) => onPress(button, text),
        onClose() {
          press.setAttribute('aria-expanded', 'false');
          press.focus();
        },
      });
      press.setAttribute('aria-expanded', 'true');
      element.append(form.element);
      form.focus();
      onRender();
    }
    return press;
  }

  return {
    element,
    /** What it says, for screen readers. */
    get spoken() {
      return [...shown.map(({ description }) => description), caption.textContent ?? ''].join('\n');
    },
    /** Tells cards of one conversation apart; empty where there is nothing that lasts. */
    get mark() {
      return markOf({ text: words, files: shown, buttons: buttonIds });
    },
    /**
     * @param {Card} view
     * @param {boolean} growing whether more views may come
     */
    show({ text, files, buttons: offered }, growing) {
      const isDrawn = files.filter(
        ({ mediaType, url }) => url === undefined || shownTypes.has(mediaType ?? ''),
      );
      const isFault = /^\u26a0/u.test(text);
      const isComing = growing && offered.length === 0 && !isFault && text !== '';
      shown = isDrawn;
      setPlaces(Math.max(isDrawn.length, isComing ? countOf(text) : 0));
      for (const [index, file] of isDrawn.entries()) pictures[index]?.show(file, growing);
      others.replaceChildren(...files.filter((file) => !isDrawn.includes(file)).map(createOther));
      others.hidden = others.childElementCount === 0;
      element.classList.toggle('coming', isComing);
      element.hidden = text === '' && files.length === 0 && offered.length === 0;
      setCaption(text);
      setButtons(offered);
      onRender();
    },
    /** No further view comes: what has not come by now never will. */
    finish() {
      element.classList.remove('coming');
      setPlaces(shown.length);
    },
  };
}

/**
 * What tells the cards of an answer apart from those of another.
 * @param {readonly Card[]} cards
 */
export function toMark(cards) {
  const ids = (/** @type {Card} */ { buttons }) => buttons.map(({ id }) => id).join('\n');
  return cards.map((card) => markOf({ ...card, buttons: ids(card) })).join('\n');
}

/** @param {{ text: string, files: readonly unknown[], buttons: string }} card */
function markOf({ text, files, buttons }) {
  return files.length === 0 && buttons === '' ? '' : `${text}\n${buttons}`;
}

/**
 * How many pictures are being drawn, as the card itself says.
 * @param {string} text
 */
function countOf(text) {
  const [, count = '1'] = /^\D*(\d{1,2}) pictures/.exec(text.split('\n', 1)[0] ?? '') ?? [];
  return Math.min(10, Number(count));
}

/** @param {CardFile} file that is no picture */
function createOther({ name, url = '' }) {
  const link = create('a', { class: 'chip-name', href: `${url}?download`, download: name }, name);
  return create('li', { class: 'chip' }, createIcon('file'), link);
}
