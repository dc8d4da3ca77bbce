import { create } from './dom.js';

const questions = [
  'Explain how DNS finds an address, in five sentences',
  'Compare REST, GraphQL and gRPC in a table',
  'Write a function that removes duplicates from a list, with tests',
  'Draft a friendly reminder for an invoice that is two weeks late',
];

/** What the demo model understands. */
const demoQuestions = [
  'What can you do?',
  'Show me Markdown',
  'My favourite colour is teal',
  'Write 5000 characters of code',
];

/**
 * What an empty conversation shows: a greeting and questions to begin with.
 * @param {boolean} demo
 * @param {(question: string) => void} onAsk
 */
export function createWelcome(demo, onAsk) {
  const examples = (demo ? demoQuestions : questions).map((question) => {
    const button = create('button', { type: 'button', class: 'example' }, question);
    button.addEventListener('click', () => onAsk(question));
    return button;
  });
  return create(
    'div',
    { class: 'welcome' },
    create('p', { class: 'greeting' }, 'What would you like to know?'),
    create('div', { class: 'examples', role: 'group', 'aria-label': 'Example questions' }, ...examples),
  );
}
