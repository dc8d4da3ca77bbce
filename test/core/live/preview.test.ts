import { describe, expect, it } from 'vitest';
import { previewPage, sealPage } from '../../../src/core/live/pages.ts';
import { noCarry } from '../../../src/core/live/resume.ts';

const size = { limit: 2000, width: (text: string) => text.length };
const preview = (text: string) => previewPage(text, 0, noCarry, size).text;

describe('the preview of a page that grows', () => {
  it.each([
    ['bold', 'Some **bold te', 'Some **bold te**'],
    ['italics', 'Some *italic te', 'Some *italic te*'],
    ['italics of underscores', 'Some _italic te', 'Some _italic te_'],
    ['both', '***both of th', '***both of th***'],
    ['italics inside of bold', '**bold *and ita', '**bold *and ita***'],
    ['strikethrough', '~~struck o', '~~struck o~~'],
    ['inline code', 'run `npm in', 'run `npm in`'],
    ['inline code with a backtick', 'run ``a`b', 'run ``a`b``'],
    ['a fence', '```ts\nconst a', '```ts\nconst a\n```'],
    ['a fence of tildes in a quote', '> ~~~\n> code', '> ~~~\n> code\n> ~~~'],
    ['a fence in a list item', '- item\n  ```sh\n  ls', '- item\n  ```sh\n  ls\n  ```'],
  ])('closes %s', (_, text, shown) => expect(preview(text)).toBe(shown));

  it.each([
    ['whose address is coming', 'See [the docs](https://exam', 'See the docs'],
    ['whose text is coming', 'See [the do', 'See the do'],
    ['whose address may come', 'See [the docs]', 'See the docs'],
    ['inside of bold', '**see [the docs](htt', '**see the docs**'],
    ['of an image', 'A ![picture of](htt', 'A picture of'],
    ['with bold in it', '[the **do', 'the **do**'],
    ['next to Chinese', '请看[说明](htt', '请看说明'],
  ])('shows half a link %s as its text', (_, text, shown) => expect(preview(text)).toBe(shown));

  it.each([
    ['stars', 'Some text **', 'Some text'],
    ['half of what closes bold', 'Some **bold*', 'Some **bold**'],
    ['a backtick', 'Some text `', 'Some text'],
    ['backticks of a fence', 'Some text\n``', 'Some text'],
    ['half of the end of a fence', '```\ncode\n``', '```\ncode\n```'],
    ['the opening of a fence', 'Some text\n```ts\n', 'Some text'],
    ['the sign of a heading', 'Some text\n\n##', 'Some text'],
    ['the sign of an item', 'Some text\n\n- ', 'Some text'],
    ['the sign of an item with bold', '- one\n- **', '- one'],
    ['a number that may be of an item', '1. one\n2', '1. one'],
    ['a checkbox', '- [x] one\n- [ ', '- [x] one'],
    ['the sign of a quote', 'Some text\n\n> ', 'Some text'],
    ['a backslash', 'Some text \\', 'Some text'],
    ['a bracket', 'Some text [', 'Some text'],
    ['an address that still grows', 'See https://exam', 'See'],
    ['the head of a table', 'Text\n\n| a | b |\n', 'Text'],
    ['the head of a table with half its dashes', 'Text\n\n| a | b |\n| --', 'Text'],
    ['half a row', '| a | b |\n|---|---|\n| 1 | 2 |\n| 3 |', '| a | b |\n|---|---|\n| 1 | 2 |'],
    ['half a character', 'Smile \ud83d', 'Smile'],
  ])('holds back %s', (_, text, shown) => expect(preview(text)).toBe(shown));

  it.each([
    ['whole bold', 'Some **bold**'],
    ['whole code', 'Some `code`'],
    ['a whole link', 'See [the docs](https://example.org)'],
    ['a whole address', 'See https://example.org for'],
    ['stars that are no emphasis', '2 * 3 * 4'],
    ['underscores in names', 'call some_long_name now'],
    ['escaped stars', 'not \\*italic'],
    ['an index', 'the value of items[0] is'],
    ['stars in code', '```\na **b\n```\nText'],
    ['a rule', 'Text\n\n---\n\nMore'],
    ['a whole table', '| a |\n|---|\n| 1 |\n\nText'],
    ['a line with pipes that is no table', '| no table |\n\nText'],
    ['stars of a paragraph that is done', 'a lone **star\n\nText'],
  ])('leaves %s alone', (_, text) => expect(preview(text)).toBe(text));

  it('shows nothing where there is nothing worth showing', () => {
    for (const text of ['', ' \n', '**', '```ts\n', '# ', '[](htt', '| a |']) {
      expect(previewPage(text, 0, noCarry, size)).toEqual({ text: '', taken: 0 });
    }
  });

  it('tells how much of the source it covers', () => {
    expect(previewPage('Some **bold*', 0, noCarry, size).taken).toBe('Some **bold'.length);
    expect(previewPage('Text\n\n| a | b |', 0, noCarry, size).taken).toBe('Text'.length);
  });

  it('goes without closing where that would not fit', () => {
    const text = `**${'x'.repeat(1998)}`;
    expect(preview(text)).toBe(text);
    expect(preview(text.slice(0, 1998))).toBe(`${text.slice(0, 1998)}**`);
  });

  it('ends where the page would be cut when it does not fit', () => {
    const text = 'Some words. '.repeat(400);
    expect(preview(text)).toBe(sealPage(text, 0, noCarry, size, false)?.text);
  });

  it('shows all of it once the text has ended', () => {
    expect(sealPage('Some **bold\n\n| a | b |', 0, noCarry, size, true)?.text).toBe(
      'Some **bold\n\n| a | b |',
    );
  });
});
