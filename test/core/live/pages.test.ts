import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Lexer, walkTokens } from 'marked';
import { describe, expect, it } from 'vitest';
import { cutPage, openPage, type PageLayout, previewPage, sealPage } from '../../../src/core/live/pages.ts';
import { type Carry, noCarry, type PageSize } from '../../../src/core/live/resume.ts';

const characters = (limit: number): PageSize => ({ limit, width: (text) => text.length });
const escapedBytes = (limit: number): PageSize => ({
  limit,
  width: (text) => Buffer.byteLength(text.replaceAll('<', '&lt;').replaceAll('>', '&gt;')),
});

const folder = new URL('../../fixtures/markdown/', import.meta.url);
const names = readdirSync(folder);
const fixtureOf = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const sentence =
  'A sentence of the one line, with 字 and 👩🏽‍🚀 in it, and a [link](https://example.org/x). ';
const longLine = sentence.repeat(Math.ceil(50_000 / sentence.length));

describe('a page that is cut', () => {
  it('stays open while the rest fits and may grow', () => {
    expect(sealPage('Hello there.', 0, noCarry, characters(60), false)).toBeUndefined();
    expect(sealPage('Hello there.\n', 0, noCarry, characters(60), true)).toEqual({
      taken: 13,
      text: 'Hello there.',
      carry: noCarry,
    });
  });

  it('is sealed before the end, as soon as the rest does not fit', () => {
    const text = `${'word '.repeat(11)}\n\n${'word '.repeat(2)}`;
    expect(sealPage(text, 0, noCarry, characters(60), false)?.text).toBe('word '.repeat(11).trim());
  });

  it('closes a code fence and opens it again with its language', () => {
    const code = Array.from({ length: 9 }, (_, index) => `const value${index} = ${index};`).join('\n');
    const pages = textsOf(`\`\`\`ts\n${code}\n\`\`\`\nDone.`, characters(100));
    expect(pages[0]).toBe(
      '```ts\nconst value0 = 0;\nconst value1 = 1;\nconst value2 = 2;\nconst value3 = 3;\nconst value4 = 4;\n```',
    );
    expect(pages[1]).toBe(
      '```ts\nconst value5 = 5;\nconst value6 = 6;\nconst value7 = 7;\nconst value8 = 8;\n```\nDone.',
    );
  });

  it('repeats the marker of the fence, so that shorter ones inside stay code', () => {
    const inside = '```\ninner\n```\n'.repeat(6);
    const pages = textsOf(`\`\`\`\`md\n${inside}\`\`\`\``, characters(70));
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect(page).toMatch(/^````md\n[\s\S]*\n````$/);
  });

  it('goes on with fences in quotes, with the quote', () => {
    const code = '> some code that is quoted\n'.repeat(6);
    const pages = textsOf(`> ~~~py\n${code}> ~~~`, characters(100));
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect(page).toMatch(/^> ~~~py\n(?:> some code that is quoted\n)+> ~~~$/);
  });

  it('shows what follows of a list item without the indentation of the item', () => {
    const code = Array.from({ length: 8 }, (_, index) => `     line ${index} of the code`).join('\n');
    const pages = textsOf(
      `1. first\n   - Do this:\n     \`\`\`sh\n${code}\n     \`\`\`\n   - next\n2. second`,
      characters(120),
    );
    expect(pages[1]).toBe(
      '```sh\nline 3 of the code\nline 4 of the code\nline 5 of the code\nline 6 of the code\n```',
    );
    expect(pages[2]).toBe('```sh\nline 7 of the code\n```\n- next\n2. second');
  });

  it('leaves no empty fence where the page ends just before the end of one', () => {
    const source = `\`\`\`\n${'code '.repeat(10)}\n\`\`\`\nText.`;
    const first = sealPage(source.slice(0, 58), 0, noCarry, characters(57), false);
    expect(first).toBeUndefined();
    const pages = textsOf(source, characters(60));
    expect(pages).toEqual([`\`\`\`\n${'code '.repeat(10)}\n\`\`\``, 'Text.']);
  });

  it('cuts tables between rows and repeats their head', () => {
    const rows = Array.from({ length: 6 }, (_, index) => `| row ${index} | value ${index} |`);
    const pages = textsOf(`| name | value |\n|---|---|\n${rows.join('\n')}\n\nAfter.`, characters(90));
    expect(pages).toEqual([
      `| name | value |\n|---|---|\n${rows.slice(0, 3).join('\n')}`,
      `| name | value |\n|---|---|\n${rows.slice(3).join('\n')}`,
      'After.',
    ]);
  });

  it('cuts a row that is larger than a page as text', () => {
    const source = `| a | b |\n|---|---|\n| ${'cell '.repeat(40)} | b |\n| c | d |\n`;
    const pages = textsOf(source, characters(80));
    expect(pages.join(' ').match(/cell/g)).toHaveLength(40);
    expect(pages.at(-1)).toBe('| a | b |\n|---|---|\n| c | d |');
  });

  it.each([
    ['before a heading', `${'One two. '.repeat(8)}\n\n${'Three. '.repeat(3)}\n\n## Head`, '## Head'],
    ['between paragraphs', `${'One two. '.repeat(9)}\n\nThree four five six.`, 'Three four five six.'],
    ['between list items', `- ${'one '.repeat(10)}\n- ${'two '.repeat(10)}\n- ${'six '.repeat(10)}`, '- six'],
    ['between lines', `${'one '.repeat(14)}\n${'two '.repeat(9)}\nand six`, 'and six'],
    ['behind a sentence', `${'one '.repeat(18)}end. Then it goes on and on and on and on.`, 'Then it'],
    ['behind a Chinese sentence', `${'字'.repeat(70)}。${'后面还有文字'.repeat(6)}`, '后面还有'],
    ['behind a word', 'someword '.repeat(12), 'someword'],
  ])('ends %s where it can', (_, source, next) => {
    const first = sealPage(source, 0, noCarry, characters(100), true);
    const second = sealPage(source, first?.taken ?? 0, first?.carry ?? noCarry, characters(100), true);
    expect(second?.text.slice(0, next.length)).toBe(next);
  });

  it('does not end with a heading', () => {
    const source = `${'One two. '.repeat(8)}\n\n## Heading\n\n${'text '.repeat(30)}`;
    expect(sealPage(source, 0, noCarry, characters(100), false)?.text).toBe('One two. '.repeat(8).trim());
  });

  it('keeps "For example:" with what follows', () => {
    const source = `${'One two. '.repeat(7)}\n\nFor example:\n\n- ${'item '.repeat(15)}`;
    expect(textsOf(source, characters(90))[1]).toMatch(/^For example:\n\n- item/);
  });

  it('cuts before a link where there is no word to cut behind', () => {
    const link = '[link](https://example.org/)';
    expect(
      textsOf(`${'x'.repeat(50)}${'9'.repeat(20)}![i](u)${link}${'y'.repeat(60)}`, characters(90))[1],
    ).toMatch(/^\[link\]/);
  });

  it('does not tear a space from what combines with it', () => {
    const source = `${'字'.repeat(55)}。 \u200d${'字'.repeat(20)}`;
    const page = sealPage(source, 0, noCarry, characters(60), true);
    expect(source[page?.taken ?? 0]).not.toBe('\u200d');
  });

  it.each([
    '[a link with words](https://example.org/a_(b)?c=d)',
    '`some inline code with spaces`',
    'https://example.org/path?with=parameters',
    '**some words in bold**',
    '![an image of it](https://example.org/image.png)',
  ])('does not tear %s', (whole) => {
    for (let before = 60; before <= 100; before++) {
      const source = `${'x'.repeat(before - 30)} ${'word '.repeat(5)}${whole} ${'tail '.repeat(20)}`;
      const pages = textsOf(source, characters(100));
      expect(pages.filter((page) => page.includes(whole))).toHaveLength(1);
    }
  });

  it('goes on with a quote that was cut in a line', () => {
    const pages = textsOf(`> ${'Some words. '.repeat(20)}`, characters(100));
    for (const page of pages) expect(page).toMatch(/^> Some words\./);
  });

  it('neither shows nor counts white space at its ends', () => {
    const source = `${'a'.repeat(60)}${'\n'.repeat(500)}${'b'.repeat(60)}`;
    expect(dealt(source, [], characters(60)).map(({ text, taken }) => [text, taken])).toEqual([
      ['a'.repeat(60), 560],
      ['b'.repeat(60), 60],
    ]);
  });

  it('needs no message for a source of white space', () => {
    const blank = ' \n'.repeat(300);
    expect(sealPage(blank, 0, noCarry, characters(60), false)).toBeUndefined();
    expect(sealPage(blank, 0, noCarry, characters(60), true)).toEqual({
      taken: 600,
      text: '',
      carry: noCarry,
    });
  });

  it('is smaller where a repair would take more than half of it', () => {
    const marker = '`'.repeat(40);
    for (const page of textsOf(`${marker}\n${'code\n'.repeat(40)}${marker}`, characters(60))) {
      expect(page.length).toBeLessThanOrEqual(60);
    }
  });
});

