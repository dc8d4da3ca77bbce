import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { code, everything, writeCharacters, writeCode } from '../../src/models/demo/showcase.ts';
import { byHand } from '../servers/openai.ts';
import { describeInChromium } from './chromium.ts';
import { visit } from './visit.ts';

const fixtures = new URL('../fixtures/markdown/', import.meta.url);

/** Texts that are easy to get wrong while they grow. */
const texts: Readonly<Record<string, string>> = {
  everything,
  code: `${code}\n\n${writeCode(4_000)}`,
  'a list that becomes loose': '- a\n- b\n\n- c\n\n  more of c\n\n      indented\n- d\n',
  'a line that underlines': 'A heading\n===\nAnother\n---\n- one\n-\n- two\n\n***\n',
  'links defined later':
    'See [this] and [that][2].\n\n- [this]\n\n[this]: https://example.com/1\n[2]: https://example.com/2\n',
  'fences in lists':
    '1. First\n\n   ```sh\n   ls -l\n\n   pwd\n   ```\n\n2. Second\n\n    ```\n    deep\n    ```\n',
  'a fence in a fence': '````md\n```js\nlet a;\n```\n````\n\n~~~\nnever closed\n',
  'an interrupted table': 'Before\n| a | b |\n| - | :-: |\n| 1 | **2** |\n| 3\nafter\n\nend',
  'HTML that stays text': 'a <b>b</b> <br> c\n\n<div>\n\ntext\n\n</div>\n\n<!-- a\n\nb -->\n\nend\n',
  'quotations and breaks': '> one\nlazy\n\n> two\n> - three\n\nline  \nbreak\\\nend\r\nwindows\r\n\r\nlast',
};

const fixtureTexts = readdirSync(fixtures).map((name) => [
  name,
  readFileSync(new URL(name, fixtures), 'utf8'),
]);

describeInChromium('text that grows', (browser) => {
  it('ends as if it had been rendered at once, wherever it was cut', async () => {
    const { page } = await visit(browser());
    const all = { ...texts, ...Object.fromEntries(fixtureTexts) };
    const differing = await page.evaluate(`(async (all) => {
      const { createGrowingText } = await import('/assets/growing-text.js');
      const element = document.querySelector('#thread');
      function renderAtOnce(text) {
        const growing = createGrowingText(element, () => {});
        element.replaceChildren();
        growing.push(text);
        growing.finish();
        return element.innerHTML;
      }
      async function renderBitByBit(text, random) {
        let rendered = () => {};
        const growing = createGrowingText(element, () => rendered());
        element.replaceChildren();
        for (let at = 0; at < text.length; ) {
          const length = 1 + Math.floor(random() ** 3 * text.length / 3);
          growing.push(text.slice(at, at + length));
          at += length;
          await new Promise((resolve) => { rendered = resolve; });
        }
        growing.finish();
        return element.innerHTML;
      }
      // Colours come once the highlighter is loaded.
      renderAtOnce('\`\`\`js\\nlet a;\\n\`\`\`');
      while (element.querySelector('.hljs-keyword') === null) await new Promise(requestAnimationFrame);
      let seed = 7;
      const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
      // The test need not wait for a screen.
      window.requestAnimationFrame = (callback) => queueMicrotask(() => callback(Infinity)) ?? 1;
      const differing = [];
      for (const [name, text] of Object.entries(all)) {
        const whole = renderAtOnce(text);
        for (let round = 0; round < 2; round += 1)
          if ((await renderBitByBit(text, random)) !== whole) differing.push(name);
      }
      return differing;
    })(${JSON.stringify(all)})`);
    expect(differing).toEqual([]);
  });

  it('shows half-written Markdown as it will probably be', async () => {
    const { page } = await visit(browser());
    const seen = await page.evaluate(
      `import('/assets/mend.js').then(({ mend }) => ${JSON.stringify(halves)}.map(([half]) => mend(half)))`,
    );
    expect(seen).toEqual(halves.map(([, mended]) => mended));
  });

  it('leaves finished blocks alone, with what the reader selected in them', async () => {
    const { page, ask, world } = await visit(browser());
    const hand = byHand();
    world.openai.script(hand);
    await ask('Go');
    await hand.write('The first paragraph.\n\n```js\nlet a = 1;\n```\n\n- one\n- two\n');
    await page.locator('.answer li').nth(1).waitFor();
    await page.evaluate(`
      window.kept = [...document.querySelectorAll('.answer :is(p, .code, li)')];
      getSelection().selectAllChildren(kept[0]);
    `);
    await hand.write('- three\n\nThe last paragraph.');
    await page.getByText('The last paragraph.').waitFor();
    await hand.finish();
    await page.locator('.answer.growing').waitFor({ state: 'detached' });
    expect(await page.evaluate('kept.length')).toBe(4);
    expect(await page.evaluate('kept.every((one) => one.isConnected)')).toBe(true);
    expect(await page.evaluate('String(getSelection())')).toBe('The first paragraph.');
  });

  it.each([
    ['prose', writeCharacters(50_000)],
    ['code', writeCode(50_000)],
  ])('costs no more at the end of a long answer than at its beginning: %s', async (_kind, words) => {
    const { page } = await visit(browser());
    const costs = await page.evaluate<number[]>(`(async (words) => {
      const { createGrowingText } = await import('/assets/growing-text.js');
      await import('/vendor/highlight.js');
      const region = document.querySelector('#messages');
      // As on a screen: laid out, and scrolled to the end.
      const growing = createGrowingText(document.querySelector('#thread'), () => {
        region.scrollTop = region.scrollHeight;
      });
      const costs = [];
      window.requestAnimationFrame = (callback) => queueMicrotask(() => {
        const start = performance.now();
        callback(Infinity);
        costs.push(performance.now() - start);
      }) ?? 1;
      for (let at = 0; at < words.length; at += 250) {
        growing.push(words.slice(at, at + 250));
        // Lets the highlighter come in, and others have their turn.
        await new Promise((resolve) => setTimeout(resolve));
      }
      return costs;
    })(${JSON.stringify(words)})`);
    expect(costs).toHaveLength(200);
    // Rendered as a whole each time, the end would cost about nine times as much as the beginning.
    const [first, last] = [median(costs.slice(0, 40)), median(costs.slice(-40))];
    expect(last).toBeLessThan(first * 3 + 2);
  });
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const halves = [
  ['some **bold', 'some **bold**'],
  ['some **bo *and', 'some **bo *and**'],
  ['some `code', 'some `code`'],
  ['all `code` is **well** here', 'all `code` is **well** here'],
  ['ends in **', 'ends in '],
  ['see [the page](https://exa', 'see the page'],
  ['see [the pa', 'see the pa'],
  ['see [the page](https://example.com) now', 'see [the page](https://example.com) now'],
  ['a paragraph\n-', 'a paragraph\n'],
  ['- one\n- ', '- one\n'],
  ['a paragraph\n12.', 'a paragraph\n'],
  ['text\n\n#', 'text\n\n'],
  ['```js\nlet a = [1, **2', '```js\nlet a = [1, **2'],
  ['a\n\nb `c', 'a\n\nb `c`'],
] as const;
