import { createAnswer } from './answer.js';
import { toMark } from './card.js';
import { create } from './dom.js';
import { createQuestion } from './question.js';

/**
 * @typedef {import('./api.js').Turn} Turn
 * @typedef {import('./chip.js').ShownFile} ShownFile
 * @typedef {ReturnType<typeof createAnswer>} Answer
 *
 * A message that is shown. `aside`: not part of the conversation, as the server tells it (a fault, an answer to a
 * command). `mark`: of its cards. `loose`: the server may have other words for it.
 * @typedef {{ role: 'user' | 'assistant', text: string, end: string, element: HTMLElement, aside: boolean,
 *   mark: string, loose?: boolean }} Entry
 */

/**
 * The messages of the conversation that is open.
 * @param {HTMLElement} list
 * @param {object} handlers
 * @param {() => void} handlers.onRender after every change of what is seen
 * @param {() => void} handlers.onRegenerate
 * @param {() => void} handlers.onUndo
 * @param {import('./card.js').CardHandlers['onPress']} handlers.onPress
 * @param {() => HTMLElement} handlers.createWelcome what an empty conversation shows
 */
export function createThread(list, handlers) {
  /** @type {Entry[]} */
  let entries = [];

  /** @param {Entry} entry */
  function add(entry) {
    if (entries.length === 0) list.replaceChildren();
    entries.push(entry);
    list.append(entry.element);
  }

  /** @param {(entry: Entry) => boolean} wanted */
  function remove(wanted) {
    for (const entry of entries.filter(wanted)) entry.element.remove();
    entries = entries.filter((entry) => !wanted(entry));
  }

  /** @param {Turn} turn */
  function addTurn({ role, text, files = [], cards = [], end = 'complete' }) {
    if (role === 'user') {
      add({ role, text, end, element: createQuestion(text, files), aside: false, mark: '' });
      return;
    }
    const answer = createAnswer(handlers, true);
    answer.push(text);
    for (const [index, card] of cards.entries()) answer.card(index, card);
    answer.end(end);
    add({ role, text, end, element: answer.element, aside: false, mark: toMark(cards) });
  }

  return {
    clear() {
      entries = [];
      list.replaceChildren();
    },
    /** Shows what an empty conversation shows, if it is empty. */
    welcome() {
      if (entries.length === 0) list.replaceChildren(handlers.createWelcome());
    },
    /** @param {string} message in place of messages */
    showFault(message) {
      if (entries.length === 0) list.replaceChildren(create('p', { class: 'faint centered' }, message));
    },
    get isEmpty() {
      return entries.length === 0;
    },
    /** How many turns are shown, asides left out. */
    get turns() {
      return entries.filter((entry) => !entry.aside).length;
    },
    /**
     * Shows a conversation; what is shown already stays as it is.
     * @param {readonly Turn[]} turns
     */
    show(turns) {
      const known = entries.filter((entry) => !entry.aside);
      for (const [index, entry] of known.entries()) takeWords(entry, turns[index]);
      const differs = known.findIndex((entry, index) => !isSame(entry, turns[index]));
      const same = differs === -1 ? known.length : differs;
      const gone = new Set(known.slice(same));
      // The question that an aside answers goes where the aside goes.
      for (const [index, entry] of entries.entries()) {
        if (gone.has(entry) && entry.role === 'user' && entries[index + 1]?.aside) {
          entry.aside = true;
          gone.delete(entry);
        }
      }
      remove((entry) => gone.has(entry));
      for (const turn of turns.slice(same)) addTurn(turn);
      handlers.onRender();
    },
    /**
     * @param {string} text
     * @param {readonly ShownFile[]} attachments
     * @param {boolean} [loose] whether the server may have other words for it
     */
    addQuestion(text, attachments, loose = false) {
      const element = createQuestion(text, attachments);
      add({ role: 'user', text, end: 'complete', element, aside: false, mark: '', loose });
    },
    /** Takes the newest message away. */
    removeLast() {
      const last = entries.at(-1);
      remove((entry) => entry === last);
    },
    /** Takes away what is not part of the conversation. */
    removeAsides() {
      remove((entry) => entry.aside);
    },
    /**
     * An answer that is about to come.
     * @returns {{ answer: Answer, settle(end: string): void, remove(): void }} `settle` makes it part of the conversation
     */
    beginAnswer() {
      const answer = createAnswer(handlers);
      /** @type {Entry} */
      const entry = { role: 'assistant', text: '', end: '', element: answer.element, aside: true, mark: '' };
      add(entry);
      return {
        answer,
        settle(end) {
          const { text, mark } = answer;
          Object.assign(entry, { text, end, mark, aside: text.trim() === '' && mark === '' });
        },
        remove: () => remove((one) => one === entry),
      };
    },
    /** @returns {boolean} whether the newest message has a part in the conversation and no answer */
    get isWaiting() {
      return entries.at(-1)?.role === 'user';
    },
  };
}

/**
 * @param {Entry} entry
 * @param {Turn | undefined} turn
 */
function isSame(entry, turn) {
  return (
    entry.role === turn?.role &&
    entry.text === turn.text &&
    entry.end === (turn.end ?? 'complete') &&
    entry.mark === toMark(turn.cards ?? [])
  );
}

/**
 * Gives a question the words that the server has for it.
 * @param {Entry} entry
 * @param {Turn | undefined} turn
 */
function takeWords(entry, turn) {
  if (!entry.loose || turn?.role !== 'user') return;
  const bubble = entry.element.querySelector('.bubble');
  if (bubble === null) return;
  entry.loose = false;
  entry.text = turn.text;
  bubble.textContent = turn.text;
}