describe('an append-only page', () => {
  it('holds back what could not be cut well: half a fence, half a row, a head that may not be one', () => {
    const shown = (text: string) => openPage(text, 0, noCarry, characters(2000)).text;
    expect(shown('Text\n``')).toBe('Text');
    expect(shown('Text\n```ts\n')).toBe('Text');
    expect(shown('Text\n```ts\nlet')).toBe('Text\n```ts\nlet');
    expect(shown('```\ncode\n``')).toBe('```\ncode');
    expect(shown('Text\n\n| a | b |\n')).toBe('Text');
    expect(shown('Text\n\n| a | b |\n|---|--')).toBe('Text');
    expect(shown('| a |\n|---|\n| 1 |\n| 2')).toBe('| a |\n|---|\n| 1 |');
    expect(shown('Text ')).toBe('Text');
  });

  it('ends behind a sentence once it is nearly full', () => {
    const text = `${'One two three four. '.repeat(9)}One two`;
    const { taken } = openPage(text, 0, noCarry, characters(200));
    expect(text.slice(0, taken)).toBe('One two three four. '.repeat(9).trim());
  });
});

describe('a page that is ended by choice', () => {
  it('is cut near the end of what can be shown well', () => {
    expect(cutPage('  ', 0, noCarry, characters(2000))).toBeUndefined();
    const page = cutPage('One two three four. Five si', 0, noCarry, characters(2000));
    expect(page?.text).toBe('One two three four.');
    expect(page?.taken).toBe('One two three four. '.length);
  });
});

