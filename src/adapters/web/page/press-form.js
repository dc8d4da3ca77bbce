import { create } from './dom.js';

/**
 * What a button asks before it does its work: one line of text. Enter sends it, Esc takes it back.
 * @param {{ title: string, label: string, example: string }} asks
 * @param {{ onSend: (text: string) => void, onClose: () => void }} handlers `onClose` after either
 */
export function createPressForm({ title, label, example }, { onSend, onClose }) {
  const field = create('input', {
    type: 'text',
    maxlength: '6000',
    placeholder: example,
    enterkeyhint: 'send',
  });
  const cancel = create('button', { type: 'button', class: 'quiet small' }, 'Cancel');
  const element = create(
    'form',
    { class: 'press-form', 'aria-label': title, autocomplete: 'off' },
    create('label', {}, create('span', {}, label), field),
    create(
      'div',
      { class: 'press-buttons' },
      cancel,
      create('button', { type: 'submit', class: 'filled-button small' }, 'Send'),
    ),
  );

  function close() {
    element.remove();
    onClose();
  }

  element.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === '') {
      field.focus();
      return;
    }
    close();
    onSend(text);
  });
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    // Elsewhere it stops an answer.
    event.stopPropagation();
    close();
  });
  cancel.addEventListener('click', close);

  return { element, focus: () => field.focus() };
}
