import { createChip } from './attachments.js';
import { create } from './dom.js';

/**
 * A question as it stands in the conversation: the words as they were typed.
 * @param {string} text
 * @param {readonly import('./api.js').Attachment[]} attachments
 */
export function createQuestion(text, attachments) {
  const element = create(
    'article',
    { class: 'message question' },
    create('h2', { class: 'visually-hidden' }, 'You said'),
    create('div', { class: 'bubble' }, text),
  );
  if (attachments.length > 0)
    element.append(create('ul', { class: 'chips' }, ...attachments.map(createChip)));
  return element;
}
