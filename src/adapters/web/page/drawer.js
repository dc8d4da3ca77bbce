import { find } from './dom.js';

/**
 * The sidebar, which is a drawer where there is no room beside the conversation.
 * @returns {{ close(): void, readonly isOpen: boolean }}
 */
export function createDrawer() {
  const sidebar = find('#sidebar', HTMLElement);
  const main = find('main', HTMLElement);
  const backdrop = find('#backdrop', HTMLElement);
  const open = find('#open-sidebar', HTMLButtonElement);
  const close = find('#close-sidebar', HTMLButtonElement);
  const narrow = matchMedia('(max-width: 50rem)');
  let isOpen = false;

  /** @param {boolean} wanted */
  function set(wanted) {
    const changes = isOpen !== wanted;
    isOpen = wanted;
    sidebar.inert = narrow.matches && !isOpen;
    main.inert = narrow.matches && isOpen;
    sidebar.classList.toggle('open', isOpen);
    backdrop.hidden = !(narrow.matches && isOpen);
    open.setAttribute('aria-expanded', String(isOpen));
    if (changes && narrow.matches) (isOpen ? close : open).focus();
  }

  open.addEventListener('click', () => set(true));
  close.addEventListener('click', () => set(false));
  backdrop.addEventListener('click', () => set(false));
  narrow.addEventListener('change', () => set(false));
  set(false);

  return {
    close: () => set(false),
    get isOpen() {
      return isOpen && narrow.matches;
    },
  };
}
