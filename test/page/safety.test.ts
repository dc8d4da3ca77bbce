import { expect, it } from 'vitest';
import { text } from '../servers/openai.ts';
import { describeInChromium } from './chromium.ts';
import { answers, lastWords, patience, questions, visit } from './visit.ts';

/** Markup that must come to nothing, and what of it is to be read. */
const attacks: readonly [markup: string, words: string][] = [
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ['before <img src="http://127.0.0.1:9/spy.png"> after', 'before'],
  ['![a picture](http://127.0.0.1:9/spy.png "title")', 'a picture'],
  ['![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)', 'x'],
  ['[press me](javascript:alert(1))', 'press me'],
  ['[press me](JaVaScRiPt&colon;alert(1))', 'press me'],
  ['[press me](vbscript:x) [and me](data:text/html,<script>alert(1)</script>)', 'press me'],
  ['[in here](/logout) [and there](//127.0.0.1:9/x)', 'in here'],
  ['<a href="javascript:alert(1)">press</a>', 'press'],
  ['<javascript:alert(1)>', 'alert(1)'],
  ['<form action="http://127.0.0.1:9/"><input name="token"><button>Log in</button></form>', 'Log in'],
  ['<svg onload=alert(1)><script>alert(1)</script></svg>', '<svg onload=alert(1)>'],
  ['<script>alert(1)</script>', 'alert(1)'],
  ['<style>body { display: none }</style>', 'display: none'],
  ['<link rel="stylesheet" href="http://127.0.0.1:9/x.css">', '<link rel='],
  ['<iframe srcdoc="<script>alert(1)</script>"></iframe>', '<iframe'],
  ['<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>', '<math>'],
  ['<div style="position:fixed;inset:0" onclick="alert(1)">cover</div>', 'cover'],
  ['<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">', '<meta'],
  ['| a |\n| - |\n| <img src=x onerror=alert(1)> |', '<img src=x'],
  ['```html" onmouseover="alert(1)\n<img src=x onerror=alert(1)>\n```', '<img src=x onerror=alert(1)>'],
  ['```"><img/src=x/onerror=alert(1)>\nx\n```', 'x'],
  [
    '- <img src=x onerror=alert(1)>\n\n  ```js\n  </code></pre><img src=x onerror=alert(1)>\n  ```',
    '</code>',
  ],
  ['# <img src=x onerror=alert(1)>', '<img src=x'],
  ['[<img src=x onerror=alert(1)>](https://example.com "<img src=x onerror=alert(1)>")', '<img src=x'],
  ['[x]: javascript:alert(1)\n\n[x] <div id="question" class="skip">clobbered</div>', 'clobbered'],
];

/** Nothing else may come from an answer. */
const harmless =
  'p, br, hr, h3, h4, h5, h6, blockquote, ul, ol, li, pre, code, strong, em, del, sub, sup, kbd, mark, u, a, ' +
  'table, thead, tbody, tr, th, td, .table, .code, .code *, .notes, .note';

describeInChromium('what a model writes', (browser) => {
  it.each([
    ['at once', 1_000_000],
    ['bit by bit', 7],
  ])('does nothing but be read, when it comes %s', async (_when, chunkSize) => {
    const whole = attacks.map(([markup]) => markup).join('\n\n---\n\n');
    const { page, ask, answered, requests, url } = await visit(browser(), {
      openai: { answer: text(whole, { chunkSize }) },
    });
    await ask('Attack me');
    await answered(1);
    const prose = answers(page).locator('.prose');
    const said = await prose.innerText();
    for (const [, words] of attacks) expect(said).toContain(words);

    const strange = await prose.locator(`*:not(${harmless})`).evaluateAll((all) => all.map(String));
    expect(strange).toEqual([]);
    const names = await prose
      .locator('*')
      .evaluateAll((all) => all.flatMap((one) => one.getAttributeNames()));
    const known = [
      'href',
      'title',
      'class',
      'start',
      'align',
      'target',
      'rel',
      'tabindex',
      'role',
      'aria-label',
    ];
    const ofIcons = ['type', 'aria-hidden'];
    expect([...new Set(names)].filter((name) => ![...known, ...ofIcons].includes(name))).toEqual([]);
    const links = await prose.locator('a').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    expect(links).toEqual(['http://127.0.0.1:9/spy.png', 'https://example.com']);
    for (const link of await prose.locator('a').all()) {
      expect(await link.getAttribute('target')).toBe('_blank');
      expect(await link.getAttribute('rel')).toContain('noopener');
    }
    expect(requests.filter((address) => !address.startsWith(url) && address !== 'about:blank')).toEqual([]);
  });

  it('is read one attack at a time, as it would be alone', async () => {
    const { page, ask, answered, world, requests, url } = await visit(browser());
    const few = attacks.filter(([markup]) => /^<(style|script|svg|math|iframe)/.test(markup));
    for (const [index, [markup, words]] of few.entries()) {
      world.openai.script(text(markup, { chunkSize: 3 }));
      await ask(`Attack ${index}`);
      await answered(index + 1);
      expect(await lastWords(page)).toContain(words);
    }
    expect(await page.locator('#thread :is(img, svg:not(.icon), script, style, iframe, math)').count()).toBe(
      0,
    );
    expect(requests.filter((address) => !address.startsWith(url) && address !== 'about:blank')).toEqual([]);
  });
});

describeInChromium('what a person writes', (browser) => {
  it('is shown as it was typed, everywhere', async () => {
    const { page, ask, answered } = await visit(browser());
    const question = '<img src=x onerror=alert(1)> **not bold**';
    await ask(question);
    await answered(1);
    expect(await questions(page)).toEqual([question]);
    expect(await page.locator('h1').textContent()).toBe(question);
    expect(await page.locator('#conversations a').textContent()).toBe(question);
    await page.locator('#conversations li').hover();
    await page.locator('#conversations li button').last().click();
    await expect.poll(() => page.getByRole('dialog').textContent(), patience).toContain(question);
  });
});
