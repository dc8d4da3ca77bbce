import { isDialogOpen } from './dialogs.js';

/**
 * Keys that work everywhere on the page, except while a dialog is open.
 * @param {{ onEscape: () => void, onFocus: () => void, onNew: () => void }} handlers
 */
export function listenForKeys({ onEscape, onFocus, onNew }) {
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || isDialogOpen()) return;
    if (event.key === 'Escape') onEscape();
    else if (event.altKey && !event.ctrlKey && event.code === 'KeyN') {
      event.preventDefault();
      onNew();
    } else if (event.key === '/' && !isTyping(event.target)) {
      event.preventDefault();
      onFocus();
    }
  });
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && target.matches('input, textarea, [contenteditable]');
}
