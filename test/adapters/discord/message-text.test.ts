import { expect, test } from 'vitest';
import { readableText, titleOf } from '../../../src/adapters/discord/message-text.ts';

const names = {
  self: '1',
  selfRole: '9',
  user: (id: string) => ({ '2': 'Maria' })[id],
  role: (id: string) => ({ '3': 'painters' })[id],
  channel: (id: string) => ({ '4': 'walls' })[id],
};

test.each([
  ['<@1> hello', 'hello'],
  ['<@!1>, hello', 'hello'],
  ['hello <@1>', 'hello'],
  ['hey <@1>, what now?', 'hey, what now?'],
  ['hey <@1> what <@1> now?', 'hey what now?'],
  ['<@&9> hello', 'hello'],
  ['<@1>', ''],
  ['<@1>\n- a\n- b', '- a\n- b'],
  ['ask <@2> and <@&3> in <#4>', 'ask @Maria and @painters in #walls'],
  ['ask <@7> and <@&7> in <#7>', 'ask @someone and @a role in #a channel'],
  ['nice <:teal:123> <a:wave:45>', 'nice :teal: :wave:'],
  ['use </ask:77>', 'use /ask'],
  ['a\r\nb\rc', 'a\nb\nc'],
  ['👋', '👋'],
])('%j reads %j', (content, text) => {
  expect(readableText(content, names)).toBe(text);
});

test.each([
  ['<@1> what is **teal**?', 'what is teal?'],
  ['<@1>\n\n# A _fine_ title\nmore', 'A fine title'],
  ['<@1> ```js', 'Chat with Maria'],
  ['```js\nlet x = snake_case * 2;\n```', 'let x = snake_case * 2;'],
  ['> quoted [link](https://example.org) `code`', 'quoted link code'],
  ['<@1> <@2>', 'Chat with Maria'],
  ['<@1>, hello', 'hello'],
  ['👋', '👋'],
])('%j is called %j', (content, title) => {
  expect(titleOf(content, 'Chat with Maria')).toBe(title);
});

test('a title has at most 80 characters and is cut at a word', () => {
  const title = titleOf('colour '.repeat(30), 'x');
  expect(title).toBe(`${'colour '.repeat(11).trim()}…`);
  expect(titleOf('x'.repeat(200), 'y')).toBe(`${'x'.repeat(79)}…`);
  const astronauts = titleOf('👩‍🚀'.repeat(40), 'y');
  expect(astronauts.length).toBeLessThanOrEqual(80);
  expect(astronauts).toBe(`${'👩‍🚀'.repeat(15)}…`);
});
