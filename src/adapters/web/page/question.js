import { createChip } from './chip.js';
import { create } from './dom.js';

/**
 * A question as it stands in the conversation: the words as they were typed, and what came with them.
 * @param {string} text
 * @param {readonly import('./chip.js').ShownFile[]} attachments
 */
export function createQuestion(text, attachments) {
  const element = create(
    'article',
    { class: 'message question' },
    create('h2', { class: 'visually-hidden' }, 'You said'),
  );
  if (text !== '') element.append(create('div', { class: 'bubble' }, text));
  if (attachments.length > 0)
    element.append(create('ul', { class: 'chips' }, ...attachments.map(createChip)));
  return element;
}
