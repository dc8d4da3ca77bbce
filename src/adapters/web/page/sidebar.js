import * as api from './api.js';
import { askTitle, confirmAction } from './dialogs.js';
import { create, createButton, find } from './dom.js';
import { toastFault } from './toast.js';

/** @typedef {import('./api.js').Summary} Summary */

/** While an answer is written in a conversation that is not open, the list is read again so often. */
const watchMs = 4_000;

/**
 * The list of conversations.
 * @param {object} handlers
 * @param {(id: string) => void} handlers.onDelete it is deleted
 * @param {(id: string) => void} handlers.onRename it has a new title
 */
export function createSidebar({ onDelete, onRename }) {
  const nav = find('#conversations', HTMLElement);
  /** @type {Summary[]} */
  let conversations = [];
  let current = '';
  let timer = 0;
  let reading = 0;

  async function refresh() {
    clearTimeout(timer);
    reading += 1;
    const mine = reading;
    try {
      const now = await api.listConversations();
      if (mine !== reading) return;
      conversations = now;
      show();
    } catch {
      // The list as it was is better than none; what is asked next says what is wrong.
    }
    const elsewhere = conversations.some(({ id, running }) => running && id !== current);
    if (elsewhere && !document.hidden) timer = setTimeout(refresh, watchMs);
  }

  function show() {
    const focused = focusedKey();
    const sections = groupByAge(conversations).map(([age, members]) =>
      create('section', {}, create('h2', {}, age), create('ul', {}, ...members.map(createItem))),
    );
    const empty = create('p', { class: 'faint nothing' }, 'Your conversations will be listed here.');
    nav.replaceChildren(...(sections.length > 0 ? sections : [empty]));
    const again = nav.querySelector(`[data-key="${CSS.escape(focused ?? '')}"]`);
    if (again instanceof HTMLElement) again.focus();
  }

  /** The list is made anew; who was in it stays there. */
  function focusedKey() {
    const element = document.activeElement;
    return element instanceof HTMLElement && nav.contains(element) ? element.dataset.key : undefined;
  }

  /** @param {Summary} summary */
  function createItem({ id, title, running }) {
    const link = create('a', { href: `#${id}`, 'data-key': id, title }, title);
    if (id === current) link.setAttribute('aria-current', 'page');
    if (running)
      link.append(
        create('span', { class: 'running' }, create('span', { class: 'visually-hidden' }, ', answering')),
      );
    const rename = createButton({
      icon: 'pencil',
      label: `Rename ${title}`,
      class: 'quiet tiny',
      onPress: () => void renameOne(id, title),
    });
    const remove = createButton({
      icon: 'bin',
      label: `Delete ${title}`,
      class: 'quiet tiny',
      onPress: () => void deleteOne(id, title),
    });
    rename.dataset.key = `rename ${id}`;
    remove.dataset.key = `delete ${id}`;
    return create('li', {}, link, rename, remove);
  }

  /**
   * @param {string} id
   * @param {string} title
   */
  async function renameOne(id, title) {
    const next = await askTitle(title);
    if (next === undefined || next === title) return;
    try {
      await api.changeConversation(id, { title: next });
      onRename(id);
    } catch (error) {
      toastFault(error);
    }
  }

  /**
   * @param {string} id
   * @param {string} title
   */
  async function deleteOne(id, title) {
    const sure = await confirmAction({
      title: 'Delete this conversation?',
      text: `“${title}” and everything said in it will be gone for good.`,
      action: 'Delete',
    });
    if (!sure) return;
    try {
      await api.deleteConversation(id);
    } catch (error) {
      if (!(error instanceof api.Problem && error.status === 404)) {
        toastFault(error);
        return;
      }
    }
    conversations = conversations.filter((one) => one.id !== id);
    show();
    onDelete(id);
  }

  return {
    refresh,
    /** @param {string} id of the conversation that is open */
    mark(id) {
      current = id;
      show();
    },
    /**
     * @param {string} id
     * @returns {string | undefined}
     */
    titleOf: (id) => conversations.find((one) => one.id === id)?.title,
  };
}

/**
 * @param {readonly Summary[]} conversations newest first
 * @returns {[string, Summary[]][]}
 */
function groupByAge(conversations) {
  /** @type {Map<string, Summary[]>} */
  const groups = new Map();
  for (const one of conversations) {
    const age = ageOf(new Date(one.updatedAt));
    groups.set(age, [...(groups.get(age) ?? []), one]);
  }
  return [...groups];
}

/** @param {Date} date */
function ageOf(date) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const days = Math.ceil((midnight - date.getTime()) / 86_400_000);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days <= 7 ? 'Last seven days' : 'Earlier';
}
