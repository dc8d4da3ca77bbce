import { find } from './dom.js';

const shownMs = 6_000;
let timer = 0;

/**
 * Says something in passing, for eyes and screen readers.
 * @param {string} text
 */
export function toast(text) {
  const element = find('#toast', HTMLElement);
  element.textContent = text;
  element.classList.add('shown');
  clearTimeout(timer);
  timer = setTimeout(() => {
    element.classList.remove('shown');
    element.textContent = '';
  }, shownMs);
}

/**
 * Says why something that was asked for did not happen.
 * @param {unknown} error
 */
export function toastFault(error) {
  toast(error instanceof Error ? error.message : String(error));
}
