import { create, find } from './dom.js';

/**
 * Asks before something that can't be taken back.
 * @param {{ title: string, text: string, action: string }} options `action` is what the button says
 * @returns {Promise<boolean>}
 */
export async function confirmAction({ title, text, action }) {
  const dialog = find('#confirm', HTMLDialogElement);
  find('h2', HTMLElement, dialog).textContent = title;
  find('p', HTMLElement, dialog).textContent = text;
  find('button[value=yes]', HTMLButtonElement, dialog).textContent = action;
  return (await show(dialog)) === 'yes';
}

/**
 * Asks for a title.
 * @param {string} title as it is
 * @returns {Promise<string | undefined>} `undefined`: leave it
 */
export async function askTitle(title) {
  const dialog = find('#rename', HTMLDialogElement);
  const field = find('input', HTMLInputElement, dialog);
  field.value = title;
  field.select();
  // Left to the form, Enter would press its first button.
  field.onkeydown = (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    dialog.close('save');
  };
  const answer = await show(dialog);
  return answer === 'save' ? field.value.trim() || undefined : undefined;
}

/**
 * Asks for a persona.
 * @param {string} persona as it is
 * @returns {Promise<string | undefined>} `undefined`: leave it; empty: remove it
 */
export async function askPersona(persona) {
  const dialog = find('#persona-dialog', HTMLDialogElement);
  const field = find('textarea', HTMLTextAreaElement, dialog);
  field.value = persona;
  find('button[value=remove]', HTMLButtonElement, dialog).hidden = persona === '';
  const answer = await show(dialog);
  if (answer === 'remove') return '';
  return answer === 'save' ? field.value.trim() : undefined;
}

/**
 * Shows the keys and commands there are.
 * @param {readonly { name: string, description: string }[]} commands
 */
export async function showHelp(commands) {
  const dialog = find('#help', HTMLDialogElement);
  const rows = commands.map(({ name, description }) => [
    create('dt', {}, create('code', {}, `/${name}`)),
    create('dd', {}, description),
  ]);
  find('#commands', HTMLElement, dialog).replaceChildren(...rows.flat());
  find('#commands-title', HTMLElement, dialog).hidden = rows.length === 0;
  await show(dialog);
}

/** @returns {boolean} whether any dialog is open */
export function isDialogOpen() {
  return document.querySelector('dialog[open]') !== null;
}

/**
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<string>} the value of the button that closed it; empty after Esc
 */
function show(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = '';
    dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}
