/**
 * What was typed and not sent, per conversation, over reloads. The empty id is the conversation that has not begun.
 */

/** @param {string} id */
export function readDraft(id) {
  try {
    return localStorage.getItem(keyOf(id)) ?? '';
  } catch {
    // A browser that keeps nothing for this page: drafts last as long as the tab.
    return '';
  }
}

/**
 * @param {string} id
 * @param {string} text empty: nothing is kept
 */
export function keepDraft(id, text) {
  try {
    if (text === '') localStorage.removeItem(keyOf(id));
    else localStorage.setItem(keyOf(id), text);
  } catch {
    // As above; also where the browser's room is used up.
  }
}

/** @param {string} id */
function keyOf(id) {
  return `parley.draft.${id}`;
}