describe('whatever the text and however it comes', () => {
  const sizes = fc
    .tuple(fc.oneof(fc.integer({ min: 60, max: 400 }), fc.integer({ min: 400, max: 12_000 })), fc.boolean())
    .map(([limit, inBytes]) => (inBytes ? escapedBytes(limit) : characters(limit)));
  const steps = fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 40 });
  const flushes = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
  const pieces = [
    ...[
      'Some words of prose. ',
      'More, e.g. this one! ',
      '\n',
      '\n\n',
      '\r\n',
      '\r\n\r\n',
      ' ',
      '\n\n\n\n',
      '\t',
    ],
    ...[
      '# Heading\n',
      '### Sub\n',
      '- item one\n',
      '  - nested\n',
      '1. first\n',
      '10. tenth\n',
      '> quote\n',
      '> ',
    ],
    ...[
      '```ts\n',
      '```\n',
      '````md\n',
      '````\n',
      '~~~\n',
      '~~~~ py\n',
      '   ```\n',
      '> ```js\n',
      '> ```\n',
      '---\n',
    ],
    ...[
      '| a | b |\n',
      '|---|---|\n',
      '| one | two |\n',
      '===\n',
      '**bold**',
      '**',
      '*',
      '~~',
      '`code`',
      '`',
      '``',
    ],
    ...[
      '[link](https://example.org/x_(y))',
      '[text',
      '](http://',
      'https://example.org/abc?d=e',
      '\\',
      '<',
      '>',
    ],
    ...['👩🏽‍🚀', '👨‍👩‍👧‍👦', '🇩🇪🇯🇵', 'é', 'ẹ̄́', '字字字。', '「引用」', 'שלום ', 'مرحبا؟ ', 'x'.repeat(90)],
    ...['const a = 1;\n', '  return x;\n'],
  ];
  const texts = fc
    .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 150 })
    .map((parts) => parts.join(''));
  const anyText = fc.oneof(texts, fc.string({ unit: 'binary', maxLength: 600 }));
  const sources = fc.oneof(
    { weight: 3, arbitrary: texts },
    { weight: 1, arbitrary: fc.constantFrom(...names).map(fixtureOf) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...names).map((name) => fixtureOf(name).replaceAll('\n', '\r\n')),
    },
  );

  it('the slices are the source, every page fits, none is blank, no grapheme is torn, fences are balanced', () => {
    fc.assert(
      fc.property(sources, steps, sizes, (source, chosen, size) => {
        const seams = new Set([source.length, ...seamsOf(source)]);
        let at = 0;
        for (const page of dealt(source, stopsIn(source, chosen), size)) {
          at += page.taken;
          expect(seams).toContain(at);
          expect(hasOpenFence(page.text), page.text).toBe(false);
        }
        expect(at).toBe(source.length);
      }),
      { numRuns: 1500 },
    );
  });

  it('the slices are the source and every page fits, for any characters at all', () => {
    fc.assert(
      fc.property(anyText, steps, sizes, (source, chosen, size) => {
        const pages = dealt(source, stopsIn(source, chosen), size);
        expect(pages.reduce((sum, page) => sum + page.taken, 0)).toBe(source.length);
      }),
      { numRuns: 500 },
    );
  });

  it.each(names.filter((name) => name !== 'misbehaved.md'))(
    'every code block of %s is closed on its page, as a Markdown parser reads it',
    (name) => {
      const source = fixtureOf(name);
      fc.assert(
        fc.property(steps, sizes, (chosen, size) => {
          for (const { text } of dealt(source, stopsIn(source, chosen), size)) {
            expect(unclosedBlocks(text), text).toEqual([]);
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  it('what was appended is never taken back, and the sealed page begins with it', () => {
    fc.assert(
      fc.property(sources, steps, flushes, sizes, (source, chosen, flush, size) => {
        expect(appended(source, stopsIn(source, chosen), flush, size)).toBe(source.length);
      }),
      { numRuns: 1500 },
    );
  });

  it('a line of 50,000 characters costs in proportion to its length', () => {
    let measured = 0;
    const size: PageSize = {
      limit: 2000,
      width(text) {
        measured += text.length;
        return text.length;
      },
    };
    const pages = dealt(longLine, [], size);
    expect(pages.length).toBeLessThan(40);
    expect(measured).toBeLessThan(longLine.length * 8);
    for (const { text } of pages) expect(text).toMatch(/^A sentence.*\.$/);
  });
});

/** Deals a source out as it grows up to each of the stops, checking what holds for each page and each preview. */
function dealt(source: string, stops: readonly number[], size: PageSize): readonly PageLayout[] {
  const pages: PageLayout[] = [];
  let from = 0;
  let carry: Carry = noCarry;
  for (const stop of [...stops, source.length]) {
    const ended = stop === source.length;
    const text = source.slice(0, stop);
    while (from < source.length) {
      const page = sealPage(text, from, carry, size, ended);
      if (page === undefined) break;
      expect(page.taken).toBeGreaterThan(0);
      expect(size.width(page.text)).toBeLessThanOrEqual(size.limit);
      expect(page.text).not.toMatch(/^\s+$|^[ \t]*\r?\n/);
      expect(JSON.parse(JSON.stringify(page.carry))).toEqual(page.carry);
      pages.push(page);
      from += page.taken;
      carry = page.carry;
    }
    if (ended) break;
    const preview = previewPage(text, from, carry, size);
    expect(size.width(preview.text)).toBeLessThanOrEqual(size.limit);
    expect(hasOpenFence(preview.text), preview.text).toBe(false);
    expect(preview.taken).toBeLessThanOrEqual(stop - from);
    const chosen = cutPage(text, from, carry, size);
    expect(size.width(chosen?.text ?? '')).toBeLessThanOrEqual(size.limit);
    expect(hasOpenFence(chosen?.text ?? ''), chosen?.text).toBe(false);
    expect(chosen?.taken ?? 1).toBeGreaterThan(0);
  }
  return pages;
}

/** Lets a source grow on a surface that can only append, flushed at some of the stops. @returns how much of it the pages took */
function appended(
  source: string,
  stops: readonly number[],
  flush: readonly boolean[],
  size: PageSize,
): number {
  let from = 0;
  let carry: Carry = noCarry;
  let shown = '';
  let covered = 0;
  for (const [index, stop] of [...stops, source.length].entries()) {
    const ended = stop === source.length;
    const text = source.slice(0, stop);
    while (from < source.length) {
      const page = sealPage(text, from, carry, size, ended, covered);
      if (page === undefined) break;
      expect(page.text.startsWith(shown), `${JSON.stringify(page.text)} after ${JSON.stringify(shown)}`).toBe(
        true,
      );
      expect(page.taken).toBeGreaterThanOrEqual(Math.max(1, covered));
      expect(size.width(page.text)).toBeLessThanOrEqual(size.limit);
      from += page.taken;
      carry = page.carry;
      shown = '';
      covered = 0;
    }
    if (ended) break;
    if (!flush[index % flush.length]) continue;
    const left = cutPage(text, from, carry, size, covered);
    if (left !== undefined) {
      expect(left.text.startsWith(shown), `${JSON.stringify(left.text)} after ${JSON.stringify(shown)}`).toBe(
        true,
      );
      expect(left.taken).toBeGreaterThanOrEqual(Math.max(1, covered));
      expect(size.width(left.text)).toBeLessThanOrEqual(size.limit);
    }
    const page = openPage(text, from, carry, size, covered);
    expect(page.text.startsWith(shown), `${JSON.stringify(page.text)} after ${JSON.stringify(shown)}`).toBe(
      true,
    );
    expect(page.taken).toBeGreaterThanOrEqual(covered);
    expect(size.width(page.text)).toBeLessThanOrEqual(size.limit);
    shown = page.text;
    covered = page.taken;
  }
  return from;
}

function textsOf(source: string, size: PageSize): readonly string[] {
  return dealt(source, [], size).map((page) => page.text);
}

function stopsIn(source: string, chosen: readonly number[]): readonly number[] {
  const stops = chosen.map((stop) => stop % Math.max(1, source.length));
  return [...new Set(stops)].sort((one, other) => one - other);
}

function seamsOf(source: string): Iterable<number> {
  return new Intl.Segmenter(undefined, { granularity: 'grapheme' })
    .segment(source)
    [Symbol.iterator]()
    .map((segment) => segment.index);
}

/** Fences that a Markdown parser finds open at the end of a text or of the block that they are in. */
function unclosedBlocks(text: string): readonly string[] {
  const unclosed: string[] = [];
  walkTokens(new Lexer().lex(text), (token) => {
    if (token.type !== 'code' || token.codeBlockStyle === 'indented') return;
    const lines = token.raw.trimEnd().split('\n');
    const marker = /^ {0,3}(`{3,}|~{3,})/.exec(lines[0] ?? '')?.[1] ?? '';
    if (lines.length < 2 || !lines.at(-1)?.trim().startsWith(marker)) unclosed.push(token.raw);
  });
  return unclosed;
}

interface SeenFence {
  readonly marker: string;
  readonly quotes: number;
  readonly indent: number;
}

/** True where a fence is open at the end of a text: line by line, lists and quotes taken leniently. A heading is no paragraph. */
function hasOpenFence(text: string): boolean {
  let open: SeenFence | undefined;
  let list = 0;
  let wasText = false;
  for (const line of text.split(/\r?\n/)) {
    if (open !== undefined && quotesIn(/^(?:[ \t]*>)*/.exec(line)![0]) >= open.quotes) {
      if (closes(line, open)) open = undefined;
      wasText = false;
      continue;
    }
    open = undefined;
    const containers = /^(?:[ \t]|>|[-*+](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))*/.exec(line)![0];
    const marker = /^(?:(`{3,})[^`]*|(~{3,}).*)$/.exec(line.slice(containers.length));
    const deepest = list + (containers.trim() === '' ? 3 : 4);
    if (marker !== null && containers.length - containers.trimEnd().length <= deepest) {
      const indent = containers.length - containers.lastIndexOf('>') - 1;
      open = { marker: (marker[1] ?? marker[2])!, quotes: quotesIn(containers), indent };
    }
    if (/[^\s>]/.test(containers)) list = containers.length;
    else if (/^\S/.test(line) && !wasText) list = 0;
    wasText = line.trim() !== '' && !/^#{1,6}(?:[ \t]|$)/.test(line);
  }
  return open !== undefined;
}

function closes(line: string, { marker, quotes, indent }: SeenFence): boolean {
  const match = /^((?:[ \t]*>)*)([ \t]*)(`{3,}|~{3,})[ \t]*$/.exec(line);
  if (match === null || quotesIn(match[1]!) !== quotes || match[2]!.length > indent + 3) return false;
  return match[3]!.startsWith(marker);
}

function quotesIn(containers: string): number {
  return containers.split('>').length - 1;
}
