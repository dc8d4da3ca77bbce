import { createCard } from './card.js';
import { copyOnPress } from './copy.js';
import { create, createButton, createIcon } from './dom.js';
import { createGrowingText } from './growing-text.js';

/**
 * What an answer can be asked to do.
 * @typedef {import('./card.js').CardHandlers & { onRegenerate(): void, onUndo(): void }} AnswerHandlers
 *
 * What went wrong, and what to press.
 * @typedef {{ message: string, retryAfterSeconds?: number, onRetry(): void }} Failure
 */

/**
 * An answer in the conversation. It is growing until it is ended or failed.
 * @param {AnswerHandlers} handlers
 * @param {boolean} [old] it was said before: nothing of it grows
 */
export function createAnswer({ onRender, onPress, onRegenerate, onUndo }, old = false) {
  const prose = create('div', { class: 'prose' });
  const shelf = create('div', { class: 'cards' });
  /** @type {Map<number, ReturnType<typeof createCard>>} */
  const cards = new Map();
  const notes = create('div', { class: 'notes' });
  const element = create(
    'article',
    { class: 'message answer growing', 'aria-busy': 'true' },
    create('h2', { class: 'visually-hidden' }, 'Parley said'),
    prose,
    shelf,
    notes,
  );
  const growing = createGrowingText(prose, onRender);

  /**
   * @param {string} kind
   * @param {...(Node | string)} content
   */
  function addNote(kind, ...content) {
    notes.append(create('div', { class: `note ${kind}` }, ...content));
    onRender();
  }

  function finish() {
    element.classList.remove('growing');
    element.removeAttribute('aria-busy');
    for (const card of cards.values()) card.finish();
    growing.finish();
  }

  /** @param {string} [usage] */
  function addActions(usage = '') {
    const copy = createButton({
      icon: 'copy',
      label: 'Copy answer',
      onPress: () => copyOnPress(copy, growing.text),
    });
    element.append(
      create(
        'div',
        { class: 'actions' },
        ...(growing.text === '' ? [] : [copy]),
        createButton({
          icon: 'again',
          label: 'Answer again',
          class: 'quiet only-last',
          onPress: onRegenerate,
        }),
        createButton({
          icon: 'undo',
          label: 'Take back the question',
          class: 'quiet only-last',
          onPress: onUndo,
        }),
        create('span', { class: 'faint usage' }, usage),
      ),
    );
  }

  return {
    element,
    get text() {
      return growing.text;
    },
    /** What the answer says, without its markup; for screen readers. */
    get spoken() {
      const blocks = [...prose.children, ...notes.children];
      const beside = [...cards.values()].map(({ spoken }) => spoken);
      const words = (/** @type {Element} */ block) =>
        (block.matches('.code') ? block.lastElementChild : block)?.textContent ?? '';
      return [...blocks.map(words), ...beside].join('\n');
    },
    /** Begins from empty, whatever was shown. */
    begin() {
      growing.reset();
      cards.clear();
      shelf.replaceChildren();
      notes.replaceChildren();
    },
    /** @param {string} text */
    push(text) {
      growing.push(text);
    },
    /** Tells the cards of one answer from those of another; empty where there is none that lasts. */
    get mark() {
      return [...cards.values()]
        .map(({ mark }) => mark)
        .filter((mark) => mark !== '')
        .join('\n');
    },
    /**
     * @param {number} id the same for every view of one card
     * @param {import('./api.js').Card} view
     */
    card(id, view) {
      const card = cards.get(id) ?? createCard({ onRender, onPress });
      if (!cards.has(id)) shelf.append(card.element);
      cards.set(id, card);
      card.show(view, element.classList.contains('growing') && !old);
    },
    /** @param {string} text what Parley says beside the answer */
    note(text) {
      const note = create('div', { class: 'note' });
      notes.append(note);
      const shown = createGrowingText(note, onRender);
      shown.push(text.replace(/^\p{Extended_Pictographic}\uFE0F? */u, ''));
      shown.finish();
    },
    /**
     * @param {string} how it ended
     * @param {{ inputTokens: number, outputTokens: number }} [usage]
     */
    end(how, usage) {
      finish();
      if (how === 'stopped' && notes.childElementCount === 0) addNote('', 'Stopped.');
      if (how === 'failed' && notes.childElementCount === 0) addNote('', 'This answer broke off.');
      addActions(usage && `${usage.inputTokens} tokens read, ${usage.outputTokens} written`);
      onRender();
    },
    /** @param {Failure} failure */
    fail({ message, retryAfterSeconds = 0, onRetry }) {
      finish();
      const words = message.replace(/^\p{Extended_Pictographic}\uFE0F? */u, '');
      const retry = createButton({
        icon: 'again',
        label: 'Try again',
        text: 'Try again',
        class: 'outlined',
        onPress: onRetry,
      });
      addNote('fault', createIcon('warning'), create('p', {}, words), retry);
      if (retryAfterSeconds > 0) countDown(retry, retryAfterSeconds);
    },
  };
}

/**
 * Keeps a button from being pressed for some seconds, and says how long.
 * @param {HTMLButtonElement} button
 * @param {number} seconds
 */
function countDown(button, seconds) {
  const label = button.querySelector('span');
  const words = label?.textContent ?? '';
  const end = Date.now() + seconds * 1_000;
  const show = () => {
    const left = Math.ceil((end - Date.now()) / 1_000);
    button.disabled = left > 0;
    if (label !== null) label.textContent = left > 0 ? `${words} in ${left} s` : words;
    if (left <= 0 || !button.isConnected) clearInterval(timer);
  };
  const timer = setInterval(show, 500);
  show();
}
